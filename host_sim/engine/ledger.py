"""The ledger: where the charge went, by state, by task and by decision.

A run books integer microseconds to (account, state), an account being a (task, decision) pair of
the firmware's. Charge is priced afterwards: microseconds times nanoamperes are femtocoulombs, kept
as Python ints, so the three views add up to one number exactly.
"""

from dataclasses import dataclass, field, replace

from host_sim.hardware import states
from host_sim.hardware.cell import CHARGE_SHIFT
from torpor import port

SLOTS = port.ACCOUNTS * port.DECISIONS
CELLS = states.STATES * SLOTS

DECISION_NAMES = (
    "sleep",
    "scheduled",
    "coalesced",
    "look",
    "event",
    "delta",
    "heartbeat",
    "retry",
    "safe",
)
FC_PER_MC = 10**12


@dataclass(frozen=True)
class Entry:
    """Time and charge of one line of a view, and how often it was booked to."""

    name: str
    duration_us: int
    charge_fc: int
    times: int

    @property
    def charge_mc(self) -> float:
        """Charge in millicoulombs."""
        return self.charge_fc / FC_PER_MC


@dataclass(frozen=True)
class Ledger:
    """Priced books: `us` as the port left it, one current per state in nA, the tasks' names.

    `times` is how often each cell was booked to: with it a change of charge is one of how often,
    how long, or at which current. `extra` is charge beyond those currents by cell, in 1,024 fC
    (replay.py).
    """

    us: list[int]
    current_na: list[int]
    task_names: list[str]
    extra: list[int] = field(default_factory=lambda: [0] * CELLS)
    times: list[int] = field(default_factory=lambda: [0] * CELLS)

    def _charge_fc(self, cell: int) -> int:
        own = self.us[cell] * self.current_na[cell % states.STATES]
        return own + (self.extra[cell] << CHARGE_SHIFT)

    def _view(self, names: list[str], index: list[int]) -> list[Entry]:
        """Sum the cells by their index into names; lines in that order, empty ones left out."""
        duration_us = [0] * len(names)
        charge_fc = [0] * len(names)
        times = [0] * len(names)
        for cell, us in enumerate(self.us):
            if us:
                duration_us[index[cell]] += us
                charge_fc[index[cell]] += self._charge_fc(cell)
                times[index[cell]] += self.times[cell]
        lines = zip(names, duration_us, charge_fc, times, strict=True)
        return [Entry(name, us, fc, booked) for name, us, fc, booked in lines if us]

    def by_state(self) -> list[Entry]:
        """One line a power state."""
        return self._view(list(states.NAMES), [cell % states.STATES for cell in range(CELLS)])

    def by_task(self) -> list[Entry]:
        """One line a task; what belongs to none is the node's."""
        names = self.task_names + ["?"] * (port.NODE - len(self.task_names)) + ["node"]
        index = [cell // states.STATES // port.DECISIONS for cell in range(CELLS)]
        return self._view(names, index)

    def by_decision(self) -> list[Entry]:
        """One line a decision."""
        index = [cell // states.STATES % port.DECISIONS for cell in range(CELLS)]
        return self._view(list(DECISION_NAMES), index)

    def of_task(self, name: str) -> "Ledger":
        """The books of one task, or of the node; ValueError where there is none of that name."""
        slot = port.NODE if name == "node" else self.task_names.index(name)
        first, cells = slot * port.DECISIONS * states.STATES, port.DECISIONS * states.STATES
        behind = CELLS - first - cells
        us, extra, times = (
            [0] * first + list(all_of[first : first + cells]) + [0] * behind
            for all_of in (self.us, self.extra, self.times)
        )
        return replace(self, us=us, extra=extra, times=times)

    @property
    def charge_fc(self) -> int:
        """All charge, femtocoulombs."""
        return sum(self._charge_fc(cell) for cell, us in enumerate(self.us) if us)

    @property
    def duration_us(self) -> int:
        """All time."""
        return sum(self.us)

    @property
    def average_current_ua(self) -> float:
        """Mean current over the run, µA; 0 for a run of no length."""
        return self.charge_fc / self.duration_us / 1000 if self.duration_us else 0.0
