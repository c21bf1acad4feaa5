"""Options that several commands have."""

from typing import Any

import click

from tools import params

days = click.option(
    "--days", type=params.DAYS, help="Simulate so many days instead of the scenario's."
)
changes = click.option(
    "--set", "changes", multiple=True, metavar="KEY=VALUE", type=params.TEXT, help="Change one key."
)


def _only_port() -> str:
    """The port of a command that is given none."""
    from tools.provision import ports  # pyserial looks for ports

    return ports.only()


def awaited_port(command: Any) -> Any:
    """The option --port of a command that waits for a board which is away."""
    return click.option(
        "--port",
        type=params.Port(may_come=True),
        default=_only_port,
        help="Serial port of the board; where left out, the only one that there is.",
    )(command)
