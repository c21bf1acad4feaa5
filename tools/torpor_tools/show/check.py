"""The table of torpor check, the causes below it, and JSON."""

from typing import Any

from rich.markup import escape

from host_sim.lab import budget, told
from host_sim.lab.budget import Bounds, Estimate, Judged
from host_sim.lab.check import Checked
from torpor_tools.show import cause, output

COLOURS = {budget.PASS: "green", budget.FAIL: "bold red", budget.OPEN: "yellow"}


def show(checked: list[Checked]) -> None:
    """Each scenario's budgets, and the cause where one failed or moved."""
    for one in checked:
        seeds = len(one.now.seeds)
        title = f"{escape(one.name)}, {seeds} seed{'' if seeds == 1 else 's'}"
        out = output.table(title, "budget", "value", "±", "limit", "before", "change", "")
        for row in one.rows:
            out.add_row(*cells(row), coloured(row.verdict))
        output.console.print(out)
        for row in one.rows:
            if row.between and row.between[0] < row.between[1]:
                output.console.print(f"{row.name}: 80 % between {span(row.between)}")
        for line in faults(one):
            output.console.print(escape(line))
        if one.why and one.moved:
            output.console.print(f"\n{escape(told.headline(one.why))}")
            cause.below(one.why)
        output.console.print()


def coloured(verdict: str) -> str:
    """A verdict in its colour."""
    return f"[{COLOURS[verdict]}]{verdict}[/{COLOURS[verdict]}]"


def cells(row: Judged) -> list[str]:
    """Name, value, its interval, limit, value before, change."""
    limit = row.budget.limit
    sign = "<=" if row.budget.bound == "at_most" else ">="
    return [
        row.name,
        number(row.value),
        f"{row.value.half:,.1f}" if row.value and row.value.half else "",
        "" if limit is None else f"{sign} {limit:,.10g}",
        number(row.before) if row.before else "",
        change(row),
    ]


def span(between: Bounds) -> str:
    """Two bounds."""
    return f"{between[0]:,.1f} and {between[1]:,.1f}"


def change(row: Judged) -> str:
    """The change in percent; in brackets where it may be chance."""
    if not row.change or not row.before:
        return ""
    if not row.change.mean and not row.moved:
        return "none"
    if not row.before.mean:
        text = f"{row.change.mean:+z,.1f}"
    else:
        text = f"{row.change.mean / abs(row.before.mean):+z.1%}"
    return text if row.moved else f"({text})"


def number(value: Estimate | None) -> str:
    """A figure."""
    return f"{value.mean:,.1f}" if value else "-"


def sentence(row: Judged) -> str:
    """A budget's value with its limit, its change and why it fails."""
    name, value, half, limit, before, moved = cells(row)
    parts = [f"{name}: {value}{f' ± {half}' if half else ''}", limit and f"limit {limit}"]
    parts += [before and f"before {before} ({moved.strip('()')})", *row.faults]
    parts += [f"80 % between {span(row.between)}"] if row.between else []
    if row.verdict == budget.OPEN:
        parts.append(row.verdict)
    return ", ".join(filter(None, parts))


def tally(checked: list[Checked]) -> str:
    """How many hold."""
    rows = [row for one in checked for row in one.rows]
    said = [row.verdict for row in rows]
    for verdict, what in ((budget.FAIL, "fail"), (budget.OPEN, budget.OPEN)):
        if verdict in said:
            return f"{said.count(verdict)} of {len(rows)} {what}"
    return f"all {len(rows)} hold"


def faults(one: Checked) -> list[str]:
    """Why each budget fails that does, a line each."""
    return [f"{row.name}: {fault}" for row in one.rows for fault in row.faults]


def as_json(checked: list[Checked]) -> dict[str, Any]:
    """Stable keys, units in their names."""
    return {
        "ok": all(one.ok for one in checked),
        "scenarios": [
            {
                "scenario": one.name,
                "seeds": one.now.seeds,
                "budgets": [_row(row) for row in one.rows],
                "why": cause.why_json(one.why) if one.why and one.moved else None,
            }
            for one in checked
        ],
    }


def _row(row: Judged) -> dict[str, Any]:
    return {
        "name": row.name,
        "value": row.value and row.value.mean,
        "value_half": row.value and row.value.half,
        "bound": row.budget.bound,
        "limit": row.budget.limit,
        "tolerance_percent": row.budget.tolerance_percent,
        "before": row.before and row.before.mean,
        "change": row.change and row.change.mean,
        "change_half": row.change and row.change.half,
        "moved": row.moved,
        "between": row.between,
        "verdict": row.verdict,
        "faults": row.faults,
    }
