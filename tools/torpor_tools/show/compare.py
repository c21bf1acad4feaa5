"""The tables of torpor sim --compare."""

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from host_sim.lab.compare import Compared
from host_sim.spec.figures import FIGURES
from torpor_tools.show import output, report

LIFE = "battery_life_days"


def tell(found: Compared, as_json: bool) -> None:
    """Four nodes side by side, and what brought the difference, for a program or for people."""
    if as_json:
        output.as_json(document(found))
        return
    output.console.print(figures(found))
    if found.brought:
        output.console.print("", decisions(found))


def document(found: Compared) -> dict[str, object]:
    """For a program."""
    return {
        "ours": found.ours.as_json(),
        "practice": found.practice.as_json(),
        "naive": found.naive.as_json(),
        "bound": {"average_current_ua": found.bound.average_current_ua},
        "decisions": [
            {"name": one.name, "alone_ua": one.alone_ua, "share_ua": one.share_ua}
            for one in found.brought
        ],
    }


def figures(found: Compared) -> Table:
    """Each figure of the three runs, and the bound where it has one."""
    ours = found.ours
    title = f"{escape(ours.scenario.file.title)}, {report.in_days(ours.days)}"
    out = output.table(title, "", "naive", "practice", "ours", "bound", "ours /\npractice")
    bounds = {"average_current_ua": found.bound.average_current_ua}
    runs = (found.naive, found.practice, ours)
    for figure in FIGURES.values():
        if figure.fits(ours.scenario.file):
            values = [figure.of(one) for one in runs]
            _beside(out, figure.name, values, bounds.get(figure.name))
        if figure.name == LIFE and ours.life:
            out.add_row("", *(one.how(LIFE) for one in runs), "", "")
    states = [one.state_mc_per_day for one in runs]
    for name in dict.fromkeys(name for one in states[::-1] for name in one):
        _beside(out, f"{name} mC/day", [one.get(name, 0.0) for one in states])
    return out


def decisions(found: Compared) -> Table:
    """What each decision brings, the most first: what it costs to leave it out, and its share."""
    out = output.table("", "decision", "left out, µA", "share, µA", "", "")
    drawn = [one.ledger.average_current_ua for one in (found.naive, found.ours)]
    saved = drawn[0] - drawn[1]
    for one in sorted(found.brought, key=lambda one: -one.share_ua):
        share = one.share_ua / saved if saved else 0.0
        bar = "█" * round(min(max(0.0, share), 1.0) * report.BAR)
        out.add_row(
            one.name, f"{one.alone_ua:+z,.1f}", f"{one.share_ua:z,.1f}", f"{share:z.1%}", bar
        )
    out.columns[-1].justify = "left"
    return out


def _beside(
    out: Table, name: str, values: Sequence[float | None], least: float | None = None
) -> None:
    """A row of the runs' figures, the bound, and the ratio of the last two runs."""
    *_, theirs, mine = values
    ratio = f"{mine / theirs:.3f}" if mine is not None and theirs else "-"
    bound = "" if least is None else f"{least:,.1f}"
    out.add_row(name, *map(report.number, values), bound, ratio)
