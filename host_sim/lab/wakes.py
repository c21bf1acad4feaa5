"""The wakes that a scenario has, each as a list of steps, by what the node did in it.

They are spent by the simulated port in the very run that battery life is of: no second account.
"""

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np

from host_sim.engine.parts import JOINS, JOINS_CACHED, JOINS_FAILED, POLLS, SENDS_ACKED, Parts
from host_sim.engine.plain import begun
from host_sim.errors import BadInput
from host_sim.hardware import states
from host_sim.progress import Progress, silent
from host_sim.sim import build, run
from host_sim.sim.result import Result
from host_sim.sim.traced import AWAKE, MARKS, Step, TracedPort, live
from host_sim.spec.scenario import Scenario
from host_sim.trace.cut.wakes import PHASES, RADIO_OFF, RADIO_ON
from host_sim.trace.recording import Floats
from torpor.policy.sleep import LIGHT

LONG = 1.25  # of the usual duration of its kind: with repeats, or time-outs

BY_MEAN = "compare its mean current with that of torpor trace info"
# A sleep's where no wake spent it: a wake dozes and senses, too, and the ULP senses in sleep.
ASLEEP_STATES = (states.DEEP_SLEEP, states.LIGHT_SLEEP, states.SENSE)
SENSE, COUNTED = "sense only", (JOINS, JOINS_CACHED, JOINS_FAILED, SENDS_ACKED)
Steps = tuple[Step, ...]


@dataclass
class Kind:
    """All wakes of one kind: each list of steps with how often it occurred."""

    name: str
    occurred: Counter[Steps] = field(default_factory=Counter)
    is_long: bool = False

    @property
    def times(self) -> int:
        """How often."""
        return self.occurred.total()

    @property
    def on_air(self) -> bool:
        """Whether the radio is used."""
        return any(state >= states.SCAN for state, _, _ in next(iter(self.occurred)))

    def usual(self, phase: str | None = None) -> Steps:
        """The list that occurred most often, or a phase of it."""
        return of_phase(self.occurred.most_common(1)[0][0], phase)

    def each(self, phase: str | None = None) -> tuple[Floats, Floats, Floats]:
        """Seconds and mC of each list of steps, or of a phase of it, and how often it occurred."""
        rows = []
        for steps, times in self.occurred.items():
            some = of_phase(steps, phase)
            us, fc = sum(us for _, us, _ in some), sum(us * na for _, us, na in some)
            rows.append((us / 1e6, fc / 1e12, times))
        seconds, mc, times = np.array(rows).T
        return seconds, mc, times

    def parted(self) -> list["Kind"]:
        """Those of usual length, and those that took longer, the channel being as it is."""
        if not self.on_air:
            return [self]
        usual_us = LONG * sum(us for _, us, _ in self.usual())
        parts = [Kind(self.name), Kind(f"{self.name}, repeats", is_long=True)]
        for steps, times in self.occurred.items():
            parts[sum(us for _, us, _ in steps) > usual_us].occurred[steps] = times
        return [part for part in parts if part.occurred]


def of_phase(steps: Steps, phase: str | None) -> Steps:
    """The steps of a phase; all where none is meant."""
    return tuple(step for step in steps if phase is None or phase in phases_of(step[0]))


def phases_of(state: int) -> tuple[str, str]:
    """The phase that a state is of by the marker pins, and by the current alone.

    Pins that are let go within a wake, as a sensor warms up, are no start.
    """
    mark = AWAKE if state == states.LIGHT_SLEEP else MARKS[state]
    return PHASES[mark], RADIO_ON if state >= states.SCAN else RADIO_OFF


@dataclass(frozen=True)
class Predicted:
    """A run's kinds of wakes, its sleep, and the result that its life is read from.

    `doze_s` is the longest light sleep within a wake: that is not of its sleep.
    """

    kinds: list[Kind]
    doze_s: float
    sleep_s: float
    sleep_ma: float
    result: Result


class _Port(TracedPort):
    """The traced port, which ends its list of steps with each wake."""

    def __init__(self, parts: Parts) -> None:
        self.kinds: dict[str, Kind] = {}
        self.before = [0] * len(COUNTED)
        super().__init__(parts)

    def sleep(self, kind: int, ms: int) -> int:
        if kind >= LIGHT:
            name = self._kind()
            self.kinds.setdefault(name, Kind(name)).occurred[tuple(self.steps)] += 1
            self.steps.clear()
        return super().sleep(kind, ms)

    def wake_up(self, kind: int, cause: int) -> None:
        """The sleep ends; what was noted since its begin was its own."""
        if kind >= LIGHT:
            self.steps.clear()
        super().wake_up(kind, cause)

    def _kind(self) -> str:
        """What the node did since it woke."""
        now = [self.count[at] for at in COUNTED]
        joins, cached, failed, acked = (b - a for a, b in zip(self.before, now, strict=True))
        self.before = now
        return kind_name(joins, cached, failed, acked)


def kind_name(joins: int, cached: int, failed: int, acked: int) -> str:
    """What a wake was, by how often each was counted in it."""
    if not joins:
        return SENSE
    if failed == joins:
        return "failed join"
    how = "second join" if failed else "cached join" if cached else "full join"
    return how if acked else f"{how}, no message"


def predict(scenario: Scenario, progress: Progress = silent) -> Predicted:
    """Run the scenario as its node is configured; BadInput where it has no wakes to compare."""
    parts = build.parts(scenario)
    r = begun(parts, scenario.device())
    port = _Port(parts)
    live(port, r, build.end_us(scenario), progress)
    if not port.kinds:
        what = "its node never sleeps with the radio off: there is no wake to compare"
        raise BadInput(what, where=scenario.path, remedy=BY_MEAN)
    if port.count[POLLS]:
        what = "its node polls a detector in its sleep: no wake is told from a poll"
        raise BadInput(what, where=scenario.path, remedy=BY_MEAN)
    result = replace(run.outcome(scenario, parts, r, port.now_us), alive=port.alive)
    kinds = [part for kind in port.kinds.values() for part in kind.parted()]
    kinds.sort(key=lambda kind: -kind.times)
    names = [states.NAMES[state] for state in ASLEEP_STATES]
    asleep = [line for line in result.ledger.by_state() if line.name in names]
    awake = [
        (state, us, na, times)
        for kind in kinds
        for steps, times in kind.occurred.items()
        for state, us, na in steps
        if state in ASLEEP_STATES
    ]
    dozed_us = (us for state, us, _, _ in awake if state == states.LIGHT_SLEEP)
    doze_s = max(dozed_us, default=0) / 1e6
    sleep_us = sum(line.duration_us for line in asleep) - sum(us * n for _, us, _, n in awake)
    sleep_fc = sum(line.charge_fc for line in asleep) - sum(us * na * n for _, us, na, n in awake)
    return Predicted(kinds, doze_s, sleep_us / 1e6, sleep_fc / sleep_us / 1e6, result)
