"""torpor logs: what a node kept of its failures, or says as it goes."""

import ast
import codecs
import io
from typing import Any

import click
import serial

from torpor_tools import options
from torpor_tools.line import Command, unused
from torpor_tools.provision import ports
from torpor_tools.provision.repl import Board
from torpor_tools.show import output

WAIT_S = 30.0  # for a board that sleeps, and for its port
# What failed before there was a version is no version's. A node that was interrupted in boot.py is
# still in the root, whatever it runs.
LOGS = """
import os
found = {}
configured = False
for folder in ["/" + name for name in os.listdir("/") if name in ("a", "b")] or ["/"]:
    configured = configured or "config.json" in os.listdir(folder)
    try:
        with open(folder + "/torpor.log", "rb") as file:
            found[folder] = file.read()
    except OSError:
        pass
print({"runs": os.getcwd(), "configured": configured, "logs": found})
"""  # where a file is damaged, a traceback's names may be no UTF-8


@click.command("logs", cls=Command)
@options.awaited_port
@click.option("--follow", "-f", is_flag=True, help="What it prints, as it comes, until Ctrl-C.")
@options.as_json("text")
def command(port: str, follow: bool, as_json: bool) -> None:
    """Print the log that a node keeps, torpor.log of each of its versions.

    A crash, a reset by the watchdog and a start without memory are in it. To be asked the node is
    interrupted, and then reset. With --follow it is left alone, and its console is shown.

    \b
    torpor logs
    torpor logs --port /dev/ttyUSB0 --follow
    """
    if follow:
        unused(("as_json",), "the console is text")
    ports.await_(port, WAIT_S)
    if follow:
        _follow(port)
        return
    board = Board(port, WAIT_S)
    try:
        told: dict[str, Any] = ast.literal_eval(board.exec(LOGS))
    finally:
        board.restart()
    told["logs"] = {name: log.decode(errors="replace") for name, log in told["logs"].items()}
    output.as_json(told) if as_json else _show(told, port)


def _show(told: dict[str, Any], port: str) -> None:
    if not told["configured"]:
        click.echo(f"{port} has no configuration: torpor deploy --config node.toml")
        told["logs"].pop("/", None)  # each of its starts failed for that
    elif not told["logs"]:
        click.echo(f"{port} has nothing in its log")
    for folder, text in sorted(told["logs"].items()):
        click.echo(f"{folder}{', which runs' if folder == told['runs'] else ''}:")
        click.echo(text.rstrip("\n"))


def _follow(port: str) -> None:
    """Until Ctrl-C; a chip's own USB goes when it sleeps, and is awaited."""
    line = ports.opened(port)
    utf8 = codecs.getincrementaldecoder("utf-8")(errors="replace")
    text = io.IncrementalNewlineDecoder(utf8, translate=True)
    try:
        while True:
            try:
                data = line.read(max(1, line.in_waiting))
            except (OSError, serial.SerialException):
                line.close()
                ports.await_(port, WAIT_S)
                line = ports.opened(port)
                continue
            click.echo(text.decode(data), nl=False)
    except KeyboardInterrupt:
        click.echo()
    finally:
        line.close()
