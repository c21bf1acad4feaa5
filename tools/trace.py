"""torpor trace: what a recording holds, its digest, and other formats of it."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.markup import escape

from host_sim.errors import BadInput
from host_sim.trace import digest, reader, segment, stats, writer
from tools import output


@click.group("trace")
def command() -> None:
    """Read, measure, convert and digest power recordings.

    The format is told by the content, through .xz, .gz and .zst: docs/traces.md lists them.
    """


def told(command: Any) -> Any:
    """Options for what a file does not say itself."""
    for option in (
        click.option("--channel", help="The current, where several could be it."),
        click.option("--volts", type=float, help="The supply, for a file in mW."),
        click.option("--unit", help="Of a file that does not say: A, mA, uA or mW."),
    ):
        command = option(command)
    return command


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@told
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def info(
    file: Path, unit: str | None, volts: float | None, channel: str | None, as_json: bool
) -> None:
    """Print format, rate, duration, gaps, charge and currents of FILE."""
    recording = reader.read(file, unit, volts, channel)
    facts = stats.facts(recording)
    if as_json:
        output.as_json(facts)
        return
    _title(file)
    grid = output.table("", "", "")
    grid.show_header = False
    energy_mj, voltage_v = facts["energy_mj"], facts["voltage_v"]
    for name, value in (
        ("format", recording.format),
        ("samples", f"{facts['samples']:,} at {recording.rate_hz:,g} Hz"),
        ("duration", f"{recording.duration_s:,.3f} s recorded"),
        *((f"gap of {gap.length_s:,.3f} s", f"at {gap.start_s:,.3f} s") for gap in recording.gaps),
        ("charge", f"{facts['charge_mc']:,.3f} mC"),
        ("energy", "unknown: no voltage" if energy_mj is None else f"{energy_mj:,.3f} mJ"),
        ("voltage", "not recorded" if voltage_v is None else f"{voltage_v:,.3f} V"),
        *((f"{name} current", f"{ma:,.3f} mA") for name, ma in facts["current_ma"].items()),
        ("clipped", f"{facts['clipped_samples']:,} samples"),
        ("channels", " ".join(recording.channels) or "none"),
    ):
        grid.add_row(name, value)
    output.console.print(grid)


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@told
def convert(
    file: Path, out: Path, unit: str | None, volts: float | None, channel: str | None
) -> None:
    """Write FILE anew as OUT: .csv (PPK2), .ppk2, .jls or .parquet.

    \b
    torpor trace convert wake.jls wake.parquet
    """
    output.writable(out)
    writer.check(out)
    if out.exists() and file.exists() and out.samefile(file):
        raise BadInput("is the recording itself", where=out, remedy="name another file")
    lost = writer.write(out, reader.read(file, unit, volts, channel))
    for what in lost:
        click.echo(f"torpor: {out}: no place for {what}", err=True)


def _title(file: Path) -> None:
    output.console.print(f"[bold]{escape(str(file))}[/bold]", soft_wrap=True)


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
