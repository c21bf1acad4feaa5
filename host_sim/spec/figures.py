"""The figures of a run: what tables show, what budgets may limit, what JSON and run files keep.

A figure is one row of FIGURES, and nothing else knows its name.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, Literal, Protocol

from host_sim.engine import alarm, parts
from host_sim.engine.ledger import FC_PER_MC, Ledger
from host_sim.hardware import states
from host_sim.hardware.cell import CHARGE_SHIFT
from host_sim.units import HOUR_US

# From the scan on the radio is on; between the beacons of modem sleep it is off.
RADIO_ON = states.NAMES[states.SCAN :]
NA_PER_MA = 1_000_000
YEAR_DAYS = 365


class Outcome(Protocol):
    """What a figure is computed from: host_sim.sim.result has it."""

    ledger: Ledger
    count: list[int]
    words: int
    caught: int
    edges: int
    late: list[int]
    false_wakes: int
    dropped: int
    overdue: int

    @property
    def days(self) -> float:
        """Simulated days."""

    @property
    def battery_life_days(self) -> float | None:
        """Days until the node stops."""

    @property
    def drawn_na(self) -> int:
        """The highest current that was drawn from recordings, nA."""

    @property
    def retained_bytes(self) -> int | None:
        """What RTC memory holds through deep sleep."""

    @property
    def heap_bytes(self) -> int | None:
        """What MicroPython's heap holds at its fullest."""


@dataclass(frozen=True)
class Figure:
    """A row: `better` is the bound of a budget on it, `needs` the table that must be there.

    `of` computes it; None where the run has none, as the charge of a message that never arrived.
    One `by_task` is also one of each task, by the books of that task alone.
    """

    name: str
    unit: str
    better: Literal["at_most", "at_least"]
    title: str
    of: Callable[[Any], float | None]
    needs: str = ""
    by_task: bool = False

    def fits(self, file: object) -> bool:
        """Whether a scenario's file has what it needs."""
        return not self.needs or attrgetter(self.needs)(file) is not None


def _a_day(counter: int) -> Callable[[Outcome], float]:
    return lambda run: run.count[counter] / (run.days or 1.0)


