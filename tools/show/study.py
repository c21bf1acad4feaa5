"""The tables of torpor lab, for a terminal and for a page."""

from rich.markup import escape

from host_sim.lab.study import ENERGY, Row, Study
from tools.show import output


def show(study: Study) -> None:
    """A study for people."""
    console = output.console
    console.print(f"[bold]{escape(study.policy)}[/bold]: {escape(study.question)}\n")
    table = output.table("", *columns(study))
    for row in study.rows:
        table.add_row(*(escape(cell) for cell in cells(study, row)))
    console.print(table, "")
    console.print(output.facts("", facts(study)))
    if study.goals:
        out = output.table("", "goal", "measured", "")
        out.columns[1].no_wrap = False
        for goal in study.goals:
            verdict = "[green]held[/green]" if goal.held else "[bold red]MISSED[/bold red]"
            out.add_row(escape(goal.what), escape(goal.measured), verdict)
        console.print("", out)


def columns(study: Study) -> list[str]:
    """The head of the table of rows."""
    others = [name for name in study.rows[0].figures if name != ENERGY]
    return ["", "", f"mJ {study.per}", "95 %", *(name.replace("_", " ") for name in others)]


def cells(study: Study, row: Row) -> list[str]:
    """A line of it."""
    interval = f"{row.ci95[0]:,.4g} … {row.ci95[1]:,.4g}" if row.ci95 else ""
    others = [f"{value:,.4g}" for name, value in row.figures.items() if name != ENERGY]
    return [row.name, row.kind, f"{row.figures[ENERGY]:,.4g}", interval, *others]


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
    for one in study.sweeps:
        worst = one.worst_percent(study.rows)
        out.append((f"worst over {one.over}", f"{worst:+.1f} % against the best baseline"))
    return out
