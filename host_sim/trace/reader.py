"""Open a recording, whatever its name: by content, through .xz, .gz and .zst."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from host_sim.errors import BadInput
from host_sim.trace import dmm, ppk2
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
)


def read(path: Path, unit: str | None = None, volts: float | None = None) -> Recording:
    """Read a recording. BadInput names the file, the line and the fault when it cannot be used.

    `unit` (A, mA, uA, mW) and `volts` (the supply) are for files that do not say theirs.
    """
    source = Source(path, unit, volts)
    if not source.head.strip():
        raise BadInput("the file is empty", where=path, remedy="record again")
    for kind in FORMATS:
        if kind.matches(source.head):
            return kind.read(source)
    names = " or ".join(kind.name for kind in FORMATS)
    raise BadInput("no format that is known here", where=path, remedy=f"give {names}")
