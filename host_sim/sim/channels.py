"""What a node's channels read: all series one behind the other, and where each lies."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from host_sim.engine.parts import BATTERY, OUTPUT, PIN_LEVEL, SERIES, SOUND
from host_sim.files import inputs
from host_sim.spec import costs, sources
from host_sim.spec.scenario import Scenario
from host_sim.spec.scenariofile import Table
from host_sim.units import DAY_US, MINUTE_US
from host_sim.world import recordings, table, weather
from host_sim.world.series import Series

FIXED = {"battery": BATTERY, "door": PIN_LEVEL, "sound": SOUND, "output": OUTPUT}

Source = int | str | Table  # of what a channel reads
Place = tuple[int, int, int, int]  # the beginning of its row: source, step_us, first cell, cells


def parts(scenario: Scenario, days: int, arrays: bool) -> dict[str, Any]:
    """The parts of a run that its channels read, the series as an array where that is asked for."""
    file, folder = scenario.file, scenario.path.parent
    world, channels = file.world, file.node.channel
    read = tuple(world.reads[channel.name] for channel in channels)
    tables = tuple(inputs.text(folder / one.csv) for one in read if isinstance(one, Table))
    series, places = _laid_out(read, tables, folder, days, world.first_month, file.seed, arrays)
    rows = []
    for channel, place in zip(channels, places, strict=True):
        has_own = channel.read_ms or channel.read_ua
        us = costs.reading_us(channel, scenario.board) if has_own else 0
        rows += [*place, us, channel.read_ua * 1000]
    return {"series": series, "channels": rows}


@lru_cache(maxsize=2)
def _laid_out(
    read: tuple[Source, ...],
    tables: tuple[str, ...],
    folder: Path,
    days: int,
    first_month: int,
    seed: int,
    arrays: bool,
) -> tuple[Any, list[Place]]:
    """The series that channels read, and of each its row's beginning; many nodes share one world.

    `tables` is what those of the sources say that are tables.
    """
    series = [np.zeros(0, dtype=np.int64)]
    places = []
    first = 0
    for source in read:
        if isinstance(source, str) and source in FIXED:
            places.append((FIXED[source], 1, 0, 1))
            continue
        one = _series(source, folder, days, first_month, seed)
        places.append((SERIES, one.step_us, first, len(one.values)))
        series.append(np.array(one.values, dtype=np.int64))
        first += len(one.values)
    found = np.concatenate(series)
    return found if arrays else found.tolist(), places


def _series(source: Source, folder: Path, days: int, first_month: int, seed: int) -> Series:
    if isinstance(source, Table):
        return table.series(folder / source.csv, source.scale)
    if isinstance(source, int):
        return Series(DAY_US, [source])
    if source in ("temperature", "humidity"):
        return weather.climate(days, first_month, seed)[source == "humidity"]
    if source == "irradiance":
        sun = recordings.irradiance(days, first_month)
        return Series(MINUTE_US, sun.tolist())
    return recordings.appliance_mw(source.removeprefix(sources.APPLIANCE))
