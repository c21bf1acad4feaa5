"""The table of torpor faults, a line for each fault that did not go well, and JSON."""

from dataclasses import asdict
from typing import Any

import click
from rich.markup import escape

from host_sim.lab.faults.suite import Report
from tools.show import output

MOST_LINES = 20


def show(name: str, words: str, report: Report) -> None:
    """A row for each kind of fault, and the failures, which these words and a line replay."""
    title = f"{escape(name)}: {report.count:,} faults, the worst of each kind"
    charge = ["charge of a day"] if _is_priced(report) else []
    out = output.table(title, "fault", "count", "to sleep, s", "to serve, s", *charge)
    for kind, row in report.rows.items():
        cells = [f"{row.count:,}", f"{row.sleep_s:,.1f}", f"{row.serve_s:,.0f}", f"{row.ratio:.3f}"]
        out.add_row(escape(kind), *cells[: 3 + len(charge)])
    output.console.print(out)
    for line, fault in report.failed[:MOST_LINES]:
        click.echo(f"{fault}: {words} --replay {line}")
    if len(report.failed) > MOST_LINES:
        click.echo(f"and {len(report.failed) - MOST_LINES:,} more")


def _is_priced(report: Report) -> bool:
    """Whether charge was measured."""
    return any(row.ratio for row in report.rows.values())


def as_json(report: Report) -> dict[str, Any]:
    """The same for programs."""
    rows = {kind: asdict(row) for kind, row in report.rows.items()}
    for row in rows.values() if not _is_priced(report) else ():
        del row["ratio"]
    return {
        "count": report.count,
        "faults": rows,
        "failed": [{"replay": line, "what": fault} for line, fault in report.failed],
    }
