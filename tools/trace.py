"""torpor trace: what a recording holds, and its digest."""

from dataclasses import asdict
from pathlib import Path

import click
import numpy as np
from rich.markup import escape

from host_sim.errors import BadInput
from host_sim.trace import digest, reader, segment
from host_sim.trace.recording import Recording
from tools import output


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


@command.command("digest")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write the rows as CSV.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def digest_command(file: Path, out: Path | None, as_json: bool) -> None:
    """Cut FILE into states: start, duration, mean, spread, peak and charge of each."""
    output.writable(out)
    if out and out.exists() and file.exists() and out.samefile(file):
        raise BadInput("is the recording itself", where=out, remedy="name another file")
    recording = reader.read(file)
    rows = digest.rows(recording)
    beacon_s = segment.beacon_period_s(recording)
    if out:
        digest.write(out, rows, {"recording": file.name, "sha256": digest.sha256(file)})
    if as_json:
        segments = [asdict(row) for row in rows]
        output.as_json({"segments": segments, "beacon_period_s": beacon_s})
        return
    _title(file)
    grid = output.table("", "state", "segments", "time, s", "mean, mA", "peak, mA", "charge, mC")
    for state in dict.fromkeys(row.state for row in rows):
        mine = [row for row in rows if row.state == state]
        seconds, charge_mc = sum(r.duration_s for r in mine), sum(r.charge_mc for r in mine)
        grid.add_row(
            state,
            f"{len(mine)}",
            f"{seconds:,.3f}",
            f"{charge_mc / seconds:,.2f}",
            f"{max(r.peak_ma for r in mine):,.1f}",
            f"{charge_mc:,.2f}",
        )
    output.console.print(grid)
    if beacon_s:
        output.console.print(f"beacons each {beacon_s * 1000:.1f} ms")
