"""torpor pil: a node's decisions on the processor behind a port, its world in the simulator."""

import struct
from typing import Any

import click
from rich.markup import escape

from host_sim.errors import BadInput
from host_sim.spec import scenario as scenarios
from torpor_tools import options, params
from torpor_tools.line import Command
from torpor_tools.loop import in_the_loop
from torpor_tools.provision.repl import Cut, close, entered
from torpor_tools.show import output

WAIT_S = 30.0  # for a board that sleeps


@click.command("pil", cls=Command)
@click.argument("scenario", type=params.SCENARIO)
@click.option(
    "--port",
    type=params.PORT,
    required=True,
    help="Serial port of a board, or of torpor virtual-board.",
)
@click.option("--days", type=params.DAYS, help="Instead of its own.")
@options.as_json("a table")
def command(scenario: str, port: str, days: float | None, as_json: bool) -> None:
    """Run SCENARIO with its decisions taken by the processor behind a serial port.

    The world is the simulator's: clock, radio, sensors and sleep. Every decision is compared with
    the plain simulation's; exit 1 when one differs. torpor must be on the board's file system.

    \b
    torpor pil garden --port /dev/ttyUSB0 --days 1
    """
    changes = () if days is None else (f"days={days:g}",)
    chosen = scenarios.load(scenario, changes)
    try:
        repl = entered(port, WAIT_S)
        with output.Progress("in the loop") as progress:
            document = in_the_loop(chosen, repl, progress)
        close(repl)
    except (Cut, struct.error, OSError) as error:
        raise BadInput(f"the line was cut ({error})", where=port, remedy="try again") from None
    output.as_json(document) if as_json else _show(document, chosen.file.title)
    if document["difference"]:
        raise SystemExit(1)


def _show(document: dict[str, Any], title: str) -> None:
    pairs = (
        ("wakes", f"{document['wakes']:,}"),
        ("calls of the port", f"{document['calls']:,}"),
        ("decisions", document["difference"] or "equal to the simulation's, every one"),
        ("frames asked again", f"{document['asked_again']:,}"),
        ("a wake on the processor", _spread(document["wake_us"], "us")),
        ("allocated in a wake", _spread(document["allocated_bytes"], "bytes")),
        ("heap in use at its end", _spread(document["heap_bytes"], "bytes")),
        ("a call through the line", f"{document['call_ms']:.3f} ms"),
    )
    output.console.print(output.facts(escape(title), pairs))


def _spread(value: dict[str, float], unit: str) -> str:
    return f"{value['median']:,.0f} {unit}, at most {value['max']:,}"
