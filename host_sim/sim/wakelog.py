"""Every wake of a run. Most are alike: a year of them is some hundred shapes, and a number each.

The port that prices a run notes each step of it; what a wake was, step by step on its accounts, is
its shape. So a whole run is kept to the microsecond in a few bytes a wake.
"""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from msgspec.structs import replace as changed

from host_sim.engine import kernel, parts
from host_sim.engine.parts import Parts
from host_sim.engine.plain import begun
from host_sim.errors import BadInput
from host_sim.hardware import states
from host_sim.progress import Progress, silent
from host_sim.sim import build, run
from host_sim.sim.result import Result
from host_sim.sim.traced import TracedPort
from host_sim.spec.scenario import Scenario
from host_sim.units import DAY_US, HOUR_US
from torpor.port import COLD

FEW = 500
COUNTED = (parts.JOINS, parts.JOINS_CACHED, parts.JOINS_FAILED, parts.SENDS, parts.SENDS_ACKED)


class Part(NamedTuple):
    """A step on its account: the ledger's cell, µs, nA."""

    cell: int
    us: int
    na: int


class Shape(NamedTuple):
    """What woke the node, by how much each of COUNTED rose, and each part in its order."""

    cause: int
    counted: tuple[int, ...]
    parts: tuple[Part, ...]

    @property
    def on_air(self) -> bool:
        """Whether the radio was used."""
        return any(part.cell % states.STATES >= states.SCAN for part in self.parts)

    @property
    def us(self) -> int:
        """How long it took."""
        return sum(part.us for part in self.parts)

    @property
    def fc(self) -> int:
        """Its charge."""
        return sum(part.us * part.na for part in self.parts)


@dataclass
class Wakes:
    """By wake: its start (µs), the number of its shape; of the sleep behind it fC and most nA.

    What a detector looks in its sleep is the sleep's.
    """

    start_us: "array[int]" = field(default_factory=lambda: array("q"))
    shape: "array[int]" = field(default_factory=lambda: array("L"))
    asleep_fc: "array[float]" = field(default_factory=lambda: array("d"))
    asleep_na: "array[int]" = field(default_factory=lambda: array("q"))


class LogPort(TracedPort):
    """The traced port, which tells wakes from sleeps and keeps the shape of each wake."""

    def __init__(self, given: Parts) -> None:
        self.shapes: dict[Shape, int] = {}
        self.wakes = Wakes()
        self.booked: list[int] = []
        self.before, self.woken_by = [0] * len(COUNTED), COLD
        super().__init__(given)

    def spend(self, state: int, us: int) -> None:
        """Let time pass, with a note on whose account."""
        super().spend(state, us)
        if us:
            self.booked.append(self.account_at + state)

    def sleep(self, kind: int, ms: int) -> int:
        """The wake ends, and so does the sleep."""
        self._end()
        cause = super().sleep(kind, ms)
        if len(self.wakes.start_us) == len(self.wakes.shape):  # the run ended in it
            self._rest()
        return cause

    def wake_up(self, kind: int, cause: int) -> None:
        """The sleep ends, a wake begins."""
        if self.wakes.start_us:
            self._rest()
            self.woken_by = cause
        self.wakes.start_us.append(self.now_us)
        super().wake_up(kind, cause)

    def close(self) -> None:
        """The run or its cell ended: in a sleep, or in the start of a wake, then one, too."""
        if len(self.wakes.start_us) > len(self.wakes.shape):
            self._end()
            self._rest()

    def _end(self) -> None:
        now = [self.count[at] for at in COUNTED]
        rose = tuple(new - old for old, new in zip(self.before, now, strict=True))
        self.before = now
        noted = zip(self.booked, self.steps, strict=True)
        steps = tuple(Part(cell, us, na) for cell, (_, us, na) in noted)
        shape = Shape(self.woken_by, rose, steps)
        self.wakes.shape.append(self.shapes.setdefault(shape, len(self.shapes)))
        self._forget()

    def _rest(self) -> None:
        self.wakes.asleep_fc.append(sum(us * na for _, us, na in self.steps))
        self.wakes.asleep_na.append(max((na for _, _, na in self.steps), default=0))
        self._forget()

    def _forget(self) -> None:
        self.steps.clear()
        self.booked.clear()


@dataclass(frozen=True)
class Log:
    """A run as far as it is: its result, and its wakes as Wakes has them."""

    result: Result
    shapes: list[Shape]
    wakes: Wakes
    now_us: int


Told = tuple[float, Callable[[], Log]]


def live(
    scenario: Scenario, device: dict[str, Any] | None = None, stretch_us: int = DAY_US
) -> Iterator[Told]:
    """Live it stretch by stretch on CPython, by default as its node is configured.

    After each one what fraction is done, and what tells the log so far. BadInput for a run that
    ends in its first wake.
    """
    built = build.parts(scenario)
    device = device or scenario.device()
    r = begun(built, device)
    port, cause, end_us = LogPort(built), COLD, build.end_us(scenario)
    if port.now_us >= end_us:
        what = "it ends before its first wake does"
        raise BadInput(what, where=scenario.path, key="days", remedy="simulate longer")

    def told() -> Log:
        done = run.outcome(scenario, built, r, port.now_us)
        whole = port.now_us >= end_us or not port.alive
        return Log(
            replace(done, alive=port.alive, complete=whole),
            list(port.shapes),
            port.wakes,
            port.now_us,
        )

    while port.now_us < end_us and port.alive:
        cause, *_ = kernel.run(r, port, cause, min(end_us, port.now_us + stretch_us))
        over = port.now_us >= end_us or not port.alive
        if over:
            port.close()
        yield 1.0 if over else port.now_us / end_us, told


def log(
    scenario: Scenario,
    device: dict[str, Any] | None = None,
    progress: Progress = silent,
) -> Log:
    """All of it."""
    told = None
    for done, told in live(scenario, device):  # noqa: B007  the last one tells of all
        progress(done)
    assert told
    return told()


def example(scenario: Scenario, device: dict[str, Any] | None = None) -> tuple[int, Shape]:
    """The last wake of a first day, or of FEW wakes, that used the radio, else the last; its start.

    A day is simulated for it alone, so it costs no more where a run is long.
    """
    day = replace(scenario, file=changed(scenario.file, days=min(1.0, scenario.file.days)))
    for _, told in live(day, device, HOUR_US):
        log = told()
        if len(log.wakes.shape) >= FEW:
            break
    shapes = (log.shapes[at] for at in log.wakes.shape)
    each = list(zip(log.wakes.start_us, shapes, strict=False))  # the run may end in its next wake
    return next((one for one in reversed(each) if one[1].on_air), each[-1])
