"""torpor faults: whether a node outlives what can fail."""

import click

from host_sim.home import home
from host_sim.lab.faults import case, suite
from host_sim.lab.faults.case import Case
from tools import params
from tools.show import faults as shown
from tools.show import output


@click.command("faults", cls=params.Command)
@click.argument("name", metavar="SCENARIO", type=params.SCENARIO)
@click.option("--n", "count", type=click.IntRange(1, 10**8), default=10_000, help="Faults; 10,000.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, help="Of the days drawn; 1.")
@click.option("--replay", type=params.TEXT, help="The line of one fault, to have it again.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of tables.")
def command(name: str, count: int, seed: int, replay: str | None, as_json: bool) -> None:
    """Break the node of SCENARIO at every call of its port in random wakes, and in all that lasts.

    After each fault it must sleep, serve again, cost no more than is stated, and have lost no
    reading. Exit status 1 where it does not; each such fault has a line that replays it.

    \b
    torpor faults garden
    torpor faults door --n 100000 --seed 7
    torpor faults garden --replay 1:12:40:reset:7
    """
    home.refuse(name)
    with output.Progress("faults") as progress:
        if replay is None:
            report = suite.run(name, count, seed, progress)
        else:
            report = _one(name, case.read(replay))
    output.as_json(shown.as_json(report)) if as_json else shown.show(name, report)
    if report.failed:
        raise click.exceptions.Exit(1)


def _one(name: str, again: Case) -> suite.Report:
    """A report of one fault."""
    report = suite.Report()
    report.add(again, suite.replay(name, again))
    return report
