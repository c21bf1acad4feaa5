"""The table of torpor faults, a line for each fault that did not go well, and JSON."""

from dataclasses import asdict
from typing import Any

import click
from rich.markup import escape

from host_sim.lab.faults.suite import Report
from tools.show import output

MOST_LINES = 20


def show(name: str, report: Report) -> None:
    """A row for each kind of fault, and the failures."""
    title = f"{escape(name)}: {report.count:,} faults, the worst of each kind"
    out = output.table(title, "fault", "count", "to sleep, s", "to serve, s", "charge of a day")
    for kind, row in report.rows.items():
        cells = (f"{row.count:,}", f"{row.sleep_s:,.1f}", f"{row.serve_s:,.0f}", f"{row.ratio:.3f}")
        out.add_row(escape(kind), *cells)
    output.console.print(out)
    for line, fault in report.failed[:MOST_LINES]:
        click.echo(f"{fault}: torpor faults {name} --replay {line}")
    if len(report.failed) > MOST_LINES:
        click.echo(f"and {len(report.failed) - MOST_LINES:,} more")


def as_json(report: Report) -> dict[str, Any]:
    """The same for programs."""
    return {
        "count": report.count,
        "faults": {kind: asdict(row) for kind, row in report.rows.items()},
        "failed": [{"replay": line, "what": fault} for line, fault in report.failed],
    }
