"""torpor record: a board's current by a Power Profiler Kit II."""

import os
import time
from pathlib import Path

import click

from host_sim.errors import BadInput
from host_sim.trace import writer
from host_sim.trace.recording import Gap, Recording
from host_sim.trace.spool import Spool
from tools import output, recordings
from tools.ppk2 import RATE_HZ, Ppk2

IDLE_S = 0.02  # between two looks at the port: 8 kB of samples
SILENT_S = 3.0  # without a sample: the instrument is gone
SHOWN_S = 0.25


@click.command("record")
@click.option("--ppk2", "port", required=True, help="The instrument's serial port.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help=".parquet or .ppk2")
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="Else until Ctrl-C.")
@click.option(
    "--mode", type=click.Choice(["source", "ampere"]), default="source", show_default=True
)
@click.option("--mv", type=int, default=3300, show_default=True, help="The supply, in mV.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def command(port: str, out: Path, seconds: float | None, mode: str, mv: int, as_json: bool) -> None:
    """Record a board through a Power Profiler Kit II until the time is up or Ctrl-C.

    The logic port is recorded as channels D0 to D7. Samples that were lost on the way are counted
    and stand in the file as gaps. In ampere mode the board has its own supply of --mv.

    \b
    torpor record --ppk2 /dev/ttyACM1 --out wake.parquet --seconds 30
    """
    output.writable(out)
    writer.check(out)
    current_ua, digital = Spool("f4"), Spool("u1")
    failure = None
    with Ppk2(port, mode, mv) as instrument:
        try:
            _measure(instrument, current_ua, digital, seconds)
        except BadInput as error:
            failure = error
    samples = current_ua.array()
    if not len(samples):
        raise failure or BadInput("no samples came", where=port, remedy="try again")
    lost = instrument.framer.lost
    gaps = tuple(Gap(at / RATE_HZ, count / RATE_HZ) for at, count in lost if at)
    channels = tuple(f"D{i}" for i in range(8))
    recording = Recording("ppk2", RATE_HZ, samples, gaps, channels, digital.array())
    for what in recordings.write(out, recording):
        click.echo(f"torpor: {out}: no place for {what}", err=True)
    document = {
        "file": str(out),
        "samples": len(samples),
        "duration_s": recording.duration_s,
        "charge_mc": recording.charge_mc,
        "lost_samples": sum(count for _, count in lost),
        "losses": len(lost),
        "complete": failure is None,
    }
    output.as_json(document) if as_json else _show(document)
    if failure:
        raise BadInput(f"{failure}: what came before is in {out}")


def _measure(instrument: Ppk2, current_ua: Spool, digital: Spool, seconds: float | None) -> None:
    """Fill the columns until the time is up or Ctrl-C; BadInput when the instrument is gone."""
    wanted = None if seconds is None else round(seconds * RATE_HZ)
    taken = 0
    heard = shown = time.monotonic()
    try:
        while wanted is None or taken < wanted:
            ua, bits = instrument.read()
            if wanted is not None:
                ua, bits = ua[: wanted - taken], bits[: wanted - taken]
            now = time.monotonic()
            if len(ua):
                current_ua.append(ua)
                digital.append(bits)
                taken += len(ua)
                heard = now
            elif now - heard > SILENT_S:
                raise BadInput(f"silent for {SILENT_S:g} s", where=instrument.port)
            if len(ua) and now - shown > SHOWN_S and os.isatty(2):
                shown = now
                live = f"{taken / RATE_HZ:8.1f} s {ua.mean() / 1000:10.3f} mA"
                click.echo(f"\r{live} ", err=True, nl=False)
            time.sleep(IDLE_S)
    except KeyboardInterrupt:
        return
    finally:
        if os.isatty(2):
            click.echo("\r" + " " * 30 + "\r", err=True, nl=False)


def _show(document: dict[str, object]) -> None:
    grid = output.table("", "", "")
    grid.show_header = False
    for name, value in (
        ("file", f"{document['file']}"),
        ("samples", f"{document['samples']:,} at {RATE_HZ:,} Hz"),
        ("charge", f"{document['charge_mc']:,.3f} mC in {document['duration_s']:,.3f} s"),
        ("lost", f"{document['lost_samples']:,} samples in {document['losses']:,} places"),
    ):
        grid.add_row(name, value)
    output.console.print(grid)
