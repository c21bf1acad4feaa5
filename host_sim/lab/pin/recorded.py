"""Pins that were recorded: a room's PIR sensors, and the contacts of a home."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from host_sim.files import inputs, outputs
from host_sim.units import DAY_S
from host_sim.world import recordings
from host_sim.world.wifi import RECORDING_BYTES

PIR = Path("occupancy", "uci-occupancy-estimation-pir", "Occupancy_Estimation.csv")
SENSORS = ("S6_PIR", "S7_PIR")
APART_S = 3_600  # rows further apart are of another recording
DAYS = 28  # of the home


@dataclass(frozen=True)
class Pin:
    """Edges, µs from a midnight on, rises and falls in turn, for so many days."""

    name: str
    edges_us: list[int]
    days: int

    def write(self, path: Path) -> None:
        """As a table for a scenario's contact, which would be repeated by its last row's day."""
        end_s = self.days * DAY_S - 1
        rows = [f"{at / 1e6:.3f},{1 - i % 2}" for i, at in enumerate(self.edges_us)]
        text = "\n".join(("seconds,value", "0,0", *rows, f"{end_s},0", ""))
        outputs.write({path: text.encode()})


def contacts() -> list[Pin]:
    """Of the kasteren home. Only openings were recorded: that each ends 3 s later is inferred."""
    pins = [Pin(name, recordings.door_edges(name, DAYS), DAYS) for name in recordings.contacts()]
    return [pin for pin in pins if pin.edges_us]


def motion(data: Path) -> list[Pin]:
    """Of the UCI room: each sensor in each stretch of rows, 30 s apart. Rows are as they come.

    A row says that there was motion since the row before: the pin is taken to be at 1 from one row
    to the next, and what is shorter was not recorded.
    """
    rows = list(csv.DictReader(inputs.text(data / PIR, RECORDING_BYTES).splitlines()))
    times = [datetime.fromisoformat(f"{r['Date'].replace('/', '-')}T{r['Time']}") for r in rows]
    cuts = [i for i, (a, b) in enumerate(pairwise(times), 1) if (b - a).total_seconds() > APART_S]
    return [
        pin
        for first, last in pairwise([0, *cuts, len(rows)])
        for sensor in SENSORS
        for pin in _pin(sensor, times[first:last], [r[sensor] for r in rows[first:last]])
    ]


def _pin(sensor: str, times: list[datetime], values: list[str]) -> Iterator[Pin]:
    """One stretch; none where nothing moved."""
    midnight = datetime.combine(times[0].date(), datetime.min.time())
    us = [int((at - midnight).total_seconds()) * 1_000_000 for at in times]
    levels = [0, *(int(value) for value in values[:-1]), 0]  # it ends at rest
    edges = [at for at, (a, b) in zip(us, pairwise(levels), strict=True) if a != b]
    if edges:
        yield Pin(f"{sensor} {times[0]:%Y-%m-%d}", edges, us[-1] // (DAY_S * 1_000_000) + 1)
