"""A digest: a recording as a table of its states, small enough to ship as facts.

The charge of the rows adds up to the recording's: each sample is in one row.
"""

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from itertools import groupby
from math import isfinite
from pathlib import Path

from host_sim.errors import BadInput
from host_sim.trace import pyramid, segment
from host_sim.trace.recording import Recording
from host_sim.trace.segment import Found

ASLEEP = segment.NAMES[segment.DEEP_SLEEP]


@dataclass(frozen=True)
class Row:
    """One stretch of one state."""

    state: str
    start_s: float
    duration_s: float
    mean_ma: float
    sd_ma: float
    peak_ma: float
    charge_mc: float


@dataclass(frozen=True)
class Wake:
    """From a deep sleep's end to the next one's start, or to an end of the recording."""

    start_s: float
    duration_s: float
    charge_mc: float


def rows(recording: Recording) -> list[Row]:
    """The recording's states in their order."""
    return of_segments(recording, segment.find(recording))


def of_segments(recording: Recording, found: Found) -> list[Row]:
    """Segments with their current and charge."""
    rate_hz = recording.rate_hz
    out = []
    for part in found.segments:
        count = part.end - part.start
        total, squares, peak = pyramid.total(found.pyramid, part.start, part.end)
        mean = total / count
        out.append(
            Row(
                part.state,
                part.start / rate_hz,
                count / rate_hz,
                mean / 1000,
                max(0.0, squares / count - mean**2) ** 0.5 / 1000,
                peak / 1000,
                total / rate_hz / 1000,
            )
        )
    return out


def wakes(table: list[Row]) -> list[Wake]:
    """Each stretch without deep sleep."""
    groups = groupby(table, lambda row: row.state == ASLEEP)
    return [_wake(list(rows)) for asleep, rows in groups if not asleep]


def _wake(rows: list[Row]) -> Wake:
    seconds = sum(row.duration_s for row in rows)
    return Wake(rows[0].start_s, seconds, sum(row.charge_mc for row in rows))


def sleep_ma(table: list[Row]) -> float | None:
    """Mean current of deep sleep, or None where it never sleeps."""
    asleep = [row for row in table if row.state == ASLEEP]
    if not asleep:
        return None
    return sum(row.charge_mc for row in asleep) / sum(row.duration_s for row in asleep)


def active(table: list[Row]) -> list[Row]:
    """The rows of the wake: from the first that does not sleep to the last."""
    awake = [i for i, row in enumerate(table) if row.state != ASLEEP]
    return table[awake[0] : awake[-1] + 1] if awake else []


def sha256(path: Path) -> str:
    """Of the file as it is, to cite it by."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write(path: Path, table: Iterable[Row], source: str) -> None:
    """Write a digest; the first line says of what. BadInput when it cannot be written."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(f"# {source}\n")
            out = csv.writer(file, lineterminator="\n")
            out.writerow(field.name for field in fields(Row))
            for row in table:
                state, *numbers = asdict(row).values()
                out.writerow([state, *(f"{number:.6g}" for number in numbers)])
    except OSError as error:
        raise BadInput(f"cannot be written ({error.strerror})", where=path) from None


def cites(path: Path, recording: Path) -> bool:
    """Whether a digest says that it is of this very recording."""
    try:
        return sha256(recording).encode() in path.read_bytes().partition(b"\n")[0]
    except OSError:
        return False  # no digest, so it cites nothing


def load(path: Path) -> list[Row]:
    """Read a digest; BadInput for anything else."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        table = csv.DictReader(line for line in lines if not line.startswith("#"))
        rows = [
            Row(row["state"], *(float(row[field.name]) for field in fields(Row)[1:]))
            for row in table
        ]
        if not rows or not all(_sound(row) for row in rows):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        raise BadInput(
            "no digest", where=path, remedy="write one with torpor trace digest -o"
        ) from None
    return rows


def _sound(row: Row) -> bool:
    """Finite numbers that took time; only the noise of a sleep may be negative."""
    _, *numbers = asdict(row).values()
    awake = row.state != ASLEEP
    return all(map(isfinite, numbers)) and row.duration_s > 0 and (row.charge_mc > 0 or not awake)
