"""A digest: a recording as a table of its states, small enough to ship as facts.

The charge of the rows adds up to the recording's: each sample is in one row.
"""

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from math import isfinite
from pathlib import Path

from host_sim.errors import BadInput
from host_sim.trace.recording import Recording
from host_sim.trace.segment import segments


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


def rows(recording: Recording) -> list[Row]:
    """The recording's states in their order."""
    out = []
    for segment in segments(recording):
        ma = recording.current_ua[segment.start : segment.end] / 1000
        rate_hz = recording.rate_hz
        out.append(
            Row(
                segment.state,
                segment.start / rate_hz,
                len(ma) / rate_hz,
                float(ma.mean()),
                float(ma.std()),
                float(ma.max()),
                float(ma.sum()) / rate_hz,
            )
        )
    return out


def active(table: list[Row]) -> list[Row]:
    """The rows of the wake: from the first that does not sleep to the last."""
    awake = [i for i, row in enumerate(table) if row.state != "deep_sleep"]
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
    awake = row.state != "deep_sleep"
    return all(map(isfinite, numbers)) and row.duration_s > 0 and (row.charge_mc > 0 or not awake)
