"""torpor bisect: which commit a budget was lost by."""

import click
from rich.markup import escape

from host_sim.home import home
from host_sim.lab import bisect, revision, told
from torpor_tools import options, params
from torpor_tools.line import Command
from torpor_tools.show import cause, output


@click.command("bisect", cls=Command)
@click.argument("name", metavar="SCENARIO", type=params.SCENARIO)
@click.argument("good", metavar="GOOD", type=params.TEXT)
@click.argument("bad", metavar="BAD", type=params.TEXT)
@click.option("--budget", type=params.TEXT, help="The one that is lost; any where left out.")
@click.option("--seeds", type=click.IntRange(1, 100), default=1, help="Runs of each commit; 1.")
@options.days
@options.as_json("tables")
def command(
    name: str,
    good: str,
    bad: str,
    budget: str | None,
    seeds: int,
    length: tuple[str, ...],
    as_json: bool,
) -> None:
    """Name the commit by which a budget of SCENARIO is lost, after GOOD and up to BAD, and why.

    Each commit is simulated as torpor check --rev does it. The budgets are those of the file as it
    is now; a tolerance is against GOOD. A commit that cannot be simulated is passed over.

    \b
    torpor bisect shed.toml v1.0 main
    torpor bisect shed.toml v1.0 main --budget charge_mc_per_day.report
    """
    home.refuse(name)
    with output.Progress("bisect") as progress:
        found = bisect.search(
            name, good, bad, budget=budget, length=length, count=seeds, progress=progress
        )
    said = revision.subject(name, found.commit)
    if as_json:
        output.as_json(
            {
                "commit": found.commit,
                "said": said,
                "faults": found.faults,
                "why": cause.why_json(found.why),
                "passed_over": found.passed_over,
            }
        )
        return
    output.console.print(escape("\n".join((said, *found.faults))))
    for commit in found.passed_over:
        subject = revision.subject(name, commit)
        output.console.print(escape(f"or one before it that cannot be simulated: {subject}"))
    output.console.print(f"\n{escape(told.headline(found.why))}")
    cause.below(found.why)
