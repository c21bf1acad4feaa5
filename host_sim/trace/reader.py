"""Open a recording, whatever its name: by content, through .xz, .gz and .zst."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from host_sim.errors import BadInput
from host_sim.progress import Progress, silent
from host_sim.trace.columns.source import Source
from host_sim.trace.cut import digest
from host_sim.trace.formats import (
    dmm,
    jls,
    logger,
    otii3,
    parquet,
    part,
    ppk2,
    ppk2file,
    rld,
    scope,
    sigrok,
    unitless,
)
from host_sim.trace.recording import Recording

LEAST_V, MOST_V = 0.1, 1_000  # of a supply


@dataclass(frozen=True)
class Format:
    """A file format: its name for people, whether a file's first bytes are of it, its reader.

    `asks` is what a file of it may leave to its user: its unit, or which channel is the current.
    """

    name: str
    matches: Callable[[bytes], bool]
    read: Callable[[Source], Recording]
    asks: tuple[str, ...] = ()


FORMATS = (
    Format(dmm.NAME, dmm.matches, dmm.read),
    Format(ppk2.NAME, ppk2.matches, ppk2.read),
    Format(ppk2file.NAME, ppk2file.matches, ppk2file.read),
    Format(part.NAME, part.matches, part.read),
    Format(parquet.NAME, parquet.matches, parquet.read),
    Format(jls.NAME, jls.matches, jls.read, ("channel",)),
    Format(otii3.NAME, otii3.matches, otii3.read, ("channel",)),
    Format(rld.NAME, rld.matches, rld.read, ("channel",)),
    Format(sigrok.NAME, sigrok.matches, sigrok.read, ("unit", "channel")),
    Format(unitless.NAME, unitless.matches, unitless.read, ("unit",)),
    Format(scope.NAME, scope.matches, scope.read),
    Format(logger.NAME, logger.matches, logger.read),  # last: others name their units too
)


def read(
    path: Path,
    unit: str | None = None,
    volts: float | None = None,
    channel: str | None = None,
    progress: Progress = silent,
) -> Recording:
    """Read a recording. BadInput names the file, the line and the fault when it cannot be used.

    `unit` (A, mA, uA, mW) and `volts` (the supply) are for files that do not say theirs, `channel`
    for those in which several could be the current: what a file says itself is not asked for.
    """
    if volts is not None and not LEAST_V <= volts <= MOST_V:
        raise BadInput(f"{volts:g} V is no supply", where=path, remedy="give --volts, as 3.3")
    source = Source(path, unit, volts, channel, progress)
    if not source.head.strip():
        raise BadInput("the file is empty", where=path, remedy="record again")
    for kind in FORMATS:
        if kind.matches(source.head):
            _check_told(kind, source)
            with np.errstate(over="ignore", invalid="ignore"):  # it is no current, and refused
                return _supplied(kind.read(source), source)
    if source.head.startswith(digest.START):
        remedy = "give the recording that its first line names"
        raise BadInput("a digest, and no recording", where=path, remedy=remedy)
    names = " or ".join(kind.name for kind in FORMATS)
    raise BadInput("no format that is known here", where=path, remedy=f"give {names}")


def _check_told(kind: Format, source: Source) -> None:
    """BadInput where the user says what the file says itself."""
    for name, told in (("unit", source.unit), ("channel", source.channel)):
        if told is not None and name not in kind.asks:
            what = f"{kind.name} says its {name} itself"
            raise BadInput(what, where=source.path, remedy=f"leave --{name} out")


def _supplied(recording: Recording, source: Source) -> Recording:
    """With its supply, the same for all samples, where the file holds none."""
    if source.volts is None:
        return recording
    if recording.voltage_v is not None:
        raise BadInput("holds its voltage", where=source.path, remedy="leave --volts out")
    voltage_v = np.broadcast_to(np.float32(source.volts), recording.current_ua.shape)
    return replace(recording, voltage_v=voltage_v)
