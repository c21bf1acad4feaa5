"""What is sampled: recorded and modelled signals, by recording either tuned on or judged on."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np

from host_sim.errors import BadInput
from host_sim.files import inputs
from host_sim.units import DAY_S
from host_sim.world import recordings, weather

MINUTE_S = 60
RECORDING_BYTES = 1 << 22  # the longest has 0.9 MB
DETECTION, ESTIMATION = "uci-occupancy-detection", "uci-occupancy-estimation-pir"


@dataclass(frozen=True)
class Signal:
    """Values, one each `step_s`, and what a node's author would ask of them."""

    recording: str
    name: str
    step_s: int
    values: list[int]
    delta: int
    period_s: int
    within_s: int

    @property
    def days(self) -> float:
        """Its length."""
        return len(self.values) * self.step_s / DAY_S


# Channel: column of the recording, scale, delta. Hundredths of a degree and of a percent, lux, ppm.
OF_DETECTION = {
    "temperature": (2, 100, 20),
    "humidity": (3, 100, 50),
    "light": (4, 1, 50),
    "co2": (5, 1, 50),
    "occupied": (7, 1, 1),
}
OF_ESTIMATION = {"temperature": (2, 100, 12), "light": (6, 1, 20), "co2": (14, 1, 30)}
# Appliances that a plug on a cell would meter: mW, told when they change by 50 W.
TUNED_ON = ("Freezer", "TV-LCD", "DigitalTvReceiver")
JUDGED_ON = ("Washingmachine", "Dishwasher", "LaundryDryer", "MicrowaveOven", "Coffeemaker")
POWER_DELTA = 50_000
CLIMATE_S, POWER_S = (300, 1_800), (60, 600)  # period, and how long news may wait
WEATHER_DAYS = 40


def tuning(data: Path) -> Iterator[Signal]:
    """What ours was tuned on."""
    yield from _detection(data, "datatraining.txt")
    yield from _estimation(data, 0)
    yield from _appliances(data, TUNED_ON)
    yield from garden(11, 1)


def judged(data: Path) -> Iterator[Signal]:
    """What it is judged on."""
    yield from _detection(data, "datatest.txt")
    yield from _detection(data, "datatest2.txt")
    yield from _estimation(data, 1)
    yield from _estimation(data, 2)
    yield from _appliances(data, JUDGED_ON)
    yield from garden(1, 5)


def _file(path: Path) -> Path:
    if not path.is_file():
        raise BadInput("is missing", where=path, remedy="give the recordings' folder: --data")
    return path


def _rows(path: Path) -> list[list[str]]:
    """The rows of a CSV file, without its heads."""
    return list(csv.reader(inputs.text(_file(path), RECORDING_BYTES).splitlines()))[1:]


def _resampled(times_s: list[int], values: list[float], step_s: int) -> list[int]:
    """A value each step, held from the row before."""
    at_s = np.arange(0, times_s[-1] - times_s[0], step_s)
    row = np.searchsorted(np.array(times_s) - times_s[0], at_s, side="right") - 1
    rounded: list[int] = np.round(np.array(values)[row]).astype(int).tolist()
    return rounded


def _detection(data: Path, name: str) -> Iterator[Signal]:
    """An office by the minute (UCI Occupancy Detection; L. Candanedo and V. Feldheim, 2016)."""
    rows = _rows(data / "occupancy" / DETECTION / name)
    times = [int(datetime.fromisoformat(f"{row[1]}+00:00").timestamp()) for row in rows]
    for channel, (column, scale, delta) in OF_DETECTION.items():
        values = _resampled(times, [scale * float(row[column]) for row in rows], MINUTE_S)
        yield Signal(f"uci {name}", channel, MINUTE_S, values, delta, *CLIMATE_S)


def _estimation(data: Path, stretch: int) -> Iterator[Signal]:
    """A room each half minute (UCI Room Occupancy Estimation), one of its three stretches."""
    rows = _rows(data / "occupancy" / ESTIMATION / "Occupancy_Estimation.csv")
    stamps = [f"{row[0].replace('/', '-')}T{row[1]}+00:00" for row in rows]
    times = [int(datetime.fromisoformat(stamp).timestamp()) for stamp in stamps]
    gaps = [i for i in range(1, len(times)) if times[i] - times[i - 1] > 600]
    edges = [0, *gaps, len(times)]
    long = [(a, b) for a, b in pairwise(edges) if b - a > 1_000]
    first, last = long[stretch]
    for channel, (column, scale, delta) in OF_ESTIMATION.items():
        some = [scale * float(row[column]) for row in rows[first:last]]
        values = _resampled(times[first:last], some, 30)
        yield Signal(f"uci estimation {stretch + 1}", channel, 30, values, delta, *CLIMATE_S)


def _appliances(data: Path, names: tuple[str, ...]) -> Iterator[Signal]:
    """A day of each (tracebase, ODbL), its mean power by the half minute."""
    for name in names:
        (path,) = sorted((data / "appliance" / "tracebase" / name).glob("*.csv")) or [data / name]
        mw = recordings.held(recordings.tracebase(_file(path)))
        halves = np.array(mw[: len(mw) // 30 * 30]).reshape(-1, 30).mean(axis=1)
        values = np.round(halves).astype(int).tolist()
        yield Signal(f"tracebase {name}", "power", 30, values, POWER_DELTA, *POWER_S)


def garden(seed: int, first_month: int) -> Iterator[Signal]:
    """The weather of the garden scenario: a model, but for the sun."""
    air, humidity = weather.climate(WEATHER_DAYS, first_month, seed)
    sun = recordings.irradiance(WEATHER_DAYS, first_month)
    name = f"garden {seed}"
    yield Signal(name, "temperature", weather.STEP_MIN * MINUTE_S, air.values, 50, *CLIMATE_S)
    yield Signal(name, "humidity", weather.STEP_MIN * MINUTE_S, humidity.values, 300, *CLIMATE_S)
    yield Signal(name, "irradiance", MINUTE_S, sun.tolist(), 150, *CLIMATE_S)


def walk(deltas_an_hour: float, days: int, seed: int) -> Signal:
    """A random walk that spreads over so many deltas in an hour."""
    steps = np.random.default_rng(seed).standard_normal(days * 1440)
    values = np.cumsum(steps) * 1000 * deltas_an_hour / np.sqrt(60)
    rounded = np.round(values).astype(int).tolist()
    return Signal(f"walk {seed}", "walk", MINUTE_S, rounded, 1000, *CLIMATE_S)
