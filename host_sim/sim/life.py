"""How long a node lives on its cell: as simulated to its end, or as the run's end tells.

A node stops where its cell is empty, or where a burst would pull it under what its board needs
(host_sim.engine.link). A run that came so far says when that was. One that ended before is carried
on: at its mean current and the leakage of the year's air, to the charge at which the strongest
burst that it sent would be the end on the year's coldest hour. So it claims no luck: a node that
seldom sends as strongly may live on, and so may one that saves when its cell is low, or whose cell
is low in summer.
"""

from dataclasses import dataclass

import numpy as np

from host_sim.engine.ledger import Ledger
from host_sim.hardware import cell, states
from host_sim.sim import battery
from host_sim.sim.battery import HOUR_S, Battery
from host_sim.spec import configure
from host_sim.spec.scenario import Scenario
from host_sim.units import DAY_US

SIMULATED, ENDED, EXTRAPOLATED = "simulated", "ended", "extrapolated"
EMPTY, BROWN_OUT = "cell empty", "brown-out"


@dataclass(frozen=True)
class Life:
    """Days from the first to the last; `how` is ENDED or EXTRAPOLATED, `why` the end it met."""

    days: float
    how: str
    why: str


def of(scenario: Scenario, ledger: Ledger, alive: bool) -> Life | None:
    """The life that a run's books tell of; None on the mains, or where the cell is charged.

    Extrapolated it is at least as long as the run, unless that drew more than there was: a node
    that outlived its strongest burst's charge may stop at its next one.
    """
    if scenario.file.node.battery is None or scenario.file.world.harvest:
        return None
    days = ledger.duration_us / DAY_US
    power = battery.of(scenario, max(int(np.ceil(scenario.file.days)), battery.YEAR_DAYS))
    drawn = ledger.charge_fc >> cell.CHARGE_SHIFT
    gone = drawn + power.leak(ledger.duration_us // 1_000_000)
    whole = 1000 * power.capacity_permille
    if gone >= whole:  # the run saw it at its next join, or is not there yet
        return Life(days * whole / gone, EXTRAPOLATED if alive else ENDED, EMPTY)
    if not alive:
        return Life(days, ENDED, BROWN_OUT)
    coldest = min(power.air) * battery.LEVELS
    dead = power.dead[coldest + _strongest(scenario, ledger)]
    left = (1000 - dead) * power.capacity_permille - gone
    a_day = drawn / days + leak_a_day(power) if days else 0
    more = max(0, left) / a_day if a_day else 0.0
    return Life(days + more, EXTRAPOLATED, BROWN_OUT if dead else EMPTY)


def asleep_days(scenario: Scenario, na: int) -> float | None:
    """How long the node would live at its deep sleep's current alone; None as above."""
    given = scenario.file.node.battery
    if given is None or scenario.file.world.harvest:
        return None
    power = battery.of(scenario, battery.YEAR_DAYS)
    coldest_c = cell.BANDS_C[min(power.air)]
    dead = battery.dead_permille(scenario.board, given.chemistry, na, coldest_c, scenario.cell)
    a_day = (na * DAY_US >> cell.CHARGE_SHIFT) + leak_a_day(power)
    return (1000 - dead) * power.capacity_permille / a_day


def leak_a_day(power: Battery) -> float:
    """Self-discharge in a mean day of the air, 1,024 fC."""
    hours = len(power.air)
    all_s = power.leaked[-1] // HOUR_S + power.leak_per_s[power.air[-1]]
    return all_s / hours * HOUR_S * battery.HOURS_A_DAY


def _strongest(scenario: Scenario, ledger: Ledger) -> int:
    """The highest transmit level that was booked; without any, the highest of the node's mode."""
    levels = range(len(states.TX_LEVELS_DBM))
    booked = [level for level in levels if any(ledger.times[states.TX + level :: states.STATES])]
    return max(booked, default=configure.MODES[scenario.file.node.mode][0])
