"""The table of torpor faults, a line for each fault that did not go well, and JSON."""

from dataclasses import asdict
from typing import Any

import click
from rich.markup import escape

from host_sim.lab.faults.suite import Report
from torpor_tools.show import output

MOST_LINES = 20
UNJUDGED = "Not judged on a board: what a day costs, and so how long a node backs off."
LIMIT = ", which no file of a node can prevent"


def show(name: str, words: str, report: Report) -> None:
    """A row for each kind of fault, and the failures, which these words and a line replay."""
    faults = "fault" if report.count == 1 else "faults, the worst of each kind"
    title = f"{escape(name)}: {report.count:,} {faults}"
    of_a_board = not _is_priced(report)
    bites, charge = (["bit", "harmless"], []) if of_a_board else ([], ["charge of a day"])
    heads = ("fault", "count", *bites, "to sleep, s", "to serve, s", *charge)
    out = output.table(title, *heads)
    for kind, row in report.rows.items():
        cells = [f"{row.count:,}", f"{row.sleep_s:,.1f}", f"{row.serve_s:,.0f}"]
        if of_a_board:
            cells[1:1] = [f"{row.bit:,}", f"{row.count - row.bit:,}"]
        else:
            cells.append(f"{row.ratio:.3f}")
        out.add_row(escape(kind), *cells)
    output.console.print(out)
    if of_a_board:
        click.echo(UNJUDGED)
    _lines(report.failed, words)
    _lines(report.limits, words, LIMIT)


def _lines(of: list[tuple[str, str]], words: str, more: str = "") -> None:
    """What is told of some faults, each with what replays it."""
    for line, what in of[:MOST_LINES]:
        click.echo(f"{what}{more}: {words} --replay {line}")
    if len(of) > MOST_LINES:
        click.echo(f"and {len(of) - MOST_LINES:,} more")


def _is_priced(report: Report) -> bool:
    """Whether charge was measured, as in the simulator."""
    return any(row.ratio for row in report.rows.values())


def as_json(report: Report) -> dict[str, Any]:
    """The same for programs."""
    rows = {kind: asdict(row) for kind, row in report.rows.items()}
    for row in rows.values():
        del row["bit" if _is_priced(report) else "ratio"]
    return {
        "count": report.count,
        "faults": rows,
        "failed": [{"replay": line, "what": fault} for line, fault in report.failed],
        "limits": [{"replay": line, "what": limit} for line, limit in report.limits],
    }
