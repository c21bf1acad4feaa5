"""torpor check: whether scenarios keep their budgets, what changed, and why."""

from pathlib import Path

import click

from host_sim.errors import BadInput
from host_sim.files import outputs
from host_sim.home import home
from host_sim.lab import check, standing
from host_sim.lab.check import Checked
from host_sim.lab.report import checked as told
from host_sim.spec import scenario
from torpor_tools import options, params
from torpor_tools.line import Command, apart
from torpor_tools.provision import node_toml
from torpor_tools.show import badge as badges
from torpor_tools.show import check as shown
from torpor_tools.show import github as annotated
from torpor_tools.show import junit as junits
from torpor_tools.show import markdown as pages
from torpor_tools.show import output, pagefile


@click.command("check", cls=Command)
@click.argument("names", metavar="SCENARIO...", nargs=-1, required=True, type=params.SCENARIO)
@click.option("--baseline", type=params.Kept(standing.MOST_BYTES), help="How they stood before.")
@click.option("--update-baseline", is_flag=True, help="Keep how they stand now in that file.")
@click.option("--rev", type=params.TEXT, help="Compare with this revision of the repository.")
@click.option("--seeds", type=click.IntRange(1, 100), help="Runs of each scenario; 3.")
@options.length("Simulate so many days instead of a scenario's.")
@options.changes
@click.option("--junit", type=params.Output((".xml",), junits.made), help="As JUnit XML, .xml.")
@click.option(
    "--markdown", type=params.Output((".md",), outputs.begins(pages.HEAD.encode())), help="As .md."
)
@click.option(
    "--badge",
    type=params.Output((".svg",), outputs.begins(badges.HEAD.encode())),
    help="As an .svg.",
)
@click.option("--html", type=params.Folder(), help="As a page: the folder for its index.html.")
@click.option("--github", is_flag=True, help="Annotate the lines of the budgets on GitHub.")
@click.option("--interval", is_flag=True, help="How far off it may be: too close to call.")
@options.as_json("tables")
def command(
    names: tuple[str, ...],
    baseline: Path | None,
    update_baseline: bool,
    rev: str | None,
    seeds: int | None,
    length: tuple[str, ...],
    changes: tuple[str, ...],
    junit: Path | None,
    markdown: Path | None,
    badge: Path | None,
    html: Path | None,
    github: bool,
    interval: bool,
    as_json: bool,
    force: bool,
) -> None:
    """Run each SCENARIO for several seeds and judge its budgets.

    Against their limits, and with --baseline or --rev against how it stood before: a change counts
    where it exceeds what the seeds vary by, and where it does its cause is named.

    \b
    torpor check garden.toml door.toml
    torpor check *.toml --baseline power.toml --update-baseline
    torpor check *.toml --baseline power.toml
    torpor check *.toml --rev main
    """
    apart(
        (github and as_json, "--github's lines are none of JSON's", "leave one of both out"),
        (
            update_baseline and not baseline,
            "--update-baseline needs a file",
            "name it by --baseline",
        ),
        (baseline and rev, "--baseline and --rev are two things to compare with", "give one"),
    )
    before, updates = (None, baseline) if update_baseline else (baseline, None)
    if before and not before.exists():
        raise BadInput("no such file", where=before, remedy="make it by --update-baseline")
    names = tuple(dict.fromkeys(names))
    for name in names:
        home.refuse(name)
    others = standing.load(updates).scenario if updates and updates.exists() else {}
    asked = check.asked(names, before, (*length, *changes), seeds)
    for own in dict.fromkeys(one.given.own["node"] for one in asked if "node" in one.given.own):
        node_toml.check(own)  # a budget of a node that nobody can flash holds for nothing
    read = (path for one in asked for path in scenario.inputs(one.given))
    page = html and pagefile.claim(html, read, force)
    with output.Progress("check") as progress:
        checked = check.check(
            asked, rev=rev, length=length, changes=changes, intervals=interval, progress=progress
        )
    files = ((junit, junits.text), (markdown, pages.text), (badge, badges.text))
    outputs.write({path: text(checked).encode() for path, text in files if path})
    if page:
        with output.Progress("page") as progress:
            since = rev or (baseline.name if baseline else "")
            pagefile.write(page, told.of(asked, checked, (*length, *changes), since, progress))
    if updates:
        now = {standing.label(n, updates): one.now for n, one in zip(names, checked, strict=True)}
        standing.save(others | now, updates)
    _tell(checked, as_json, github)
    if not updates:
        _warn(checked, compared=bool(before or rev))
    if not all(one.ok for one in checked):
        raise click.exceptions.Exit(1)


def _tell(checked: list[Checked], as_json: bool, github: bool) -> None:
    """On standard output."""
    output.as_json(shown.as_json(checked)) if as_json else shown.show(checked)
    for line in annotated.annotations(checked) if github else ():
        click.echo(line)


def _warn(checked: list[Checked], compared: bool) -> None:
    """Say which scenarios, or figures, were to be compared, and had nothing to be compared with."""
    remedy = "" if compared else "; give --baseline or --rev"
    for one in checked:
        tolerant = [row for row in one.rows if row.budget.tolerance_percent is not None]
        without = [f"{row.name} of {one.name}" for row in tolerant if not row.before]
        if not one.before:
            without = [one.name] if compared or tolerant else []
        for what in without:
            click.echo(f"torpor: nothing to compare {what} with{remedy}", err=True)
