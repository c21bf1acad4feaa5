"""torpor diff: why one run draws more than another."""

from pathlib import Path

import click

from host_sim.errors import BadInput
from host_sim.home import home
from host_sim.lab import revision, seeds
from host_sim.sim import runfile
from host_sim.sim.runfile import Run
from host_sim.spec import scenario
from torpor_tools import options, params
from torpor_tools.line import Command
from torpor_tools.show import cause, output


@click.command("diff", cls=Command)
@click.argument("before", type=params.SCENARIO)
@click.argument("after", type=params.SCENARIO, required=False)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="KEY=VALUE",
    type=params.TEXT,
    help="Change one key of AFTER.",
)
@click.option(
    "--rev", type=params.TEXT, help="BEFORE as this revision has it; OLD..NEW: AFTER, too."
)
@options.length("Simulate so many days of both.")
@options.as_json("tables")
def command(
    before: str,
    after: str | None,
    changes: tuple[str, ...],
    rev: str | None,
    length: tuple[str, ...],
    as_json: bool,
) -> None:
    """Say why AFTER draws more than BEFORE, or less.

    What a node does more often, for longer, or at a higher current, by task and decision, and which
    keys differ. The parts add up to the whole.

    Each is a run that `torpor sim --save` kept, or a scenario, by name or as a TOML file. Without
    AFTER it is BEFORE once more.

    \b
    torpor diff old.json new.json                 two runs
    torpor diff garden --set node.mode=eco        one key changed
    torpor diff garden --set board=xiao_esp32c3   two boards
    torpor diff garden --rev main                 firmware and files of a branch
    torpor diff garden --rev v1..v2               of two revisions
    """
    if after is None and not changes and rev is None:
        _check(before)
        raise BadInput(f"{before} is compared with nothing", remedy="name another, --set or --rev")
    old, _, new = (rev or "").partition("..")
    now = _told(after or before, (*length, *changes), new)  # first: what it says may be wrong
    was = _told(before, length, old)
    output.as_json(cause.as_json(was, now)) if as_json else cause.show(was, now)


def _check(name: str) -> None:
    """BadInput for what is no run and no scenario."""
    if name.endswith(".json"):
        runfile.load(Path(name))
        return
    home.refuse(name)
    scenario.load(name)


def _told(name: str, changes: tuple[str, ...], rev: str) -> Run:
    """A run that was kept, or one that is run now."""
    if name.endswith(".json"):
        if changes or rev:
            what = "a run that is over: --set, --days and --rev change nothing"
            raise BadInput(what, where=name, remedy="name its scenario")
        return runfile.load(Path(name))
    home.refuse(name)
    if rev:
        with revision.checkout(name, rev) as there:
            place = there.place(name)
            if not place.is_file():
                raise BadInput(f"{rev} has no such file", where=name, remedy="name a later one")
            return seeds.simulate(seeds.Job(str(place), changes, there.source))
    with output.Progress(name) as progress:
        return seeds.simulate(seeds.Job(name, changes), progress)
