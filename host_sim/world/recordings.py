"""The recordings that ship, as series and events. Licences and sources stand beside the data."""

import csv
import lzma
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np

from host_sim.units import DAY_S, SECOND_US
from host_sim.world.contact import edges
from host_sim.world.series import Ints, Series

DATA = Path(__file__).parent / "data"
OPEN_US = 3 * SECOND_US  # I: the front door was never opened twice within less

Rows = Iterator[tuple[int, int]]  # (second, mW), the end of the recording last


def _lines(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt", encoding="ascii") if path.suffix == ".xz" else path.open() as file:
        yield from file


@cache
def _irradiance_month(month: str) -> Ints:
    """One recorded month, W/m² by the minute; the pyranometer's negative night offset is 0."""
    with lzma.open(DATA / "simba" / f"2023{month}.txt.xz") as file:
        # Line by line out of the archive it takes half as long again.
        recorded = np.loadtxt(file.read().splitlines(), delimiter=",", skiprows=1, usecols=2)
    return np.maximum(np.rint(recorded), 0).astype(np.int64)


def irradiance(days: int, first_month: int = 1) -> Ints:
    """Solar irradiance, W/m², one value a minute for so many days.

    Two months were recorded (NREL, 2023), neither with a minute missing: January stands for October
    to March, June for April to September, each repeated by whole days.
    """
    out = []
    for day in range(days):
        month = (first_month - 1 + day * 12 // 365) % 12 + 1
        recorded = _irradiance_month("jun" if 4 <= month <= 9 else "jan")
        at = day % (len(recorded) // 1440) * 1440
        out.append(recorded[at : at + 1440])
    return np.concatenate(out)


@cache
def _door_rows() -> list[tuple[int, str]]:
    """(second since the first midnight, sensor) of the kasteren home, 28 days in 2008."""
    rows = []
    for line in _lines(DATA / "kasteren" / "base_kasteren-m.csv"):
        date, time, sensor, *_ = line.split()
        rows.append((datetime.fromisoformat(f"{date}T{time}+00:00").timestamp(), sensor))
    midnight = rows[0][0] // DAY_S * DAY_S
    return [(int(second - midnight), sensor) for second, sensor in rows]


def contacts() -> list[str]:
    """The contacts of the recorded home."""
    return sorted({name for _, name in _door_rows()})


def door_edges(sensor: str, days: int) -> list[int]:
    """When a contact of the recorded home opened and closed in turn, µs from a midnight.

    The 28 days are repeated: they are four whole weeks, so hours and weekdays stay aligned. Only
    openings were recorded. A contact closes OPEN_US later, or half-way to its next opening where
    that is sooner.
    """
    rows = _door_rows()
    opened = [second for second, name in rows if name == sensor]
    period_s = (rows[-1][0] // DAY_S + 1) * DAY_S
    repeats = range(days * DAY_S // period_s + 1)
    every = [(repeat * period_s + second) * SECOND_US for repeat in repeats for second in opened]
    every.append((repeats.stop * period_s + opened[0]) * SECOND_US)
    return edges(every, OPEN_US, days)


def tracebase(path: Path) -> Rows:
    """A day from midnight in whole watts, averaged over 1 s; rows 1 to 8 s apart as a rule."""
    for line in _lines(path):
        stamp, watt, _ = line.split(";")
        hour, minute, second = stamp.split(" ")[1].split(":")
        yield int(hour) * 3600 + int(minute) * 60 + int(second), int(watt) * 1000
    yield DAY_S, 0


def _powerids(path: Path) -> Rows:
    """Milliwatts, a row every 1.03 s or so, from the first row on."""
    rows = csv.reader(_lines(path))
    next(rows)
    first, second = None, 0
    for stamp, mw, _ in rows:
        at = datetime.fromisoformat(stamp)
        first = first or at
        second = int((at - first).total_seconds())
        yield second, int(mw)
    yield second + 1, 0


APPLIANCES: dict[str, tuple[Callable[[Path], Rows], str]] = {
    "washing-machine": (tracebase, "tracebase/Washingmachine_dev_D31FFD_2012.06.11.csv.xz"),
    "tv": (tracebase, "tracebase/TV-LCD_dev_B80E51_2012.05.31.csv.xz"),
    "kettle": (_powerids, "powerids/weekett_active.csv.xz"),
}


def appliance_mw(name: str) -> Series:
    """Real power of a recorded appliance, mW, one value a second.

    A value holds until the next. The washing machine and the TV were recorded for a day, the kettle
    for 40 minutes. The washing machine's day has 14 gaps of more than a minute, the longest 9
    hours, each between two readings of zero.
    """
    read, file = APPLIANCES[name]
    return Series(SECOND_US, held(read(DATA / file)))


def held(rows: Rows) -> list[int]:
    """One value a second, each held until the next row."""
    values: list[int] = []
    now = 0
    for second, mw in rows:
        values += [now] * (second - len(values))
        now = mw
    return values
