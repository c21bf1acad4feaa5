"""The most that a node can do with the light that comes, who knows it: by dynamic programming.

By the hour, over what the store holds: which pace, between the slowest and the fastest, or none
while it is off. Hours without supply weigh more than any work, so first there are as few as can be;
then as many hours are served as can be, and at the end the store has what it had at first. Within
the hour light and work meet, which no node can better.
"""

import numpy as np

from host_sim.engine.ledger import FC_PER_MC
from host_sim.hardware import cell
from host_sim.lab.harvest import worlds
from host_sim.lab.harvest.ways import LOW, Lived
from host_sim.lab.harvest.worlds import FASTEST, SLOWEST, START_PERCENT, Place
from host_sim.sim.battery import HOUR_S
from host_sim.trace.recording import Floats
from torpor.policy.txpower import LEVELS

GRID = 400
PACES = 24
OFF_HOUR = 1e4  # served hours that one without supply is not worth
MINUTES = 60


def most(place: Place) -> Lived:
    """The best life in a place."""
    store = _Store(place)
    values = store.values()
    level, on, messages, off = store.first_mc, True, [], []
    for gain, value in zip(store.gains, values[1:], strict=True):
        level, on, pace = store.best(level, on, gain, value)
        messages.append(pace * FASTEST)
        off.append(0.0 if on else 1.0)
    return Lived(messages, off)


class _Store:
    """What a store does in an hour."""

    def __init__(self, place: Place) -> None:
        mah = worlds.capacity_mah(place)
        given = worlds.scenario(place, worlds.node(mah, LOW, 0, harvested=False))
        parts = worlds.parts(place, given)
        air = parts.air[0]
        self.full_mc = mah * HOUR_S
        self.first_mc = self.full_mc * START_PERCENT / 100
        self.leak_mc = parts.leak_per_s[air] * HOUR_S * cell.UNIT_FC / FC_PER_MC
        weakest = parts.dead[air * LEVELS]  # no burst asks for less
        self.off_mc = self.full_mc * (max(parts.off[air], weakest) + 1) / 1000
        self.restart_mc = self.full_mc * parts.restart_permille / 1000
        self.paces: Floats = np.linspace(1 / SLOWEST, 1, PACES)
        awake_mc = worlds.demand_mc_h(place.board) - worlds.asleep_mc_h(place.board)
        self.spent_mc = worlds.asleep_mc_h(place.board) + self.paces * awake_mc
        self.mv = np.array(parts.battery, dtype=float)
        nw = np.array(parts.harvest, dtype=float).reshape(-1, MINUTES)
        self.gains = nw.sum(axis=1) * 60 * 1e-3  # nW · s over mV are µC
        self.levels: Floats = np.linspace(0, self.full_mc, GRID)

    def values(self) -> Floats:
        """By hour, off or on, and level: what is still to be had from there."""
        out = np.empty((len(self.gains) + 1, 2, GRID))
        out[-1] = np.minimum(self.levels - self.first_mc, 0) / self.full_mc * OFF_HOUR
        for hour in range(len(self.gains) - 1, -1, -1):
            on, off = self._after(self.levels, self.gains[hour])
            works = self._works(out[hour + 1], on).max(axis=1)
            idle = self._worth(out[hour + 1], off)[:, 0] - OFF_HOUR
            out[hour, 1] = np.maximum(works, idle)
            out[hour, 0] = np.where(self.levels >= self.restart_mc, out[hour, 1], idle)
        return out

    def best(self, level: float, on: bool, gain: float, value: Floats) -> tuple[float, bool, float]:
        """From a level: that of an hour later, whether the node was on, and its pace."""
        awake, off = self._after(np.array([level]), gain)
        works = self._works(value, awake)[0]
        idle = float(self._worth(value, off)[0, 0]) - OFF_HOUR
        at = int(works.argmax())
        if (on or level >= self.restart_mc) and works[at] >= idle:
            return float(awake[0, at]), True, float(self.paces[at])
        return float(off[0, 0]), False, 0.0

    def _after(self, levels: Floats, gain: float) -> tuple[Floats, Floats]:
        """What is in the store an hour later by pace, and where the node is off."""
        permille = np.clip(levels * 1000 / self.full_mc, 0, 1000).astype(int)
        had = (levels + gain / self.mv[permille] - self.leak_mc)[:, None]
        return np.minimum(had - self.spent_mc, self.full_mc), np.clip(had, 0, self.full_mc)

    def _works(self, value: Floats, levels: Floats) -> Floats:
        """What each pace is worth that leads to these levels."""
        worth = np.sqrt(self.paces) + self._worth(value, levels)
        worth[levels < self.off_mc] = -np.inf
        return worth

    def _worth(self, value: Floats, levels: Floats) -> Floats:
        """What is to be had from these levels, on where a node can be."""
        on = np.interp(levels, self.levels, value[1])
        off = np.interp(levels, self.levels, value[0])
        worth: Floats = np.where(levels >= self.off_mc, on, off)
        return worth
