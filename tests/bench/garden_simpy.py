"""The garden sensor written for SimPy: a process for each task, the chip as a resource.

The same periods, deltas, phases, losses and power controller; what differs is the engine: every
duration is an event, and every task wakes by its own timer.
"""

from collections.abc import Generator
from typing import Any

import simpy

from host_sim.engine import frames, parts
from host_sim.engine.port import SimPort
from host_sim.hardware import mac, states
from host_sim.sim import build
from host_sim.spec import nodefile
from host_sim.spec.configure import device_config
from host_sim.spec.scenario import Scenario
from torpor import config, record
from torpor.policy import report, txpower
from torpor.record import REPORT, TX

Steps = Generator[simpy.Event, Any, Any]


class Garden:
    """One node; `us` is its ledger by state."""

    def __init__(self, scenario: Scenario) -> None:
        self.env: Any = simpy.Environment()
        self.chip = simpy.Resource(self.env)
        self.world = SimPort(build.parts(scenario))
        self.node = scenario.file.node
        self.r = [0] * record.SIZE
        config.configure(self.r, device_config(self.node, scenario.board))
        self.us = [0] * states.STATES
        self.news = simpy.Store(self.env)
        self.wakes = self.messages = 0
        self.until_us = build.end_us(scenario)

    def run(self) -> int:
        """Simulate to the end; the number of wakes."""
        for task in self.node.task:
            self.env.process(self.task(task))
        self.env.process(self.heartbeat())
        self.env.process(self.delivery())
        self.env.run(until=self.until_us)
        self.us[states.DEEP_SLEEP] = self.until_us - sum(self.us)
        return self.wakes

    def spend(self, state: int, us: int) -> Steps:
        """Let time pass in a state."""
        self.us[state] += us
        yield self.env.timeout(us)

    def awake(self) -> Steps:
        """From deep sleep to the first line."""
        self.wakes += 1
        yield from self.spend(states.BOOT, self.world.timing[parts.BOOT_US])
        yield from self.spend(states.CPU, self.world.timing[parts.WAKE_CPU_US])

    def task(self, task: nodefile.Task) -> Steps:
        """Wake each period, read, and tell when there is news."""
        channels = [nodefile.channel_index(self.node, name) for name in task.channels]
        while True:
            with self.chip.request() as turn:
                yield turn
                yield from self.awake()
                if task.warmup_ms:
                    yield from self.spend(states.LIGHT_SLEEP, task.warmup_ms * 1000)
                    yield from self.spend(states.CPU, self.world.timing[parts.LIGHT_EXIT_US])
                for channel in channels:
                    yield from self.spend(states.SENSE, self.world.timing[parts.MEASURE_US])
                    self.world.now_us = self.env.now
                    value = self.world.measure(channel)
                    now_ms = self.env.now // 1000
                    within = report.offer(self.r, REPORT, channel, value, now_ms & 0x3FFFFFFF, 0)
                    if within != report.QUIET and not self.news.items:
                        self.news.put(within)
            yield self.env.timeout(task.period_s * 1_000_000)

    def heartbeat(self) -> Steps:
        """Ask for a delivery each period."""
        while True:
            yield self.env.timeout(self.node.report.period_s * 1_000_000)
            report.heartbeat(self.r, REPORT)
            self.news.put(0)

    def delivery(self) -> Steps:
        """Wait for news, hold it for the time allowed, join, send."""
        cached = False
        while True:
            within_ms = yield self.news.get()
            yield self.env.timeout(within_ms * 1000)
            if self.r[REPORT + report.QUEUED] == 0:
                continue
            with self.chip.request() as turn:
                yield turn
                yield from self.awake()
                yield from self.join_and_send(cached)
                cached = True

    def join_and_send(self, cached: bool) -> Steps:
        """The phases of a join, then the message; frames lost are repeated after a time-out."""
        level = txpower.choose(self.r, TX)
        self.world.now_us = self.env.now
        at = frames.margin(self.world, txpower.LEVEL_QDBM[level])
        lost = False
        for part in (*(states.CACHED_JOIN if cached else states.JOIN), states.MESSAGE):
            state = states.NAMES.index(part.state)
            yield from self.spend(state, self.world.timing[parts.TIMING.index(part.phase)])
            for i in range(part.frames):
                tries = frames.attempts(self.world, at) if i < part.asks else 1
                yield from self.frame(state, level, tries)
                while tries > mac.TRIES:
                    lost = True
                    yield from self.spend(state, part.wait_us)
                    tries = frames.attempts(self.world, at)
                    yield from self.frame(state, level, tries)
        txpower.heard(
            self.r, TX, self.world.rssi[self.env.now // 60_000_000 % len(self.world.rssi)]
        )
        txpower.asked(self.r, TX, level, txpower.JOIN_QUESTIONS, lost)
        self.messages += 1
        report.forget(self.r, REPORT, self.r[REPORT + report.QUEUED])

    def frame(self, state: int, level: int, tries: int) -> Steps:
        """So many attempts at a frame, or all that the MAC makes."""
        sent = min(tries, mac.TRIES)
        us = frames.air_us(self.world, mac.FRAME_BYTES, sent)
        yield from self.spend(states.TX + level, us)
        yield from self.spend(state, (sent - 1) * mac.GAP_US)
