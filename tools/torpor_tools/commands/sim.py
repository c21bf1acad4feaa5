"""torpor sim: a node, a world, a length of time; where the charge went and what budgets say."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click

from host_sim.engine import native
from host_sim.engine.plain import Life, Lives
from host_sim.errors import BadInput
from host_sim.files import outputs
from host_sim.home import home
from host_sim.lab import compare as comparison
from host_sim.lab import decisions
from host_sim.lab import interval as intervals
from host_sim.lab.interval import Interval
from host_sim.sim import engines, run, runfile
from host_sim.sim.instrument import INSTRUMENTS
from host_sim.sim.result import Result
from host_sim.spec import scenario
from host_sim.trace import writer
from host_sim.units import DAY_US
from torpor_tools import cli, options, params
from torpor_tools.line import Command, apart, unused
from torpor_tools.show import compare as compared
from torpor_tools.show import compiling, output, report

SEED_MOST = 2**31 - 1
WINDOW = "0:20"
Tell = Callable[[bool], None]  # of a run, as JSON or not
MANY_DAYS = 7  # from here on a comparison's many runs are worth compiling for


@click.command("sim", cls=Command)
@click.argument("name", metavar="SCENARIO", type=params.SCENARIO)
@options.days
@click.option("--seed", type=click.IntRange(0, SEED_MOST), help="Another seed for the world.")
@options.changes
@click.option("--baseline", "as_today", is_flag=True, help="Run a node that decides nothing.")
@click.option(
    "--compare",
    is_flag=True,
    help="Beside good practice and the least possible.",
)
@click.option("--interval", is_flag=True, help="How far off it may be, and why.")
@options.as_json("tables")
@click.option("--plot", type=params.PICTURE, help="Draw the run: .png, .svg, .pdf.")
@click.option(
    "--export",
    type=params.Output(writer.WRITERS),
    help="Write the current: .csv, .ppk2, .jls, .parquet.",
)
@click.option(
    "--instrument",
    type=click.Choice(sorted(INSTRUMENTS)),
    help="Export what it would record.",
)
@click.option(
    "--save",
    type=params.Output((".json",), runfile.made),
    help="Keep the run: its books and what it was given, as .json.",
)
@click.option("--window", type=params.TEXT, help="Seconds FROM:TO to export; 0:20 where left out.")
@click.option(
    "--engine",
    type=click.Choice(engines.NAMES),
    default="auto",
    show_default=True,
    help="auto: compiled for long runs, after torpor engine build.",
)
def command(
    name: str,
    length: tuple[str, ...],
    seed: int | None,
    changes: tuple[str, ...],
    as_today: bool,
    compare: bool,
    interval: bool,
    as_json: bool,
    plot: Path | None,
    export: Path | None,
    instrument: str | None,
    save: Path | None,
    window: str | None,
    engine: str,
) -> None:
    """Simulate SCENARIO, the name of a shipped one or a TOML file, of a node or a home.

    \b
    torpor sim garden                       a year of the garden sensor
    torpor sim garden --compare             beside good practice
    torpor sim garden --interval            how far off that may be
    torpor sim garden --set node.mode=eco   one key changed
    torpor sim door --days 28 --json        for a program
    torpor sim hall                         many nodes: a door, and its plug
    torpor sim garden --export wake.csv     the first wakes as a waveform
    torpor sim garden --save run.json       the run as a file
    """
    if not params.is_scenario(name):
        remedy = f"one of {', '.join(params.scenarios())}, or a .toml file"
        raise BadInput(f"no scenario named {name}", remedy=remedy)
    changes = (*changes, *length, *(() if seed is None else (f"seed={seed}",)))
    if home.is_home(name):
        _home(name, changes, as_json, engine)
        return
    apart(
        (compare and as_today, "--compare runs the baseline, too", "leave --baseline out"),
        (compare and interval, "--interval is of one run", "leave --compare out"),
        (compare and save, "--save keeps one run", "leave --compare out"),
        (window and not export, "--window is for --export", "name a file to export to"),
        (instrument and not export, "--instrument is for --export", "name a file to export to"),
    )
    given = scenario.load(name, changes)
    output.doubts(_unfit(given))
    for path in filter(None, (plot, export, save)):  # the recordings that the scenario names
        outputs.claim(path, scenario.inputs(given), force=True)
    window_s = _window(window or WINDOW, given.file.days if export else None)
    often = interval or (compare and given.file.days >= MANY_DAYS)
    wakes = engines.wakes(given) * (comparison.count(given) if compare else 1)
    runner = native.Life if compiling.is_compiled(engine, given, wakes, often) else Life
    if compare:
        results, tell = _compared(given, runner)
    else:
        results, tell = _one(given, as_today, interval, runner)
    complete = all(result.complete for result in results)
    if save and complete:
        runfile.save(results[0], save, baseline=as_today)
    if plot and complete:
        from host_sim.sim import plot as plots

        plots.year(results, plot)
    if export and complete:
        _export(given, as_today, export, window_s, instrument)
    tell(as_json)  # behind the files, which are wanted though its reader goes away
    if not complete:
        _interrupted("; no file is written" if plot or export or save else "")
    if not results[0].ok:
        raise click.exceptions.Exit(1)


def _unfit(given: scenario.Scenario) -> Iterator[str]:
    """Why no board could be given its node.toml; a simulation has no use for pins."""
    if own := given.own.get("node"):
        from torpor_tools.provision import node_toml

        try:
            node_toml.check(own)
        except BadInput as error:
            yield f"this node could not be flashed: {error}"


def _compared(given: scenario.Scenario, engine: type[Life]) -> tuple[list[Result], Tell]:
    """Run a node beside good practice: both results, and what tells of them."""
    with output.Progress(f"{given.name}, with and without each decision") as progress:
        found = comparison.runs(given, engine, progress)
    return [found.ours, found.practice], partial(compared.tell, found)


def _one(
    given: scenario.Scenario, as_today: bool, interval: bool, engine: type[Life]
) -> tuple[list[Result], Tell]:
    """Run a node alone."""
    result = _run(given, as_today, engine)
    drawn = _interval(given, as_today, engine) if interval and result.complete else None
    return [result], partial(report.tell, result, as_today, drawn)


def _export(
    given: scenario.Scenario,
    as_today: bool,
    path: Path,
    window_s: tuple[float, float],
    instrument: str | None,
) -> None:
    """Write its current in this window, as it is or as an instrument would record it."""
    from host_sim.sim import waveform

    given, device = _device(given, as_today)
    by = INSTRUMENTS[instrument] if instrument else None
    with output.Progress(f"{given.name} up to the window") as progress:
        seen = waveform.recorded(given, device, *window_s, by, progress)
    with output.Progress(f"writing {path.name}") as progress:
        writer.write(path, seen, progress)


def _run(given: scenario.Scenario, as_today: bool, engine: type[Life]) -> Result:
    progress = output.Progress(given.name)
    given, device = _device(given, as_today)
    result = run.run(given, device=device, engine=engine, progress=progress)
    progress.close()
    return result


def _interval(given: scenario.Scenario, as_today: bool, engine: type[Life]) -> Interval:
    """By draws, all in the same world; Ctrl-C ends them without any."""
    given, device = _device(given, as_today)
    with output.Progress(f"{given.name} on other boards") as progress:
        return intervals.of(given, device=device, engine=engine, progress=progress)


def _device(
    given: scenario.Scenario, as_today: bool
) -> tuple[scenario.Scenario, dict[str, Any] | None]:
    """What to run: the scenario as it is, or the way people do today."""
    if not as_today:
        return given, None
    return decisions.without(given, decisions.NAIVE)


def _home(name: str, changes: tuple[str, ...], as_json: bool, engine: str) -> None:
    """Run and show a home of many nodes."""
    from host_sim.home import run as homes
    from torpor_tools.show import home as shown

    unused(
        ("as_today", "compare", "interval", "plot", "export", "instrument", "window", "save"),
        "this is a home",
    )
    given = home.load(name, changes)
    nodes = [member.scenario for member in given.members]
    compiled = compiling.is_compiled(engine, nodes[0], sum(engines.wakes(node) for node in nodes))
    with output.Progress(given.name) as progress:
        lives = native.Lives if compiled else Lives
        told = homes.run_home(given, engine=lives, progress=progress)
    output.as_json(shown.as_json(told)) if as_json else shown.show(told)
    if not told.complete:
        _interrupted()
    if not told.ok:
        raise click.exceptions.Exit(1)


def _interrupted(files: str = "") -> None:
    said = "interrupted; the figures above cover what was simulated"
    click.echo(f"torpor: {said}{files}", err=True)
    raise click.exceptions.Exit(cli.INTERRUPTED)


def _window(text: str, days: float | None) -> tuple[float, float]:
    """FROM:TO in seconds, within a run of so many days where its current is to be written."""
    try:
        start, end = (float(part) for part in text.split(":"))
    except ValueError:
        raise BadInput(f"--window {text}", remedy="write FROM:TO in seconds, as 0:20") from None
    if not 0 <= start < end <= start + 3_600:
        raise BadInput(
            f"--window {text}", remedy="FROM is at least 0, TO lies up to 3,600 s behind it"
        )
    if days is not None and round(end * 1e6) > round(days * DAY_US):
        raise BadInput(f"--window {text}", remedy=f"the run ends at {days * DAY_US / 1e6:g} s")
    return start, end
