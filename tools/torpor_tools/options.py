"""Options that several commands have."""

from collections.abc import Callable
from typing import Any

import click

from torpor_tools import params


def as_json(shown: str) -> Callable[[Any], Any]:
    """The option --json, in the place of what is shown to people."""
    text = f"One JSON document instead of {shown}."
    return click.option("--json", "as_json", is_flag=True, help=text)


def length(text: str) -> Callable[[Any], Any]:
    """The option --days, as the changes of a scenario that it comes to: one or none."""
    return click.option("--days", "length", type=params.DAYS, callback=_changed, help=text)


def _changed(ctx: click.Context, param: click.Parameter, days: float | None) -> tuple[str, ...]:
    return () if days is None else (f"days={days}",)


days = length("Simulate so many days instead of the scenario's.")
changes = click.option(
    "--set", "changes", multiple=True, metavar="KEY=VALUE", type=params.TEXT, help="Change one key."
)


def _only_port() -> str:
    """The port of a command that is given none."""
    from torpor_tools.provision import ports  # pyserial looks for ports

    return ports.only()


def awaited_port(command: Any) -> Any:
    """The option --port of a command that waits for a board which is away."""
    return click.option(
        "--port",
        type=params.Port(may_come=True),
        default=_only_port,
        help="Serial port of the board; where left out, the only one that there is.",
    )(command)
