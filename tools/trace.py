"""torpor trace: what a recording holds; tools/cut.py has what names its states."""

from dataclasses import asdict
from pathlib import Path

import click
import numpy as np
from rich.markup import escape

from host_sim.trace import reader
from host_sim.trace.recording import Recording
from tools import cut, output


@click.group("trace")
def command() -> None:
    """Read, measure and digest power recordings.

    Formats, found by content, also as .xz and .gz: bench-DMM CSV, PPK2 CSV.
    """


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def info(file: Path, as_json: bool) -> None:
    """Print rate, duration, gaps, charge and currents of FILE."""
    recording = reader.read(file)
    facts = _facts(recording)
    if as_json:
        output.as_json(facts)
        return
    _title(file)
    grid = output.table("", "", "")
    grid.show_header = False
    currents = facts["current_ma"]
    assert isinstance(currents, dict)
    for name, value in (
        ("format", recording.format),
        ("samples", f"{len(recording.current_ua):,} at {recording.rate_hz:,g} Hz"),
        ("duration", f"{recording.duration_s:,.3f} s recorded"),
        *((f"gap of {gap.length_s:,.3f} s", f"at {gap.start_s:,.3f} s") for gap in recording.gaps),
        ("charge", f"{recording.charge_mc:,.3f} mC"),
        *((f"{name} current", f"{value:,.3f} mA") for name, value in currents.items()),
        ("channels", " ".join(recording.channels) or "none beside current"),
    ):
        grid.add_row(name, value)
    output.console.print(grid)


def _title(file: Path) -> None:
    output.console.print(f"[bold]{escape(str(file))}[/bold]", soft_wrap=True)


def _facts(recording: Recording) -> dict[str, object]:
    """What is told of a recording; keys are stable."""
    ma = recording.current_ua / 1000
    return {
        "format": recording.format,
        "samples": len(ma),
        "rate_hz": recording.rate_hz,
        "duration_s": recording.duration_s,
        "gaps": [asdict(gap) for gap in recording.gaps],
        "charge_mc": recording.charge_mc,
        "current_ma": {
            "min": float(ma.min()),
            "median": float(np.median(ma)),
            "mean": float(ma.mean()),
            "p99": float(np.percentile(ma, 99)),
            "max": float(ma.max()),
        },
        "channels": list(recording.channels),
    }


for each in (cut.digest_command, cut.plot_command, cut.diff_command):
    command.add_command(each)
