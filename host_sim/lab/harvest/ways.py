"""Ways to live on light: Torpor's, and those of others, each as one firmware otherwise configured.

Kansal's is steered from outside, an hour at a time, and so knows what no node does: the charge in
its store and what went in, to the femtocoulomb.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from host_sim.engine import plain
from host_sim.engine.ledger import FC_PER_MC
from host_sim.engine.parts import GAINED, OFF_US, SENDS_ACKED
from host_sim.hardware.cell import CHARGE_SHIFT
from host_sim.lab.harvest import worlds
from host_sim.lab.harvest.worlds import DAY_H, FASTEST, SLOWEST, Place
from host_sim.sim import engines
from host_sim.sim.battery import HOUR_S
from host_sim.units import HOUR_US
from torpor.policy import energy, schedule
from torpor.record import ENERGY, SCHEDULE

WEIGHT = 0.5  # of the newest day (Kansal et al., who find it best)
LOW, CRITICAL = 10, 5  # percent of charge at which every node here that plans saves
BLOCK_H = 4  # of which a slow node has three messages


@dataclass(frozen=True)
class Lived:
    """What came of a life by the hour: messages, and how much of it was without supply."""

    messages: Sequence[float]
    off: Sequence[float]

    @property
    def off_h(self) -> float:
        """Hours without supply."""
        return sum(self.off)

    @property
    def served_h(self) -> float:
        """Hours served: one at the fastest pace is one, at a quarter of it a half, and so on.

        It is told by blocks, and one in which the node was off is not served.
        """
        by_block = np.reshape(self.messages, (-1, BLOCK_H)).sum(axis=1) / (BLOCK_H * FASTEST)
        on = np.reshape(self.off, (-1, BLOCK_H)).sum(axis=1) == 0
        return float(BLOCK_H * np.sqrt(np.minimum(by_block, 1))[on].sum())


Way = Callable[[Place], Lived]
Steer = Callable[[int], None]


def ours(place: Place, engine: type[plain.Life] | None = None) -> Lived:
    """By the firmware's own policy."""
    return _lived(_life(place, LOW, CRITICAL, harvested=True, engine=engine), place)


def fixed(times: float) -> Way:
    """A duty that never changes: so many times the shortest period."""

    def way(place: Place) -> Lived:
        life = _life(place, 0, 0, harvested=False, times=times)
        return _lived(life, place)

    return way


def threshold(low: int, critical: int) -> Way:
    """By the voltage: twice the period below one charge, eight times below another."""
    return lambda place: _lived(_life(place, low, critical, harvested=False), place)


def kansal(mark: float) -> Way:
    """A. Kansal, J. Hsu, S. Zahedi, M. Srivastava (ACM TECS 6:4, 2007).

    An EWMA for each hour of the day, a duty by what is to come until midnight, corrected every hour
    by what came; so that the store is at its mark then.
    """

    def way(place: Place) -> Lived:
        life = _life(place, LOW, CRITICAL, harvested=False)
        asleep_mc = worlds.asleep_mc_h(place.board)
        full_mc = worlds.demand_mc_h(place.board) - asleep_mc
        mark_mc = mark * worlds.capacity_mah(place) * HOUR_S
        brings: list[float | None] = [None] * DAY_H
        gained_mc = 0.0

        def steer(hour: int) -> None:
            nonlocal gained_mc
            now_mc = _mc(int(life.parts.count[GAINED]))
            known, new = brings[(hour - 1) % DAY_H], now_mc - gained_mc
            if hour:
                brings[(hour - 1) % DAY_H] = known + WEIGHT * (new - known) if known else new
            gained_mc = now_mc
            left_h = DAY_H - hour % DAY_H
            coming_mc = sum(brings[-i % DAY_H] or 0.0 for i in range(1, left_h + 1))
            may_mc = (_stored_mc(life) - mark_mc + coming_mc) / left_h - asleep_mc
            duty = min(1.0, max(1 / SLOWEST, may_mc / full_mc))
            more_x16 = round(16 / duty) - 16
            life.r[ENERGY + energy.MORE_X16] = more_x16
            schedule.save(life.r, SCHEDULE, int(life.r[ENERGY + energy.MODE]), more_x16)

        return _lived(life, place, steer)

    return way


def _life(
    place: Place,
    low: int,
    critical: int,
    *,
    harvested: bool,
    times: float = 1,
    engine: type[plain.Life] | None = None,
) -> plain.Life:
    """A node switched on, by default by the compiled engine where that is ready."""
    mah = worlds.capacity_mah(place)
    of = worlds.node(mah, low, critical, harvested=harvested, times=times)
    given = worlds.scenario(place, of)
    engine = engine or engines.fastest()
    return engine(worlds.parts(place, given), given.device())


def _lived(life: plain.Life, place: Place, steer: Steer = lambda hour: None) -> Lived:
    """Live to the end, steered every hour."""
    told, off_us = [0], [0]
    for hour in range(place.light.days * DAY_H):
        steer(hour)
        life.live((hour + 1) * HOUR_US)
        told.append(int(life.parts.count[SENDS_ACKED]))
        off_us.append(int(life.parts.count[OFF_US]))
    return Lived(np.diff(told).tolist(), (np.diff(off_us) / HOUR_US).tolist())


def _stored_mc(life: plain.Life) -> float:
    memory = getattr(life, "memory", None)
    return _mc(memory["stored"] if memory else life.port.stored)


def _mc(units: int) -> float:
    return (units << CHARGE_SHIFT) / FC_PER_MC
