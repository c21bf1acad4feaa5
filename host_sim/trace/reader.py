"""Open a recording, whatever its name: by content, through .xz, .gz and .zst."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from host_sim.errors import BadInput
from host_sim.trace import (
    dmm,
    jls,
    logger,
    otii3,
    parquet,
    ppk2,
    ppk2file,
    rld,
    scope,
    sigrok,
    unitless,
)
from host_sim.trace.recording import Recording
from host_sim.trace.source import Source


@dataclass(frozen=True)
class Format:
    """A file format: its name for people, whether a file's first bytes are of it, its reader."""

    name: str
    matches: Callable[[bytes], bool]
    read: Callable[[Source], Recording]


FORMATS = (
    Format(dmm.NAME, dmm.matches, dmm.read),
    Format(ppk2.NAME, ppk2.matches, ppk2.read),
    Format(ppk2file.NAME, ppk2file.matches, ppk2file.read),
    Format(parquet.NAME, parquet.matches, parquet.read),
    Format(jls.NAME, jls.matches, jls.read),
    Format(otii3.NAME, otii3.matches, otii3.read),
    Format(rld.NAME, rld.matches, rld.read),
    Format(sigrok.NAME, sigrok.matches, sigrok.read),
    Format(unitless.NAME, unitless.matches, unitless.read),
    Format(scope.NAME, scope.matches, scope.read),
    Format(logger.NAME, logger.matches, logger.read),  # last: others name their units too
)


def read(
    path: Path, unit: str | None = None, volts: float | None = None, channel: str | None = None
) -> Recording:
    """Read a recording. BadInput names the file, the line and the fault when it cannot be used.

    `unit` (A, mA, uA, mW) and `volts` (the supply) are for files that do not say theirs, `channel`
    for those in which several could be the current.
    """
    source = Source(path, unit, volts, channel)
    if not source.head.strip():
        raise BadInput("the file is empty", where=path, remedy="record again")
    for kind in FORMATS:
        if kind.matches(source.head):
            return kind.read(source)
    names = " or ".join(kind.name for kind in FORMATS)
    raise BadInput("no format that is known here", where=path, remedy=f"give {names}")
