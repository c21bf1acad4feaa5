"""A digest: a recording as a table of its states, small enough to ship as facts.

The charge of the rows adds up to the recording's: each sample is in one row.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from itertools import groupby
from math import isfinite
from pathlib import Path

import numpy as np

from host_sim.errors import BadInput
from host_sim.files import inputs, outputs
from host_sim.trace.cut import pyramid, segment
from host_sim.trace.cut.segment import Found, Segment
from host_sim.trace.recording import Floats, Recording
from host_sim.trace.spool import PLACES, give_back

ASLEEP = segment.NAMES[segment.DEEP_SLEEP]
IDLE = segment.NAMES[segment.IDLE]
BOOT = segment.NAMES[segment.BOOT]
LEVEL_RATIO = 0.07  # what a level that was given may differ by: half a step of steps.STEP_RATIO

START = b"# recording: "
_MOST_BYTES = 1 << 28
REMEDY = "write one with torpor trace digest -o"


@dataclass(frozen=True)
class Row:
    """One stretch of one state. Its mean and spread leave out what its ends hold of others."""

    state: str
    start_s: float
    duration_s: float
    mean_ma: float
    sd_ma: float
    peak_ma: float
    charge_mc: float


def rows(recording: Recording) -> list[Row]:
    """The recording's states in their order."""
    return of_segments(recording, segment.find(recording))


def of_segments(recording: Recording, found: Found) -> list[Row]:
    """Segments with their current and charge."""
    rate_hz = recording.rate_hz
    out = []
    for number, part in enumerate(found.segments):
        if number % PLACES == 0:
            give_back(recording.current_ua)
        count = part.end - part.start
        total, squares, peak = pyramid.total(found.pyramid, part.start, part.end)
        ends = _ends(recording, part, total / count)
        own = count - len(ends)
        mean = (total - ends.sum()) / own
        out.append(
            Row(
                part.state,
                part.start / rate_hz,
                count / rate_hz,
                mean / 1000,
                max(0.0, (squares - ends @ ends) / own - mean**2) ** 0.5 / 1000,
                peak / 1000,
                total / rate_hz / 1000,
            )
        )
    return out


def _ends(recording: Recording, part: Segment, mean_ua: float) -> Floats:
    """The first and the last sample, which may be of the neighbours in part.

    A peak at the end of a boot is its own: the supply's inrush.
    """
    if part.end - part.start <= 2:
        return np.empty(0)
    ends = recording.current_ua[[part.start, part.end - 1]].astype(np.float64)
    return ends[ends < mean_ua] if part.state == BOOT else ends


def named(table: Iterable[Row], levels_ma: Mapping[str, float]) -> list[Row]:
    """Idle rows by the name of the level that they are at, as cpu_160 at 49 mA, where one is."""

    def name(row: Row) -> str:
        apart = {state: abs(row.mean_ma / ma - 1) for state, ma in levels_ma.items()}
        nearest = min(apart, key=apart.__getitem__, default=IDLE)
        return nearest if row.state == IDLE and apart.get(nearest, 1) <= LEVEL_RATIO else row.state

    return [replace(row, state=name(row)) for row in table]


def wakes(table: list[Row]) -> list[list[Row]]:
    """The rows of each wake: what lies between two sleeps."""
    runs = groupby(table, key=lambda row: row.state == ASLEEP)
    return [list(rows) for asleep, rows in runs if not asleep]


def sleep_ma(table: list[Row]) -> float | None:
    """Mean current of deep sleep, or None where it never sleeps."""
    asleep = [row for row in table if row.state == ASLEEP]
    if not asleep:
        return None
    return sum(row.charge_mc for row in asleep) / sum(row.duration_s for row in asleep)


def write(path: Path, table: Iterable[Row], facts: Mapping[str, str]) -> None:
    """Write a digest. BadInput when it cannot be written."""
    with outputs.beside(path) as part:
        part.write_bytes(text(table, facts).encode())


def text(table: Iterable[Row], facts: Mapping[str, str]) -> str:
    """A digest as it is written; the first lines are the facts."""
    file = io.StringIO()
    file.writelines(f"# {key}: {value}\n" for key, value in facts.items())
    out = csv.writer(file, lineterminator="\n")
    out.writerow(field.name for field in fields(Row))
    out.writerows(map(_fields, table))
    return file.getvalue()


def _fields(row: Row) -> list[str]:
    state, *numbers = asdict(row).values()
    return [state, *(f"{number:.6g}" for number in numbers)]


def rounded(table: Iterable[Row]) -> list[Row]:
    """The rows as they read back, so that a fit is the same from the file."""
    fields = (_fields(row) for row in table)
    return [Row(state, *map(float, numbers)) for state, *numbers in fields]


def is_digest(path: Path) -> bool:
    """Whether a file is a digest rather than a recording: it begins as one."""
    with inputs.opened(path) as file:
        return file.read(len(START)) == START


def facts(path: Path) -> dict[str, str]:
    """What the first lines say; BadInput when it cannot be read."""
    found = {}
    for line in _lines(path):
        if not line.startswith("#"):
            break
        key, _, value = line[1:].partition(":")
        found[key.strip()] = value.strip()
    return found


def _lines(path: Path) -> list[str]:
    try:
        return inputs.data(path, _MOST_BYTES).decode("utf-8").splitlines()
    except UnicodeDecodeError:
        raise BadInput("no digest", where=path, remedy=REMEDY) from None


def load(path: Path) -> list[Row]:
    """Read a digest; BadInput for anything else."""
    try:
        table = csv.DictReader(line for line in _lines(path) if not line.startswith("#"))
        rows = [
            Row(row["state"], *(float(row[field.name]) for field in fields(Row)[1:]))
            for row in table
        ]
        if not rows or not all(_sound(row) for row in rows):
            raise ValueError
    except (ValueError, KeyError, TypeError, csv.Error):
        raise BadInput("no digest", where=path, remedy=REMEDY) from None
    return rows


def _sound(row: Row) -> bool:
    """Finite numbers that took time; only the noise of a sleep may be negative."""
    _, *numbers = asdict(row).values()
    awake = row.state != ASLEEP
    return all(map(isfinite, numbers)) and row.duration_s > 0 and (row.charge_mc > 0 or not awake)
