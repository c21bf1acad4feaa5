"""What a run gave: the figures that tables, budgets and programs read."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from host_sim.engine import parts
from host_sim.engine.ledger import Entry, Ledger
from host_sim.hardware import states
from host_sim.sim import life
from host_sim.sim.life import Life
from host_sim.sim.replayed import Replayed
from host_sim.spec import figures, heap, wiring
from host_sim.spec.figures import FIGURES
from host_sim.spec.scenario import Scenario
from host_sim.spec.scenariofile import Budget
from host_sim.units import DAY_US

COUNTED = {
    "wakes": parts.WAKES,
    "joins": parts.JOINS,
    "joins_cached": parts.JOINS_CACHED,
    "joins_failed": parts.JOINS_FAILED,
    "sent": parts.SENDS,
    "delivered": parts.SENDS_ACKED,
    "readings": parts.READINGS,
    "polls": parts.POLLS,
    "flash_writes": parts.FLASH_WRITES,
}


@dataclass
class Result:
    """What a run gave. Charges are exact; the rest is derived where it is shown."""

    scenario: Scenario
    simulated_us: int
    ledger: Ledger
    count: list[int]
    false_wakes: int
    words: int
    caught: int
    dropped: int  # readings that a full queue lost, or a store that ran dry
    overdue: int  # readings that wait after their delivery failed
    edges: int  # of the contact that wakes the node
    late: list[int]  # how late alarms came, by host_sim.engine.alarm
    replayed: list[Replayed] = field(default_factory=list)
    wall_s: float = 0.0
    complete: bool = True
    alive: bool = True
    engine: str = "cpython"
    chunk_days: int = 1
    chunk_ua: list[float] = field(default_factory=list)
    chunk_end_days: list[float] = field(default_factory=list)  # a long sleep outlasts its chunk

    @property
    def days(self) -> float:
        """Simulated days."""
        return self.simulated_us / DAY_US

    @cached_property  # a home's table asks each of a thousand nodes ten times
    def life(self) -> Life | None:
        """How long the node lives on the scenario's cell, and how that is known."""
        return life.of(self.scenario, self.ledger, self.alive)

    @property
    def battery_life_days(self) -> float | None:
        """Days until the node stops on the scenario's cell, or None without one."""
        lived = self.life
        return lived.days if lived else None

    @property
    def asleep_days(self) -> float | None:
        """Days if the node did nothing but sleep deeply, its pull-up drawing on; None as above."""
        return life.asleep_days(self.scenario, self.ledger.current_na[states.DEEP_SLEEP])

    @property
    def retained_bytes(self) -> int | None:
        """What RTC memory holds through deep sleep, or None where the node fits no such board."""
        given = self.scenario
        return wiring.retained_bytes(given.file.node, given.board, given.wiring)

    @property
    def heap_bytes(self) -> int | None:
        """What MicroPython's heap holds at its fullest; None where retained_bytes is."""
        given = self.scenario
        return heap.heap_bytes(given.file.node, given.board, given.wiring)

    @property
    def drawn_na(self) -> int:
        """The highest current that was drawn from recordings, nA; 0 where none was."""
        pairs = (zip(one.recorded, one.times, strict=True) for one in self.replayed)
        return max((na for rows in pairs for (_, na), times in rows if times), default=0)

    def figure(self, name: str, task: str | None = None) -> float | None:
        """A figure of host_sim.spec.figures by its name, of the node or of a task."""
        return figures.of_task(self, name, task) if task else FIGURES[name].of(self)

    @property
    def counters(self) -> dict[str, int]:
        """What was counted, by name."""
        known = {
            "false_wakes": self.false_wakes,
            "words": self.words,
            "caught": self.caught,
            "dropped": self.dropped,
            "overdue": self.overdue,
            "edges": self.edges,
            "alarms": sum(self.late),
        }
        return {name: self.count[at] for name, at in COUNTED.items()} | known

    @property
    def asleep_percent(self) -> float:
        """What share of the charge the board's deep sleep took."""
        asleep = [line.charge_fc for line in self.ledger.by_state() if line.name == "deep_sleep"]
        return 100 * sum(asleep) / (self.ledger.charge_fc or 1)

    @property
    def state_mc_per_day(self) -> dict[str, float]:
        """Charge of each state, all transmit levels as one."""
        out: dict[str, float] = {}
        for line in self.ledger.by_state():
            name = "transmit" if line.name.startswith("tx_") else line.name
            out[name] = out.get(name, 0.0) + line.charge_mc / (self.days or 1.0)
        return out

    def budgets(self) -> list[dict[str, Any]]:
        """Each budget that has a limit, with its value and whether it holds."""
        return [self._judged(one) for one in self.scenario.file.budget if one.limit is not None]

    def _judged(self, budget: Budget) -> dict[str, Any]:
        value = self.figure(budget.name, budget.task)
        return {
            "name": figures.label(budget.name, budget.task),
            "value": value,
            "limit": budget.limit,
            "bound": budget.bound,
            "ok": budget.holds(value),
            "how": self.how(budget.name),
        }

    def how(self, name: str) -> str:
        """How a figure is known: SIMULATED, or as the life is."""
        return self.life.how if self.life and name == "battery_life_days" else life.SIMULATED

    @property
    def ok(self) -> bool:
        """Whether the run is complete and every budget holds."""
        return self.complete and all(budget["ok"] for budget in self.budgets())

    def as_json(self) -> dict[str, Any]:
        """Stable keys, units in their names."""
        return {
            "scenario": self.scenario.name,
            "board": self.scenario.board.file.name,
            "complete": self.complete,
            "simulated_s": self.simulated_us / 1e6,
            "wall_s": self.wall_s,
            "engine": self.engine,
            "wakes": self.count[parts.WAKES],
            "joins": self.count[parts.JOINS],
            "joins_cached": self.count[parts.JOINS_CACHED],
            "joins_failed": self.count[parts.JOINS_FAILED],
            "charge_mc": self.ledger.charge_fc / 1e12,
            **figures.of(self),
            "battery_life": self.life.how if self.life else None,
            "battery_end": self.life.why if self.life else None,
            "asleep_percent": self.asleep_percent,
            "asleep_days": self.asleep_days,
            "by_state": _view(self.ledger.by_state()),
            "by_task": _view(self.ledger.by_task()),
            "by_decision": _view(self.ledger.by_decision()),
            "messages": {
                "sent": self.count[parts.SENDS],
                "delivered": self.count[parts.SENDS_ACKED],
                "readings": self.count[parts.READINGS],
                "dropped": self.dropped,
                "overdue": self.overdue,
            },
            "detector": {
                "polls": self.count[parts.POLLS],
                "false_wakes": self.false_wakes,
                "words": self.words,
                "caught": self.caught,
                "edges": self.edges,
                "alarms": sum(self.late),
            },
            "replay": [one.facts() for one in self.replayed],
            "budgets": self.budgets(),
        }


def _view(lines: list[Entry]) -> dict[str, dict[str, float]]:
    return {
        line.name: {
            "times": line.times,
            "duration_s": line.duration_us / 1e6,
            "charge_mc": line.charge_mc,
        }
        for line in lines
    }
