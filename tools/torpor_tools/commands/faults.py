"""torpor faults: whether a node outlives what can fail."""

import shlex
from pathlib import Path

import click

from host_sim.home import home
from host_sim.lab.faults import case, suite
from host_sim.lab.faults.case import Case
from torpor_tools import options, params
from torpor_tools.line import Command, unused
from torpor_tools.show import faults as shown
from torpor_tools.show import output

SIMULATED, ON_A_BOARD = 10_000, 30


@click.command("faults", cls=Command)
@click.argument("name", metavar="SCENARIO", type=params.SCENARIO)
@click.option(
    "--n",
    "count",
    type=click.IntRange(1, 10**8),
    help=f"Faults; {SIMULATED:,}, or {ON_A_BOARD} on a board.",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, help="Of what is drawn; 1.")
@click.option("--replay", type=params.TEXT, help="The line of one fault, to have it again.")
@click.option("--port", type=params.PORT, help="On the board at this serial port.")
@click.option("--bench", type=params.BENCH, help="What is around that board; docs/bench.md.")
@options.as_json("tables")
def command(
    name: str,
    count: int | None,
    seed: int,
    replay: str | None,
    port: str | None,
    bench: Path | None,
    as_json: bool,
) -> None:
    """Break the node of SCENARIO at every call of its port in random wakes, and in all that lasts.

    After each fault it must sleep, serve again, cost no more than is stated, and have lost no
    reading. Exit status 1 where it does not; each such fault has a line that replays it.

    With --port the faults are those that a board can be given from outside, and its charge is not
    judged. The board runs the node of SCENARIO meanwhile, and then its own again.

    \b
    torpor faults garden
    torpor faults door --n 100000 --seed 7
    torpor faults garden --replay 1:12:40:reset:7
    torpor faults garden --port /dev/ttyUSB0 --bench desk.toml
    """
    home.refuse(name)
    if replay is not None:
        unused(("count", "seed"), "--replay has one fault again")
    words = ["torpor", "faults", name]
    if port is None:
        unused(("bench",), "no board is asked for by --port")
        report = _simulated(name, count or SIMULATED, seed, replay)
    else:
        words += ["--port", port, *(("--bench", str(bench)) if bench else ())]
        report = _on_a_board(name, port, bench, count or ON_A_BOARD, seed, replay)
    if as_json:
        output.as_json(shown.as_json(report))
    else:
        shown.show(name, shlex.join(words), report)
    if report.failed:
        raise click.exceptions.Exit(1)


def _simulated(name: str, count: int, seed: int, replay: str | None) -> suite.Report:
    with output.Progress("faults") as progress:
        if replay is None:
            return suite.run(name, count, seed, progress)
        return _one(name, case.read(replay))


def _on_a_board(
    name: str, port: str, bench: Path | None, count: int, seed: int, replay: str | None
) -> suite.Report:
    from torpor_tools.hil.faults import case as board  # mpremote
    from torpor_tools.hil.faults import run

    wanted = count if replay is None else board.read(replay)
    with output.Progress("faults") as progress:
        return run.run(name, port, bench, wanted, seed, progress)


def _one(name: str, again: Case) -> suite.Report:
    """A report of one fault."""
    report = suite.Report()
    report.add(again, suite.replay(name, again))
    return report
