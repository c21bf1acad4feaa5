"""torpor deploy: the firmware and a node's configuration onto a board that runs MicroPython."""

import time
from pathlib import Path
from typing import Any

import click

from host_sim.errors import BadInput
from tools import params
from tools.provision import node_toml, ports, version
from tools.provision.repl import Board, Cut
from tools.provision.sending import Sent, deploy
from tools.show import output

ATTEMPTS = 3
AGAIN_S = 3.0  # to push the plug back in
WAIT_S = 30.0  # for a board that sleeps, and for its port


@click.command("deploy", cls=params.Command)
@click.option(
    "--port", type=params.Port(may_come=True), required=True, help="Serial port of the board."
)
@click.option("--config", type=params.NODE, help="The node anew, a node.toml.")
@click.option("--files", "override", is_flag=True, help="The library as files, though frozen.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def command(port: str, config: Path | None, override: bool, as_json: bool) -> None:
    """Send a board the files that differ, and start it on them.

    It may be cut off at any moment: the board then starts the version that it had, or the new one
    where all of it had arrived. Without --config the board keeps its own configuration.

    \b
    torpor deploy --port /dev/ttyUSB0 --config node.toml
    """
    node = node_toml.load(config) if config else None
    ports.await_(port, WAIT_S)
    done = _persistently(port, version.files(None), node, override)
    document: dict[str, Any] = {
        "slot": done.slot,
        "up_to_date": not done.switched,
        "sent_bytes": done.sent,
        "copied": done.copied,
        "kept": done.kept,
    }
    output.as_json(document) if as_json else _show(document, port)


def _persistently(
    port: str, files: dict[str, bytes], node: node_toml.Provision | None, override: bool
) -> Sent:
    """Deploy, and begin anew where the line is cut."""
    for attempt in range(ATTEMPTS):
        progress = output.Progress("sending")
        try:
            board = Board(port, WAIT_S)
            try:
                return deploy(board, files, node, progress, override)
            finally:
                board.restart()
        except (Cut, ports.Refused) as error:
            if isinstance(error, ports.Refused) and attempt == 0:
                raise
            why = str(error).strip().splitlines()[0]
            click.echo(f"torpor: {port}: the line was cut ({why})", err=True)
            time.sleep(AGAIN_S)
        finally:
            progress.close()
    remedy = "it starts the version that it had, or the new one if all of it had arrived"
    raise BadInput("the line to the board was cut", where=port, remedy=remedy)


def _show(document: dict[str, Any], port: str) -> None:
    say = output.console.print
    if document["up_to_date"]:
        say(f"{port} is up to date", markup=False, soft_wrap=True)
        return
    grid = output.table("", "sent", "bytes")
    for name, count in document["sent_bytes"].items():
        grid.add_row(name, f"{count:,}")
    say(grid)
    same = f"{len(document['copied'])} copied on the board, {len(document['kept'])} already there"
    slot = document["slot"]
    say(f"{same}; {port} starts from /{slot}", markup=False, soft_wrap=True)
