"""What a node harvests, by the minute, and the charges at which its charger switches it."""

from functools import lru_cache
from typing import Any

import numpy as np

from host_sim.errors import BadInput
from host_sim.hardware import cell, states
from host_sim.hardware.panel import PANELS
from host_sim.sim import battery
from host_sim.sim.battery import Battery
from host_sim.spec.scenario import Scenario
from host_sim.spec.scenariofile import MOST_LUX, Harvest, Table
from host_sim.units import MINUTE_US
from host_sim.world import recordings, table
from host_sim.world.series import Ints

MINUTES_A_DAY = 1_440
MINUTES_AN_HOUR = 60
NW_PER_UW = 1_000

NONE: dict[str, Any] = {"harvest": [], "stored": 0, "off": [], "restart_permille": 0}


def parts(scenario: Scenario, days: int, power: Battery) -> dict[str, Any]:
    """The parts of a run that are of its harvest; of a node without one, nothing."""
    given, store = scenario.file.world.harvest, scenario.file.node.battery
    if given is None or store is None:
        return NONE
    frost_c = cell.CELLS[store.chemistry].charge_from_c
    assert frost_c is not None  # by spec.faults
    nw = power_nw(given, light(scenario, given, days))
    cold = np.array(cell.BANDS_C)[power.air] < frost_c
    by_minute = np.repeat(np.resize(cold, days * battery.HOURS_A_DAY), MINUTES_AN_HOUR)
    nw[by_minute[: len(nw)]] = 0
    awake_na = max(scenario.board.current_na[at] for at in (states.BOOT, states.CPU))
    off = [
        battery.dead_permille(scenario.board, store.chemistry, awake_na, c, scenario.cell)
        for c in cell.BANDS_C
    ]
    coldest = min(power.air)
    last = max([off[coldest], *power.dead[coldest * battery.LEVELS :][: battery.LEVELS]])
    return {
        "harvest": nw.tolist(),
        "stored": round(10 * given.charged_percent * power.capacity_permille),
        "off": off,
        "restart_permille": last + max(1, round((1000 - last) * given.restart_percent / 100)),
    }


def light(scenario: Scenario, given: Harvest, days: int) -> Ints:
    """W/m² of sun or lux by the minute, before what is in its way."""
    minutes = days * MINUTES_A_DAY
    if isinstance(given.light, int):
        return np.full(minutes, given.light)
    if isinstance(given.light, Table):
        path = scenario.path.parent / given.light.csv
        series = table.series(path, given.light.scale)
        for lux in (min(series.values), max(series.values)):
            if not 0 <= lux <= MOST_LUX:
                raise BadInput(f"{lux:,} lux", where=path, remedy=f"keep to 0 … {MOST_LUX:,}")
        at_us = np.arange(minutes) * MINUTE_US
        return np.array(series.values)[at_us // series.step_us % len(series.values)]
    return _sun(days, scenario.file.world.first_month)


@lru_cache(maxsize=4)
def _sun(days: int, first_month: int) -> Ints:
    return recordings.irradiance(days, first_month)


def power_nw(given: Harvest, light: Ints) -> Ints:
    """What the charger stores of this light."""
    panel = PANELS[given.panel]
    share = given.light_percent / 100
    seen = light * share
    uw = seen * (panel.sun_uw or 0) if given.light == "sun" else panel.lamp_uw(seen)
    stored = uw * given.panels * given.efficiency_percent / 100
    return np.round(stored * NW_PER_UW).astype(np.int64)
