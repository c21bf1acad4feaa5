"""Faults in random days of a scenario's node: all the calls of random wakes, and all that lasts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Protocol

from host_sim.errors import BadInput
from host_sim.lab import seeds
from host_sim.lab.faults import oracle
from host_sim.lab.faults.case import LASTING, MOST_DAY, Case
from host_sim.lab.faults.day import Day
from host_sim.lab.faults.kinds import AT_A_CALL, BEFORE_A_WAKE
from host_sim.lab.faults.oracle import Outcome
from host_sim.progress import Progress
from host_sim.spec import scenario
from torpor import start

A_DAY = 12_500  # faults before another day is begun
DAMAGES = 10  # of each kind before a wake
WAKES_A_FAULT = 50  # that take as long: what is short is not worth a process


class Fault(Protocol):
    """As a string it is the line that replays it."""

    @property
    def row(self) -> str:
        """What it is counted as."""


@dataclass
class Row:
    """What the faults of a kind came to: the worst of each; a `ratio` of 0: it was not measured.

    Of the count so many bit: the node did otherwise than without them.
    """

    count: int = 0
    bit: int = 0
    sleep_s: float = 0.0
    serve_s: float = 0.0
    ratio: float = 0.0

    def add(self, count: int, bit: int, sleep_s: float, serve_s: float, ratio: float) -> None:
        """So many more, and the worst of them."""
        self.count += count
        self.bit += bit
        self.sleep_s = max(self.sleep_s, sleep_s)
        self.serve_s = max(self.serve_s, serve_s)
        self.ratio = max(self.ratio, ratio)


@dataclass
class Report:
    """Rows by kind, and of each fault that did not go well its line and what does not hold.

    So are those told apart that ended at a limit which the documents state.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    failed: list[tuple[str, str]] = field(default_factory=list)
    limits: list[tuple[str, str]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """All faults."""
        return sum(row.count for row in self.rows.values())

    def add(self, case: Fault, outcome: Outcome) -> None:
        """One more fault."""
        row = self.rows.setdefault(case.row, Row())
        row.add(1, outcome.bit, outcome.sleep_s, outcome.serve_s, outcome.ratio)
        self.failed += [(str(case), fault) for fault in outcome.faults]
        if outcome.limit:
            self.limits.append((str(case), outcome.limit))

    def merge(self, other: "Report") -> None:
        """Those of another day."""
        for kind, row in other.rows.items():
            mine = self.rows.setdefault(kind, Row())
            mine.add(row.count, row.bit, row.sleep_s, row.serve_s, row.ratio)
        self.failed += other.failed
        self.limits += other.limits


def run(name: str, count: int, seed: int, progress: Progress) -> Report:
    """At least so many faults in a scenario's node, in days drawn by a seed."""
    dice, out = Random(seed), Report()
    while (left := count - out.count) > 0:  # a day of few wakes has few faults
        days = max(1, left // A_DAY)
        drawn = [(dice.randrange(2**31), dice.randrange(MOST_DAY)) for _ in range(days)]
        each, done = partial(_a_day, name, -(-left // days)), out.count

        def tell(part: float, done: int = done, left: int = left) -> None:
            progress((done + part * left) / count)

        for report in seeds.each(each, drawn, left * WAKES_A_FAULT, tell):
            out.merge(report)
    return out


def _a_day(name: str, count: int, drawn: tuple[int, int], progress: Progress) -> Report:
    """At least so many faults in one day; all that lasts is in each."""
    with _no_log():
        day = Day(scenario.load(name), *drawn)
        out = Report()
        for case, outcome in _outcomes(day, Random(day.seed)):
            if outcome:
                out.add(case, outcome)
            if out.count % 100 == 0:
                progress(min(1.0, out.count / count))
            if out.count >= count:
                break
    return out


def _outcomes(day: Day, dice: Random) -> Iterator[tuple[Case, Outcome | None]]:
    """What lasts first, then wake by wake in an order that chance gives."""
    for kind in LASTING:
        case = Case(day.seed, day.day, 0, kind, 0)
        yield case, oracle.judge(case, day.first.fork(), day)
    for wake in dice.sample(range(day.wakes), day.wakes):
        chip = day.before(wake)
        for case in _of_a_wake(day, wake, chip.moments(), dice):
            yield case, oracle.judge(case, chip.fork(), day)


def _of_a_wake(day: Day, wake: int, moments: int, dice: Random) -> Iterator[Case]:
    for kind in AT_A_CALL:
        for at in range(1, moments + 1):
            yield Case(day.seed, day.day, wake, kind, at)
    for kind in BEFORE_A_WAKE:
        for _ in range(DAMAGES):
            yield Case(day.seed, day.day, wake, kind, dice.randrange(2**31))


def replay(name: str, case: Case) -> Outcome:
    """One fault once more; BadInput where its wake or its moment is none of the scenario's."""
    with _no_log():
        day = Day(scenario.load(name), case.seed, case.day)
        outcome = oracle.judge(case, day.before(case.wake), day) if case.wake < day.wakes else None
    if outcome is None:
        raise BadInput(f"{case} does not come in this scenario", where=name, remedy="which was it?")
    return outcome


@contextmanager
def _no_log() -> Iterator[None]:
    """Without the chip's log, which needs its file system."""
    log, start.log = start.log, lambda what: None
    try:
        yield
    finally:
        start.log = log
