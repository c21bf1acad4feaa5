"""Rows of text into columns, and columns into a recording; whatever is in doubt is refused."""

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from host_sim.errors import BadInput
from host_sim.trace.recording import Floats, Gap, Recording
from host_sim.trace.source import Source

MOST_UA = 1e9  # 1,000 A: a larger number is damage, not a current
MOST_S = 1e10  # three centuries
MOST_HZ = 1e9
JUMP = 1.5  # sample intervals between two rows that are no longer neighbours

Columns = list[tuple[str, str]]  # name and numpy type, in the order of the file


def lines(source: Source) -> list[str]:
    """The lines of a text file that is whole.

    A last line without its end is cut where its last number has not as many digits as the one
    above: exporters print them alike.
    """
    path = source.path
    with source.open() as file:
        data = file.read()
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        raise BadInput("not a text file", where=path, remedy="export it as CSV") from None
    found = text.rstrip().splitlines()
    if not text.endswith("\n") and len(found) > 1 and _digits(found[-1]) != _digits(found[-2]):
        raise BadInput(
            "the last row is cut off", where=path, line=len(found), remedy="export it again"
        )
    return found


def _digits(row: str) -> tuple[str, int]:
    """Of a row's last number: whether there is a point, and how many digits follow it."""
    _, point, digits = row.rpartition(",")[2].rpartition(".")
    return point, len(digits)


def table(rows: list[str], columns: Columns, path: Path, first_line: int) -> npt.NDArray[np.void]:
    """Rows as named columns; BadInput names the line that has others, or no number."""
    if len(rows) < 2:
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


def recording(
    name: str,
    at_s: Floats,
    current_ua: Floats,
    path: Path,
    first_line: int,
) -> Recording:
    """Samples at their times as a recording: its rate, and the gaps where the clock jumps.

    The rate is that of the neighbours' mean interval, to five digits: the clock of an instrument
    is no better, and a printed time is rounded.
    """

    def refuse(what: str, row: int) -> BadInput:
        return BadInput(what, where=path, line=first_line + row, remedy="the file is damaged")

    sound = (np.abs(at_s) <= MOST_S) & (np.abs(current_ua) <= MOST_UA)  # NaN is neither
    if not sound.all():
        raise refuse("no current at a time", int(np.argmin(sound)))
    step_s = np.diff(at_s)
    if (step_s <= 0).any():
        raise refuse("time does not rise", int(np.argmax(step_s <= 0)) + 1)
    if at_s[0] < 0:
        raise refuse("time is negative", 0)
    jumps = step_s > JUMP * float(np.median(step_s))
    usual_s = float(step_s[~jumps].mean())
    if usual_s * MOST_HZ < 1:
        raise refuse("samples less than a nanosecond apart", 1)
    rate_hz = float(f"{1 / usual_s:.5g}")
    gaps = tuple(
        Gap(float(row + 1) / rate_hz, float(step_s[row]) - usual_s) for row in np.flatnonzero(jumps)
    )
    return Recording(name, rate_hz, current_ua.astype(np.float32), gaps)
