"""Bench multimeter CSV, as a digitizing DMM exports it (Keithley DMM6500 style).

Some lines of settings, then a header that begins with Index,Reading,Unit and ends with Date,Time,
Fractional Seconds, then a row a sample. The unit stands in each row. The clock may jump where the
file was cut although the index goes on: that is a gap.
"""

from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from host_sim.errors import BadInput
from host_sim.trace.columns import rows
from host_sim.trace.columns.source import Source
from host_sim.trace.recording import Floats, Recording

NAME = "bench-DMM CSV"
_HEADER = b"Index,Reading,Unit,"
_MOST_BEFORE = 4_096  # bytes of settings
_UNIT = b"Amp DC"
# Text of one character more than is right, so that a longer one is not taken for it.
_TYPES = {
    "Index": "f8",
    "Reading": "f8",
    "Unit": "S16",
    "Date": "S11",
    "Time": "S9",
    "Fractional Seconds": "f8",
}


def matches(data: bytes) -> bool:
    """Whether the header stands near the start."""
    return b"\n" + _HEADER in b"\n" + data[:_MOST_BEFORE]


def read(source: Source) -> Recording:
    """All samples, in µA; BadInput for another unit, a cut row, or a number that is none."""
    path = source.path
    lines = rows.lines(source)
    header = next(i for i, line in enumerate(lines) if line.startswith(_HEADER.decode()))
    names = lines[header].split(",")
    first_line = header + 2
    if not set(_TYPES) <= set(names) or len(set(names)) < len(names) or "" in names:
        remedy = f"one column each of {', '.join(_TYPES)} is needed"
        raise BadInput("not the columns of a DMM", where=path, line=first_line - 1, remedy=remedy)
    columns = [(name, _TYPES.get(name, "S1")) for name in names]
    table = rows.table(lines[header + 1 :], columns, path, first_line)
    other = table["Unit"] != _UNIT
    if other.any():
        row = int(np.argmax(other))
        raise BadInput(
            f"the unit is {table['Unit'][row].decode() or 'missing'}",
            where=path,
            line=first_line + row,
            remedy="a current in Amp DC is needed",
        )
    _check_index(table["Index"], path, first_line)
    at_s = _seconds(table, path, first_line)
    with np.errstate(over="ignore"):  # what overflows is refused with the other damage
        current_ua = table["Reading"] * 1e6
    return rows.recording("dmm-csv", at_s, current_ua, path, first_line)


def _check_index(index: Floats, path: Path, first_line: int) -> None:
    """Rows are in their order; what the index leaves out shows in the clock too."""
    wrong = ~(np.diff(index) > 0)
    if wrong.any():
        line = first_line + int(np.argmax(wrong)) + 1
        raise BadInput("the index does not rise", where=path, line=line, remedy="sort the rows")


def _seconds(table: npt.NDArray[np.void], path: Path, first_line: int) -> Floats:
    """Time of each row, from the first row's whole second: the sum since 1970 would lose digits."""
    fraction = table["Fractional Seconds"]
    wrong = ~((fraction >= 0) & (fraction < 1))
    stamps, first, which = np.unique(
        table[["Date", "Time"]], return_index=True, return_inverse=True
    )
    whole = np.zeros(len(stamps))
    for i, (date, time) in enumerate(stamps):
        try:
            whole[i] = _second(f"{date.decode()} {time.decode()}")
        except ValueError:
            wrong[first[i]] = True
    if wrong.any():
        line = first_line + int(np.argmax(wrong))
        raise BadInput("no date and time", where=path, line=line, remedy="the file is damaged")
    since_first: Floats = (whole - whole[which[0]])[which] + fraction
    return since_first


def _second(stamp: str) -> float:
    return datetime.strptime(f"{stamp}+0000", "%m/%d/%Y %H:%M:%S%z").timestamp()
