"""The limit of the simulator: the same wakes with the port's answers read from a list."""

from collections.abc import Callable
from typing import Any

from host_sim.engine.parts import Parts
from host_sim.engine.port import SimPort
from host_sim.sim import build
from host_sim.spec.scenario import Scenario
from torpor import config, life, record
from torpor.port import COLD, Port

ANSWERING = ("ticks_ms", "measure", "look", "join", "send", "command", "sleep")
SILENT = ("wait", "account", "watch", "leave", "actuate", "feed")


class Recorder(SimPort):
    """The simulated port, keeping each answer in its order."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self.answers: list[int] = []


def _kept(name: str) -> Callable[..., int]:
    plain = getattr(SimPort, name)

    def call(self: Recorder, *arguments: Any) -> int:
        answer: int = plain(self, *arguments)
        self.answers.append(answer)
        return answer

    return call


for _name in ANSWERING:
    setattr(Recorder, _name, _kept(_name))


class Replay(Port):
    """Answers from a list, and does nothing."""

    def __init__(self, answers: list[int]) -> None:
        self.next = iter(answers).__next__


def _next(self: Replay, *arguments: int) -> int:
    return self.next()


def _nothing(self: Replay, *arguments: int) -> None:
    pass


for _name in ANSWERING:
    setattr(Replay, _name, _next)
for _name in SILENT:
    setattr(Replay, _name, _nothing)


class Garden:
    """The wakes of a scenario, to be run with the simulated port or with recorded answers."""

    def __init__(self, scenario: Scenario) -> None:
        self.device = scenario.device()
        self.scenario = scenario
        self.until_us = build.end_us(scenario)
        recorder = Recorder(build.parts(scenario))
        self.wakes = self._live(recorder, lambda: recorder.now_us < self.until_us)
        self.answers = recorder.answers

    def simulated(self) -> Callable[[], int]:
        """A run with the simulated port, ready to go."""
        port = SimPort(build.parts(self.scenario))
        return lambda: self._live(port, lambda: port.now_us < self.until_us)

    def bare(self) -> Callable[[], int]:
        """The same wakes with recorded answers, ready to go."""
        port = Replay(self.answers)
        left = iter(range(self.wakes))
        return lambda: self._live(port, lambda: next(left, -1) >= 0)

    def _live(self, port: Port, goes_on: Callable[[], bool]) -> int:
        r = [0] * record.SIZE
        config.configure(r, self.device)
        cause = COLD
        wakes = 0
        while goes_on():
            ms = life.wake(r, port, cause)
            cause = port.sleep(r[record.SLEEP_KIND], ms)
            wakes += 1
        return wakes
