"""Bench multimeter CSV, as a digitizing DMM exports it (Keysight Truevolt and DMM6500 style).

Some lines of settings, then a header that begins with Index,Reading,Unit and ends with Date,Time,
Fractional Seconds, then a row a sample. The unit stands in each row. The clock may jump where the
file was cut although the index goes on: that is a gap.
"""

import csv
from datetime import datetime
from pathlib import Path

import numpy as np

from host_sim.errors import BadInput
from host_sim.trace.recording import Gap, Recording

NAME = "bench-DMM CSV"
_HEADER = b"Index,Reading,Unit,"
_MOST_BEFORE = 4_096  # bytes of settings
_UNITS_UA = {"Amp DC": 1e6, "Amp": 1e6}
_JUMP = 1.5  # sample intervals between two rows that are no longer neighbours


def matches(data: bytes) -> bool:
    """Whether the header stands near the start."""
    return b"\n" + _HEADER in b"\n" + data[:_MOST_BEFORE]


def read(data: bytes, path: Path) -> Recording:
    """All samples, in µA; BadInput for another unit, a cut row, or a number that is none."""
    try:
        lines = data.decode("ascii").splitlines()
    except UnicodeDecodeError:
        raise BadInput("not a text file", where=path, remedy="export it as CSV") from None
    first = next(i for i, line in enumerate(lines) if line.startswith(_HEADER.decode()))
    rows = csv.DictReader(lines[first:], restval="")
    reading, at_s, index = [], [], []
    for line, row in enumerate(rows, first + 2):
        if row["Unit"] not in _UNITS_UA:
            what = f"the unit is {row['Unit'] or 'missing'}"
            raise BadInput(what, where=path, line=line, remedy="a current in Amp DC is needed")
        try:
            index.append(float(row["Index"]))
            reading.append(float(row["Reading"]) * _UNITS_UA[row["Unit"]])
            at_s.append(_seconds(row))
        except (ValueError, KeyError, TypeError, OverflowError):
            raise BadInput(
                "not a whole row", where=path, line=line, remedy="the file is cut off or damaged"
            ) from None
    current_ua = np.array(reading)
    if len(reading) < 2 or not np.isfinite(current_ua).all():
        raise BadInput(
            "no two samples, or one that is no number", where=path, remedy="record again"
        )
    return _recording(current_ua, np.array(at_s), np.array(index), path)


def _seconds(row: dict[str, str]) -> float:
    """Time of a row, seconds since 1970."""
    stamp = datetime.strptime(f"{row['Date']} {row['Time']}+0000", "%m/%d/%Y %H:%M:%S%z")
    fraction = row["Fractional Seconds"]
    if not fraction.startswith("."):
        raise ValueError(fraction)
    return stamp.timestamp() + float(fraction)


def _recording(
    current_ua: np.ndarray, at_s: np.ndarray, index: np.ndarray, path: Path
) -> Recording:
    """Rate from the usual interval; gaps where the clock or the index jumps."""
    step_s = np.diff(at_s)
    usual_s = float(np.median(step_s))
    if usual_s <= 0 or (step_s <= 0).any() or (np.diff(index) <= 0).any():
        row = int(np.argmax((step_s <= 0) | (np.diff(index) <= 0))) + 2
        raise BadInput(
            f"time goes backwards at sample {row}", where=path, remedy="the rows are out of order"
        )
    gaps = tuple(
        Gap(float(at + 1) * usual_s, float(step_s[at]) - usual_s)
        for at in np.flatnonzero(step_s > _JUMP * usual_s)
    )
    # The instrument's clock is finer than the rate it was set to: round to whole hertz.
    rate_hz = round(1 / usual_s) or 1 / usual_s
    return Recording("dmm-csv", float(rate_hz), current_ua, gaps)
