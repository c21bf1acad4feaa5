"""torpor record: a board's current by a Power Profiler Kit II."""

import os
import time
from contextlib import closing
from pathlib import Path

import click
import numpy as np

from host_sim.errors import BadInput
from host_sim.trace import writer
from host_sim.trace.formats.part import RATE_HZ, Part
from host_sim.trace.recording import Recording
from torpor_tools import options, params, recordings
from torpor_tools.line import Command
from torpor_tools.ppk2 import HIGHEST_MV, LOWEST_MV, Ppk2
from torpor_tools.show import output

YEAR_S = 366 * 86_400
SILENT_S = 3.0  # without a sample: the instrument is gone
SHOWN_S = 0.25


@click.command("record", cls=Command)
@click.option(
    "--ppk2", "port", type=params.PORT, required=True, help="The instrument's serial port."
)
@click.option("--out", type=params.Output(writer.WRITERS), required=True, help=".parquet or .ppk2")
@click.option("--seconds", type=params.Number(0.001, YEAR_S, " s"), help="Else until Ctrl-C.")
@click.option(
    "--mode", type=click.Choice(["source", "ampere"]), default="source", show_default=True
)
@click.option(
    "--mv",
    type=click.IntRange(LOWEST_MV, HIGHEST_MV),
    default=3300,
    show_default=True,
    help="The supply, in mV.",
)
@options.as_json("a table")
def command(port: str, out: Path, seconds: float | None, mode: str, mv: int, as_json: bool) -> None:
    """Record a board through a Power Profiler Kit II until the time is up or Ctrl-C.

    The logic port is recorded as channels D0 to D7. Samples that were lost on the way are counted
    and stand in the file as gaps. In ampere mode the board has its own supply of --mv.

    While it measures, the samples are in OUT.part. Should the computer lose its power, that file
    stays: every command reads it as it is, and convert makes a smaller one of it.

    \b
    torpor record --ppk2 /dev/ttyACM0 --out wake.parquet --seconds 30
    torpor trace convert wake.parquet.part wake.parquet
    """
    wanted = None if seconds is None else round(seconds * RATE_HZ)
    failure = None
    with closing(Ppk2(port, mode, mv)) as instrument, Part(Path(f"{out}.part")) as part:
        instrument.on()
        try:
            with instrument:
                measure(instrument, part, wanted)
        except BadInput as error:
            failure = error
    if not part.samples:
        part.path.unlink()
        raise failure or BadInput("no samples came", where=port, remedy="try again")
    recording = _kept(part.path, out)
    document = {
        "file": str(out),
        "samples": len(recording.current_ua),
        "duration_s": recording.duration_s,
        "charge_mc": recording.charge_mc,
        "lost_samples": round(sum(gap.length_s for gap in recording.gaps) * RATE_HZ),
        "losses": len(recording.gaps),
        "complete": failure is None,
    }
    output.as_json(document) if as_json else _show(document)
    if failure:
        raise BadInput(f"{failure}: what came before is in {out}")


def _kept(part: Path, out: Path) -> Recording:
    """Write what was measured as it was asked for; BadInput, when that fails, says where it is."""
    try:
        recording = recordings.read(part)
        for what in recordings.write(out, recording):
            click.echo(f"torpor: {out}: no place for {what}", err=True)
    except (BadInput, KeyboardInterrupt) as error:
        raise BadInput(f"{str(error) or 'interrupted'}: what was measured is in {part}") from None
    part.unlink()
    return recording


def measure(instrument: Ppk2, part: Part, wanted: int | None) -> None:
    """Fill the file with so many samples, or until Ctrl-C; BadInput when the instrument is gone."""
    taken = 0
    heard = shown = time.monotonic()
    try:
        while wanted is None or taken < wanted:
            ua, bits = instrument.read()
            now = time.monotonic()
            if len(ua):
                left = None if wanted is None else wanted - taken
                part.append(ua[:left], bits[:left])
                taken += len(ua)
                heard = now
            elif now - heard > SILENT_S:
                raise BadInput(f"silent for {SILENT_S:g} s", where=instrument.port)
            if len(ua) and now - shown > SHOWN_S and os.isatty(2):
                shown = now
                live = f"{taken / RATE_HZ:8.1f} s {np.nanmean(ua) / 1000:10.3f} mA"
                click.echo(f"\r{live} ", err=True, nl=False)
    except KeyboardInterrupt:
        return
    finally:
        if os.isatty(2):
            click.echo("\r" + " " * 30 + "\r", err=True, nl=False)


def _show(document: dict[str, object]) -> None:
    pairs = (
        ("file", f"{document['file']}"),
        ("samples", f"{document['samples']:,} at {RATE_HZ:,} Hz"),
        ("charge", f"{document['charge_mc']:,.3f} mC in {document['duration_s']:,.3f} s"),
        ("lost", f"{document['lost_samples']:,} samples in {document['losses']:,} places"),
    )
    output.console.print(output.facts("", pairs))
