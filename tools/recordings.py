"""Recordings read and written with progress on stderr."""

from pathlib import Path

from host_sim.trace import reader, writer
from host_sim.trace.recording import Recording
from tools import output


def read(
    path: Path, unit: str | None = None, volts: float | None = None, channel: str | None = None
) -> Recording:
    """As reader.read."""
    with output.Progress("reading") as progress:
        return reader.read(path, unit, volts, channel, progress)


def write(path: Path, recording: Recording) -> list[str]:
    """As writer.write."""
    with output.Progress("writing") as progress:
        return writer.write(path, recording, progress)
