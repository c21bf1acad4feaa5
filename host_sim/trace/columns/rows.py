"""Rows of text into columns, and columns into a recording; whatever is in doubt is refused."""

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from host_sim.errors import BadInput
from host_sim.trace.columns import ending
from host_sim.trace.columns.clock import Clock
from host_sim.trace.columns.column import Column
from host_sim.trace.columns.source import Source
from host_sim.trace.recording import Floats, Recording

Columns = list[tuple[str, str]]  # name and numpy type, in the order of the file


def lines(source: Source) -> list[str]:
    """The lines of a text file that is whole.

    A last row that lacks its end and has other digits than the one above is refused.
    """
    path = source.path
    data = source.whole()
    found = ascii_lines(data.rstrip(), path)
    if not data.endswith(b"\n") and len(found) > 1:
        ending.check_alike(found[-1].encode(), found[-2].encode(), path, len(found))
    return found


def table(rows: list[str], columns: Columns, path: Path, first_line: int) -> npt.NDArray[np.void]:
    """Rows as named columns; BadInput names the line that has others, or no number."""
    if not rows:
        raise BadInput("no two samples", where=path, remedy="record again")
    try:
        found = np.loadtxt(rows, delimiter=",", comments=None, dtype=columns, ndmin=1)
    except ValueError as error:
        # numpy counts from 0 where a field is wrong, from 1 where their number is.
        counted = re.search(r"(to \w+ )?at row (\d+)", str(error))
        line = first_line + int(counted[2]) - (not counted[1]) if counted else None
        raise BadInput(
            "not a whole row", where=path, line=line, remedy="the file is damaged"
        ) from None
    if len(found) != len(rows):
        raise BadInput("an empty row", where=path, remedy="the file is damaged")
    return found


def ascii_lines(data: bytes, path: Path) -> list[str]:
    """Bytes as lines; BadInput when they are no text."""
    try:
        return data.decode("ascii").splitlines()
    except UnicodeDecodeError:
        raise BadInput("not a text file", where=path, remedy="export it as CSV") from None


def recording(
    name: str,
    at_s: Floats,
    current_ua: Floats,
    path: Path,
    first_line: int,
) -> Recording:
    """Samples at their times as a recording; BadInput names the line of what cannot be."""
    clock, column = Clock(path, first_line), Column("current", path, first_line)
    clock.add(at_s)
    column.append(current_ua)
    return Recording(name, clock.rate_hz(), column.array(), clock.gaps())
