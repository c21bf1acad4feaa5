"""Why one run draws more than another, told so that a person sees it.

The ledger's cells are put together by what a node does: by task, activity and decision. What each
of those adds is rate × duration × current (host_sim/sim/change.py), and the parts are fractions
that add up to the whole. Beside them stands what may be behind them: keys that differ, and tasks
that are coalesced less often than they were.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Protocol

from host_sim.engine.ledger import Ledger
from host_sim.hardware import states
from host_sim.sim import cube
from host_sim.sim.change import Factors, shared
from host_sim.spec import nodefile
from host_sim.units import DAY_US

# What a node does in each state. The first state of each that was booked to says how often.
ACTIVITIES = {
    "sleep": states.NAMES[: states.IDLE],
    "start": ("boot", "cpu"),
    "measure": ("sense",),
    "wait": ("idle",),
    "join": ("scan", "associate", "address", "connect"),
    "message": ("listen",),
    "burst": states.NAMES[states.TX :],
}
OF_STATE = {state: name for name, members in ACTIVITIES.items() for state in members}
MOVED = 0.05  # of a task's readings: as many more or fewer are taken with another task's

Slot = tuple[str, str, str]  # task, activity, decision


class Side(Protocol):
    """A run, or several added up."""

    @property
    def ledger(self) -> Ledger:
        """The books."""

    @property
    def keys(self) -> dict[str, Any]:
        """What it depends on, by dotted keys."""


@dataclass(frozen=True)
class Total:
    """What a task did for a decision in one run."""

    times: int = 0
    us: int = 0
    charge_fc: int = 0

    def factors(self, all_us: int) -> Factors:
        """Rate (a microsecond), duration (µs) and current (nA)."""
        times = self.times or 1  # books that did not count
        current = Fraction(self.charge_fc, self.us or 1)
        return Fraction(times, all_us), Fraction(self.us, times), current


@dataclass(frozen=True)
class Cause:
    """A part of the change of the mean current, nA: more often, for longer, at a higher current."""

    task: str
    activity: str
    decision: str
    rate: Fraction
    duration: Fraction
    current: Fraction
    was: Total
    now: Total

    @property
    def total(self) -> Fraction:
        """All three."""
        return self.rate + self.duration + self.current

    @property
    def how(self) -> str:
        """Which of the three is most of it: rate, duration or current."""
        return max(("rate", "duration", "current"), key=lambda name: abs(getattr(self, name)))


@dataclass(frozen=True)
class Sharing:
    """The share of a task's readings that were taken early because the node was awake."""

    task: str
    was: float
    now: float


@dataclass(frozen=True)
class Why:
    """All that changed between two runs; `causes` the largest first, their sum is `total`."""

    before: Side
    after: Side

    @cached_property
    def total(self) -> Fraction:
        """By how much the mean current changed, nA."""
        return mean_na(self.after.ledger) - mean_na(self.before.ledger)

    @cached_property
    def causes(self) -> list[Cause]:
        """By task, activity and decision."""
        was, now = _totals(self.before.ledger), _totals(self.after.ledger)
        found = [self._cause(slot, was.get(slot), now.get(slot)) for slot in was | now]
        return sorted(found, key=lambda one: (-abs(one.total), one.task, one.decision))

    @property
    def same(self) -> bool:
        """Whether nothing draws more or less: only a limit, the cell or a burst is another."""
        return not any(one.total for one in self.causes)

    def _cause(self, slot: Slot, was: Total | None, now: Total | None) -> Cause:
        old = was.factors(self.before.ledger.duration_us or 1) if was else None
        new = now.factors(self.after.ledger.duration_us or 1) if now else None
        return Cause(*slot, *shared(old, new), was or Total(), now or Total())

    @cached_property
    def keys(self) -> list[tuple[str, Any, Any]]:
        """Keys that differ, with both values, the board's numbers last; None where none is."""
        was, now = self.before.keys, self.after.keys
        if not was or not now:
            return []  # of a file that does not tell them
        both = ((key, was.get(key), now.get(key)) for key in sorted(was | now, key=_rank))
        return [row for row in both if row[1] != row[2]]

    @cached_property
    def shared(self) -> list[Sharing]:
        """Tasks that are read with others notably more or less often."""
        was, now = _shares(self.before.ledger), _shares(self.after.ledger)
        both = [Sharing(task, was[task], now[task]) for task in was if task in now]
        moved = (one for one in both if abs(one.now - one.was) >= MOVED)
        return sorted(moved, key=lambda one: (one.now - one.was, one.task))

    @cached_property
    def burst_na(self) -> tuple[int, int]:
        """The strongest burst, before and after: what a weak cell's life depends on, too."""
        return _burst_na(self.before.ledger), _burst_na(self.after.ledger)


def mean_na(books: Ledger) -> Fraction:
    """The mean current, nA."""
    return Fraction(books.charge_fc, books.duration_us or 1)


def a_day(total: Total, books: Ledger) -> float:
    """How often a day."""
    return total.times * DAY_US / (books.duration_us or 1)


def _rank(key: str) -> tuple[bool, str]:
    return key.startswith("board."), key


def _totals(books: Ledger) -> dict[Slot, Total]:
    """What each task did in a run."""
    by_slot: dict[Slot, list[cube.Cell]] = defaultdict(list)
    for cell in cube.cells(books):
        by_slot[cell.task, OF_STATE[cell.state], cell.decision].append(cell)
    return {slot: _total(cells, slot[1], books) for slot, cells in by_slot.items()}


def _total(cells: Iterable[cube.Cell], activity: str, books: Ledger) -> Total:
    by_state = {cell.state: cell for cell in cells}
    bursts = activity == "burst"  # at whatever level
    leading = next(by_state[state] for state in ACTIVITIES[activity] if state in by_state)
    times = sum(cell.times for cell in by_state.values()) if bursts else leading.times
    price_na = dict(zip(states.NAMES, books.current_na, strict=True))
    charge_fc = sum(cell.charge_fc(price_na[name]) for name, cell in by_state.items())
    return Total(times, sum(cell.us for cell in by_state.values()), charge_fc)


def _burst_na(books: Ledger) -> int:
    """The highest current of a transmit level that was booked to; 0 where none was."""
    booked = {cell.state for cell in cube.cells(books)}
    bursts = zip(states.NAMES[states.TX :], books.current_na[states.TX :], strict=True)
    return max((na for name, na in bursts if name in booked), default=0)


def _shares(books: Ledger) -> dict[str, float]:
    """By task of the author's: the share of its readings that was coalesced."""
    read: dict[str, int] = defaultdict(int)
    coalesced: dict[str, int] = defaultdict(int)
    for cell in cube.cells(books):
        if cell.state == "sense" and cell.task not in nodefile.OWN_LINES:
            read[cell.task] += cell.times
            coalesced[cell.task] += cell.times * (cell.decision == "coalesced")
    return {task: coalesced[task] / times for task, times in read.items() if times}
