"""torpor deploy: the firmware and a node's configuration onto a board that runs MicroPython."""

import time
from pathlib import Path
from typing import Any

import click

from host_sim.errors import BadInput
from torpor_tools import options, params
from torpor_tools.line import Command
from torpor_tools.provision import gateway_toml, node_toml, ports, version
from torpor_tools.provision.repl import Board, Cut
from torpor_tools.provision.sending import Sent, deploy
from torpor_tools.show import output

ATTEMPTS = 3
AGAIN_S = 3.0  # to push the plug back in
WAIT_S = 30.0  # for a board that sleeps, and for its port
TRIAL_S = 900.0  # three wakes with three rests behind them; or one that hangs, for 300 s
OWN = "is the node's own"
NO_REPORT = "no report in three wakes"  # which says not what is missing


@click.command("deploy", cls=Command)
@options.awaited_port
@click.option("--config", type=params.NODE, help="The node anew, a node.toml; or a gateway.toml.")
@click.option("--files", "override", is_flag=True, help="The library as files, though frozen.")
@options.as_json("a table")
def command(port: str, config: Path | None, override: bool, as_json: bool) -> None:
    """Send a board the files that differ, and start it on them.

    It may be cut off at any moment: the board then starts the version that it had, or the new one
    where all of it had arrived. That one is on trial until it has delivered a report, and the one
    before comes back by itself where it fails. Without --config the board keeps its own
    configuration.

    \b
    torpor deploy --port /dev/ttyUSB0 --config node.toml
    """
    node = gateway_toml.load(config) if config else None
    ports.await_(port, WAIT_S)
    board, done = _persistently(port, version.files(None), node, override)
    if done.before not in ("", version.OWN):
        what = f"the version before this one was taken back: {done.before}"
        click.echo(f"torpor: {port}: {what}", err=True)
    document: dict[str, Any] = {
        "slot": done.slot,
        "up_to_date": not done.switched,
        "sent_bytes": done.sent,
        "copied": done.copied,
        "kept": done.kept,
        "on_trial": done.on_trial,
    }
    if not as_json:
        _show(document, port)
    outcome = document["outcome"] = _outcome(board, done)
    if as_json:
        output.as_json(document)
    elif outcome == OWN:
        output.console.print(f"/{done.slot} {outcome}", markup=False, soft_wrap=True)
    if outcome not in (None, OWN):
        remedy = "the one before runs again"
        if outcome.endswith(NO_REPORT):
            remedy += ": did the network, the broker and a sensor answer?"
        raise BadInput(f"/{done.slot} {outcome}", where=port, remedy=remedy)


def _persistently(
    port: str, files: dict[str, bytes], node: node_toml.Provision | None, override: bool
) -> tuple[Board, Sent]:
    """Deploy, and begin anew where the line is cut; the board, to be started, and what was done."""
    for attempt in range(ATTEMPTS):
        progress = output.Progress("sending")
        try:
            board = Board(port, WAIT_S)
            try:
                return board, deploy(board, files, node, progress, override)
            except BaseException:
                board.restart()
                raise
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


def _outcome(board: Board, done: Sent) -> str | None:
    """Start the board; how the trial ended, if there is one and as far as it is known."""
    if not done.on_trial:
        board.restart()
        if done.switched:
            output.doubts([ports.unwatched(board.port)])
        return None
    what = "on trial, which may take minutes; Ctrl-C leaves it to itself"
    click.echo(f"torpor: {board.port}: {what}", err=True)
    told = board.tried(TRIAL_S)
    if not told:
        what = "it has not told yet how its trial ends; torpor deploy tells the next time"
        click.echo(f"torpor: {board.port}: {what}", err=True)
    return told or None


def _show(document: dict[str, Any], port: str) -> None:
    say = output.console.print
    if document["up_to_date"]:
        how = ", on trial" if document["on_trial"] else ""
        say(f"{port} is up to date{how}", markup=False, soft_wrap=True)
        return
    grid = output.table("", "sent", "bytes")
    for name, count in document["sent_bytes"].items():
        grid.add_row(name, f"{count:,}")
    say(grid)
    same = f"{len(document['copied'])} copied on the board, {len(document['kept'])} already there"
    slot = document["slot"]
    how = ", on trial" if document["on_trial"] else ""
    say(f"{same}; {port} starts from /{slot}{how}", markup=False, soft_wrap=True)
