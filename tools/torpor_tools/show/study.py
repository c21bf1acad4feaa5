"""The tables of torpor lab, for a terminal and for a page."""

import textwrap

from rich.markup import escape
from rich.table import Table

from host_sim.lab.study import ENERGY, Row, Study
from torpor_tools.show import output

HEAD_WIDTH = 9  # columns of a head's lines, so that a row fits the narrowest console
LARGE = 1_000


def show(study: Study) -> None:
    """A study for people."""
    console = output.console
    console.print(f"[bold]{escape(study.policy)}[/bold]: {escape(study.question)}\n")
    console.print(ways(study), "")
    console.print(output.facts("", facts(study)))
    if study.goals:
        out = output.table("", "goal", "measured", "")
        out.columns[1].no_wrap = False
        for goal in study.goals:
            verdict = "[green]held[/green]" if goal.held else "[bold red]MISSED[/bold red]"
            out.add_row(escape(goal.what), escape(goal.measured), verdict)
        console.print("", out)


def ways(study: Study) -> Table:
    """The rows by their kinds; below a name stands the interval of its energy."""
    _, _, energy, _, *others = columns(study)
    heads = (textwrap.fill(one, HEAD_WIDTH) for one in ("", energy, *others))
    out = output.table("", *heads)
    kind = ""
    for row in study.rows:
        name, of, value, interval, *figures = (escape(cell) for cell in cells(row))
        if of != kind:
            out.add_row(f"[bold]{of}[/bold]")
            kind = of
        below = f"\n  95 %: {interval}" if interval else ""
        out.add_row(f"{name}{below}", value, *figures)
    return out


def columns(study: Study) -> list[str]:
    """The head of the table of rows."""
    others = [name for name in study.rows[0].figures if name != ENERGY]
    return ["", "", f"mJ {study.per}", "95 %", *(name.replace("_", " ") for name in others)]


def cells(row: Row) -> list[str]:
    """A line of it."""
    interval = f"{number(row.ci95[0])} … {number(row.ci95[1])}" if row.ci95 else ""
    others = [number(value) for name, value in row.figures.items() if name != ENERGY]
    return [row.name, row.kind, number(row.figures[ENERGY]), interval, *others]


def number(value: float) -> str:
    """Four digits, and those of a large number."""
    return f"{value:,.0f}" if abs(value) >= LARGE else f"{value:.4g}"


def facts(study: Study) -> list[tuple[str, str]]:
    """What was compared on what, and how far ours is from the others."""
    out = [("boards", ", ".join(study.boards)), ("tuned on", study.tuning)]
    out.append(("judged on", study.judged))
    for kind in ("practice", "naive"):
        saving = study.saving_percent(kind)
        if saving is not None:
            out.append((f"saved against {kind}", f"{saving:.1f} %"))
    if study.gap_percent is not None:
        out.append(("more than the optimum", f"{study.gap_percent:.1f} %"))
    out += [(name.replace("_", " "), meaning) for name, meaning in study.notes.items()]
    overs = [one.over for one in study.sweeps]
    for one in study.sweeps:
        worst = one.worst_percent(study.rows)
        where = f" ({one.fixed})" if overs.count(one.over) > 1 else ""
        out.append((f"worst over {one.over}{where}", f"{worst:+.1f} % against the best baseline"))
    return out
