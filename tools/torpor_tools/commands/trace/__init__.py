"""torpor trace: what a recording holds, and other formats of it; its states have files beside."""

from pathlib import Path

import click
from rich.markup import escape

from host_sim.trace import writer
from host_sim.trace.draw import stats
from torpor_tools import options, params, recordings
from torpor_tools.commands.trace import diff, digest, plot
from torpor_tools.line import Command
from torpor_tools.recordings import Told
from torpor_tools.show import output


@click.group("trace")
def command() -> None:
    """Read, measure, convert, cut and draw power recordings.

    The format is told by the content, through .xz, .gz and .zst: docs/traces.md lists them.
    """


@command.command(cls=Command)
@click.argument("file", type=params.RECORDING)
@recordings.told
@options.as_json("a table")
def info(file: Path, told: Told, as_json: bool) -> None:
    """Print format, rate, duration, gaps, charge and currents of FILE."""
    recording = recordings.read(file, told)
    facts = stats.facts(recording)
    if as_json:
        output.as_json(facts)
        return
    _title(file)
    energy_mj, voltage_v = facts["energy_mj"], facts["voltage_v"]
    pairs = (
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
    )
    output.console.print(output.facts("", pairs))


@command.command(cls=Command)
@click.argument("file", type=params.RECORDING)
@click.argument("out", type=params.Output(writer.WRITERS))
@recordings.told
def convert(file: Path, out: Path, told: Told) -> None:
    """Write FILE anew as OUT: .csv (PPK2), .ppk2, .jls or .parquet.

    \b
    torpor trace convert wake.jls wake.parquet
    """
    lost = recordings.write(out, recordings.read(file, told))
    for what in lost:
        click.echo(f"torpor: {out}: no place for {what}", err=True)


def _title(file: Path) -> None:
    output.console.print(f"[bold]{escape(str(file))}[/bold]", soft_wrap=True)


for each in (digest, plot, diff):
    command.add_command(each.command)
