"""How long a node lives on its cell: as simulated to its end, or as the run's end tells.

A node stops where its cell is empty, or where a burst would pull it under the brown-out voltage
(host_sim.engine.link). A run that came so far says when that was. One that ended before is carried
on: at its mean current and the cell's leakage, to the charge at which the strongest burst that it
sent would brown out. So it claims no luck: a node that seldom sends as strongly may live on, and so
may one that saves when its cell is low.
"""

from dataclasses import dataclass

from host_sim.engine.ledger import Ledger
from host_sim.engine.parts import BROWN_OUT_MV, CAPACITY_PERMILLE, LEAK_PER_S, RESISTANCE_MOHM
from host_sim.hardware import cell, states
from host_sim.sim import build
from host_sim.spec import configure
from host_sim.spec.scenario import Scenario

SIMULATED, ENDED, EXTRAPOLATED = "simulated", "ended", "extrapolated"
EMPTY, BROWN_OUT = "cell empty", "brown-out"


@dataclass(frozen=True)
class Life:
    """Days from the first to the last; `how` is ENDED or EXTRAPOLATED, `why` the end it met."""

    days: float
    how: str
    why: str


def of(scenario: Scenario, ledger: Ledger, alive: bool) -> Life | None:
    """The life that a run's books tell of; None on the mains.

    Extrapolated it is at least as long as the run: a node that outlived its strongest burst's
    charge may stop at its next one.
    """
    if scenario.file.node.battery is None:
        return None
    curve_mv, numbers = build.battery(scenario)
    days = ledger.duration_us / build.DAY_US
    leaked = ledger.duration_us // 1_000_000 * numbers[LEAK_PER_S]
    gone = (ledger.charge_fc >> cell.CHARGE_SHIFT) + leaked
    if not alive:
        empty = gone // numbers[CAPACITY_PERMILLE] >= 1000
        return Life(days, ENDED, EMPTY if empty else BROWN_OUT)
    burst_na = scenario.board.current_na[states.TX + _strongest(scenario, ledger)]
    sag_mv = cell.sag_mv(burst_na, numbers[RESISTANCE_MOHM])
    permille = cell.usable_permille(curve_mv, sag_mv, numbers[BROWN_OUT_MV])
    usable = permille * numbers[CAPACITY_PERMILLE]
    why = EMPTY if permille == 1000 else BROWN_OUT
    return Life(days * max(1.0, usable / max(1, gone)), EXTRAPOLATED, why)


def _strongest(scenario: Scenario, ledger: Ledger) -> int:
    """The highest transmit level that was booked; without any, the highest of the node's mode."""
    levels = range(len(states.TX_LEVELS_DBM))
    booked = [level for level in levels if any(ledger.times[states.TX + level :: states.STATES])]
    return max(booked, default=configure.MODES[scenario.file.node.mode][1])