def _percent(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 100.0


def _charge_mc(run: Outcome) -> float:
    return run.ledger.charge_fc / FC_PER_MC


def late_s(late: Sequence[int], percent: int) -> float | None:
    """A percentile of alarm's histogram, by the nearest rank, rounded up to the end of its cell."""
    rank = -(-sum(late) * percent // 100)
    for cell, alarms in enumerate(late):
        rank -= alarms
        if alarms and rank <= 0:
            return alarm.most_ms(cell) / 1000
    return None


def _missed(run: Outcome) -> int:
    return run.words - run.caught + max(0, run.edges - sum(run.late))


def _delivered(run: Outcome) -> float:
    arrived = run.count[parts.READINGS]
    return _percent(arrived, arrived + run.dropped + run.overdue)


def _radio_on_s(run: Outcome) -> float:
    return sum(line.duration_us for line in run.ledger.by_state() if line.name in RADIO_ON) / 1e6


def _charge_each(counter: int) -> Callable[[Outcome], float | None]:
    return lambda run: _charge_mc(run) / run.count[counter] if run.count[counter] else None


def _peak_ma(run: Outcome) -> float:
    books = run.ledger
    booked = [
        books.current_na[cell % states.STATES] + (books.extra[cell] << CHARGE_SHIFT) // us
        for cell, us in enumerate(books.us)
        if us
    ]
    return max([*booked, run.drawn_na]) / NA_PER_MA


FIGURES = {
    row.name: row
    for row in (
        Figure(
            "average_current_ua",
            "µA",
            "at_most",
            "mean current over the run",
            lambda run: run.ledger.average_current_ua,
        ),
        Figure(
            "battery_life_days",
            "days",
            "at_least",
            "until the node stops, simulated or extrapolated",
            lambda run: run.battery_life_days,
            "node.battery",
        ),
        Figure(
            "charge_mc_per_day",
            "mC a day",
            "at_most",
            "charge drawn",
            lambda run: _charge_mc(run) / (run.days or 1.0),
            by_task=True,
        ),
        Figure("wakes_per_day", "a day", "at_most", "wakes of the firmware", _a_day(parts.WAKES)),
        Figure(
            "joins_per_day", "a day", "at_most", "joins begun, failed ones too", _a_day(parts.JOINS)
        ),
        Figure(
            "messages_per_day",
            "a day",
            "at_most",
            "messages sent, lost ones too",
            _a_day(parts.SENDS),
        ),
        Figure(
            "delivered_percent",
            "%",
            "at_least",
            "readings that arrived, of those due: not what a full queue or a store that ran dry "
            "dropped, nor what a failed delivery left waiting at the end",
            _delivered,
        ),
        Figure(
            "joins_failed_per_day",
            "a day",
            "at_most",
            "joins that did not reach the broker",
            _a_day(parts.JOINS_FAILED),
        ),
        Figure(
            "lost_per_day",
            "a day",
            "at_most",
            "readings that did not arrive, as delivered_percent counts them",
            lambda run: (run.dropped + run.overdue) / (run.days or 1.0),
        ),
        Figure(
            "missed_per_day",
            "a day",
            "at_most",
            "words that the detector did not report, edges of a contact that no message told",
            lambda run: _missed(run) / (run.days or 1.0),
            "node.watch",
        ),
        Figure(
            "alarm_p95_s",
            "s",
            "at_most",
            "within which 95 of 100 alarms arrived, from the edge or the poll that woke the node",
            lambda run: late_s(run.late, 95),
            "node.watch",
        ),
        Figure(
            "caught_percent",
            "%",
            "at_least",
            "words that the detector reported",
            lambda run: _percent(run.caught, run.words),
            "world.sound",
        ),
        Figure(
            "false_wakes_per_day",
            "a day",
            "at_most",
            "wakes by the detector that a later stage refused",
            lambda run: run.false_wakes / (run.days or 1.0),
            "node.watch",
        ),
        Figure(
            "radio_on_s_per_day",
            "s a day",
            "at_most",
            "time from scan to transmit; modem sleep is none",
            lambda run: _radio_on_s(run) / (run.days or 1.0),
            by_task=True,
        ),
        Figure(
            "charge_mc_per_wake",
            "mC",
            "at_most",
            "all charge, by the wakes of the firmware",
            _charge_each(parts.WAKES),
        ),
        Figure(
            "charge_mc_per_message",
            "mC",
            "at_most",
            "all charge, by the messages that arrived",
            _charge_each(parts.SENDS_ACKED),
        ),
        Figure(
            "peak_current_ma",
            "mA",
            "at_most",
            "highest current booked: a state's mean, or a drawn segment's",
            _peak_ma,
        ),
        Figure(
            "flash_writes_per_year",
            "a year",
            "at_most",
            "writes to flash by the node's own code: the address that a join is given, where it is "
            "new; of a shorter run, all that it made",
            lambda run: run.count[parts.FLASH_WRITES] / max(1.0, run.days / YEAR_DAYS),
        ),
        Figure(
            "off_h_per_day",
            "h a day",
            "at_most",
            "without supply: the store of a harvest had run dry",
            lambda run: run.count[parts.OFF_US] / HOUR_US / (run.days or 1.0),
            "world.harvest",
        ),
        Figure(
            "harvested_mc_per_day",
            "mC a day",
            "at_least",
            "charge that went into the store of a harvest; what found it full did not",
            lambda run: (run.count[parts.GAINED] << CHARGE_SHIFT) / FC_PER_MC / (run.days or 1.0),
            "world.harvest",
        ),
        Figure(
            "retained_bytes",
            "B",
            "at_most",
            "what RTC memory keeps: the record, and what a wake needs of the configuration, with "
            "drivers and pins where a node.toml has them; of more than 2,048 each wake reads flash",
            lambda run: run.retained_bytes,
        ),
        Figure(
            "heap_bytes",
            "B",
            "at_most",
            "what MicroPython's heap holds at its fullest: in a start with a join and a message of "
            "a full queue, by counts of the firmware and the configuration; no driver of one's own",
            lambda run: run.heap_bytes,
        ),
    )
}
NAMES = tuple(FIGURES)


def label(name: str, task: str | None) -> str:
    """A figure's name, of the node or of a task."""
    return f"{name}.{task}" if task else name


def of_task(run: Any, name: str, task: str) -> float | None:
    """A figure `by_task`."""
    return FIGURES[name].of(replace(run, ledger=run.ledger.of_task(task)))


def of_tasks(run: Any, tasks: Iterable[str]) -> dict[str, float | None]:
    """Every figure of every task by its label."""
    names = [row.name for row in FIGURES.values() if row.by_task]
    return {label(name, task): of_task(run, name, task) for task in tasks for name in names}


def of(run: Outcome) -> dict[str, float | None]:
    """Every figure of a run by its name."""
    return {row.name: row.of(run) for row in FIGURES.values()}
