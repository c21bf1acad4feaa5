"""torpor report: a run as one page that needs no network."""

from pathlib import Path
from typing import Any

import click

from host_sim.home import home
from host_sim.lab import seeds
from host_sim.lab.cause import Why
from host_sim.lab.interval import Interval
from host_sim.lab.report import again, beside, document, verdict
from host_sim.lab.report.again import Again
from host_sim.lab.report.document import Beside
from host_sim.sim import runfile
from host_sim.spec import scenario
from torpor_tools import options, params, recordings
from torpor_tools.line import Command
from torpor_tools.show import output, pagefile


@click.command("report", cls=Command)
@click.argument("name", metavar="RUN|SCENARIO", type=params.SCENARIO)
@click.argument("recording", required=False, type=params.RECORDING)
@click.option("-o", "--out", type=params.Folder(), required=True, help="Folder for the page.")
@click.option("--before", type=params.SCENARIO, help="Say what changed since this RUN.")
@options.days
@options.changes
@click.option("--no-interval", is_flag=True, help="Leave out how far off it may be.")
def command(
    name: str,
    recording: Path | None,
    out: Path,
    before: str | None,
    length: tuple[str, ...],
    changes: tuple[str, ...],
    no_interval: bool,
    force: bool,
) -> None:
    """Write RUN, kept by torpor sim --save, or SCENARIO as a page: index.html in a folder.

    The verdict, the battery life with its interval, the current from the whole run down to each
    wake, where the charge went and by which numbers, every decision, and what changed. With a
    RECORDING of a node that runs Torpor as it says, each kind of wake stands beside a recorded one.
    Exit status 1 where a budget fails.

    \b
    torpor report garden -o page
    torpor report new.json --before old.json -o page
    torpor report garden --set node.mode=eco --before garden -o page
    torpor report garden wake.csv -o page
    """
    home.refuse(name)
    one = again.named(name, (*length, *changes))
    was = _before(before, length) if before else None
    path = pagefile.claim(out, scenario.inputs(one.given), force)
    with output.Progress(name) as progress:
        log = one.log(progress)
    recorded = _recorded(one, recording) if recording else {}
    between = None if no_interval else _interval(one)
    why = Why(was, one.kept or runfile.of(log.result)) if was else None
    since = Path(before or "").name
    shown = Beside(between, why, since, recorded=recorded, kept=one.kept)
    told = document.of(log, shown, as_today=one.as_today)
    pagefile.write(path, [told])
    click.echo(f"{path}: {told['together']['text']}")
    if told["together"]["verdict"] == verdict.FAILED:
        raise click.exceptions.Exit(1)


def _before(name: str, length: tuple[str, ...]) -> runfile.Run:
    """What it is compared with: a run that was kept, or a scenario that is run now."""
    if name.endswith(".json"):
        return runfile.load(Path(name))
    home.refuse(name)
    with output.Progress(name) as progress:
        return seeds.simulate(seeds.Job(name, length), progress)


def _recorded(one: Again, path: Path) -> dict[str, Any]:
    read = recordings.read(path)
    with output.Progress(path.name) as progress:
        return beside.of(one.given, read, path, progress)


def _interval(one: Again) -> Interval:
    with output.Progress(f"{one.given.name} on other boards") as progress:
        return one.interval(progress)
