"""The recordings that ship, as series and events. Licences and sources stand beside the data."""

import csv
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from host_sim.errors import BadInput

DATA = Path(__file__).parent / "data"
DAY_S = 86_400
MINUTE_US = 60_000_000

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Series:
    """Values read as values[time // step_us % len(values)]."""

    step_us: int
    values: list[int]


def _lines(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt", encoding="ascii") if path.suffix == ".xz" else path.open() as file:
        yield from file


@cache
def _irradiance_month(month: str) -> Ints:
    """One recorded month, W/m² by the minute; the pyranometer's negative night offset is 0."""
    rows = csv.reader(_lines(DATA / "simba" / f"2023{month}.txt.xz"))
    next(rows)
    return np.array([max(0, round(float(row[2]))) for row in rows], dtype=np.int64)


def irradiance(days: int, first_month: int = 1) -> Ints:
    """Solar irradiance, W/m², one value a minute for so many days.

    Two months were recorded (NREL, 2023): January stands for October to March, June for April to
    September, each repeated by whole days.
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


def door_s(sensor: str, days: int) -> list[int]:
    """Seconds at which a contact of the recorded home changed, the 28 days repeated.

    Raises BadInput for a contact that the home did not have.
    """
    rows = _door_rows()
    one = [second for second, name in rows if name == sensor]
    if not one:
        known = sorted({name for _, name in rows})
        raise BadInput(f"no contact {sensor} was recorded", remedy=f"one of {', '.join(known)}")
    period_s = (rows[-1][0] // DAY_S + 1) * DAY_S
    repeats = range(days * DAY_S // period_s + 1)
    every = (repeat * period_s + second for repeat in repeats for second in one)
    return sorted({second for second in every if second < days * DAY_S})


APPLIANCES = {
    "washing-machine": "Washingmachine_dev_D31FFD_2012.06.11.csv.xz",
    "tv": "TV-LCD_dev_B80E51_2012.05.31.csv.xz",
}


def appliance_mw(name: str) -> Series:
    """Real power of a recorded appliance, mW, one value a second, one day repeating.

    Rows are 1 to 8 s apart; a value holds until the next. Raises BadInput for an unknown name.
    """
    if name not in APPLIANCES:
        raise BadInput(f"no appliance {name}", remedy=f"one of {', '.join(APPLIANCES)}")
    watts = np.zeros(DAY_S, dtype=np.int64)
    at, held = 0, 0
    for line in _lines(DATA / "tracebase" / APPLIANCES[name]):
        stamp, watt, _ = line.strip().split(";")
        hour, minute, second = stamp.split(" ")[1].split(":")
        now = int(hour) * 3600 + int(minute) * 60 + int(second)
        watts[at:now] = held
        at, held = now, int(watt)
    watts[at:] = held
    return Series(1_000_000, (watts * 1000).tolist())
