"""A day of a node without a fault: what the faults are put into, and what they are judged by."""

from dataclasses import replace

import msgspec

from host_sim.engine import kernel
from host_sim.engine.port import SimPort
from host_sim.lab.faults.chip import FINGERPRINT, Chip
from host_sim.lab.faults.port import FaultyPort
from host_sim.sim import build
from host_sim.spec.configure import device_config
from host_sim.spec.scenario import Scenario
from host_sim.units import DAY_US, HOUR_US
from torpor import config, record, retain
from torpor.port import COLD

DAYS_BEHIND = 4  # of the world: those with a fault, and in which it is over
MOST_WAKES = 4_000  # before the day begins: a switch has so many in two hours


class Day:
    """One day of a scenario's node, `day` days after its start; of a switch an hour.

    `us` long, `wakes` and `charge` (1,024 fC) in it.
    """

    def __init__(self, scenario: Scenario, seed: int, day: int) -> None:
        node = scenario.file.node
        file = msgspec.structs.replace(scenario.file, seed=seed, days=day + DAYS_BEHIND)
        given = replace(scenario, file=file)
        self.seed, self.day, self.report = seed, day, node.report
        self.device = device_config(node, scenario.board)
        self.first = _until(given, self.device, day * DAY_US)
        self.us = HOUR_US if self.first.is_switch else DAY_US
        last, self.wakes = self.first.fork(), 0
        while last.port.now_us < self.first.port.now_us + self.us:
            last.wake()
            self.wakes += 1
        used, us = last.port.used - self.first.port.used, last.port.now_us - self.first.port.now_us
        self.charge = used * self.us // us
        self._chip, self._at = self.first.fork(), 0

    def before(self, wake: int) -> Chip:
        """The chip before a wake; the one that was asked for last is where it goes on from."""
        if wake < self._at:
            self._chip, self._at = self.first.fork(), 0
        while self._at < wake:
            self._chip.wake()
            self._at += 1
        return self._chip.fork()


def _until(scenario: Scenario, device: dict[str, object], until_us: int) -> Chip:
    """A node that has lived for so long, without a chip's restarts; 0: not at all."""
    port = FaultyPort(build.parts(scenario))
    if until_us == 0:
        return Chip(port, device)
    r, cause = [0] * record.SIZE, COLD
    config.configure(r, device)
    for _ in range(MOST_WAKES):
        ms = kernel.woken(r, port, cause)
        cause = SimPort.sleep(port, r[record.SLEEP_KIND], ms)
        if port.now_us >= until_us:
            break
    port.memory = retain.pack(r, FINGERPRINT)
    port.told = []
    return Chip(port, device, cause)
