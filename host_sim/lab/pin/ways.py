"""Ways to tell of a pin that chatters, on the simulated node. A service is its hold.

All wake from deep sleep by the pin, join alike and send the battery's reading as `door` does.
"""

from collections.abc import Callable
from dataclasses import dataclass

from host_sim.engine.ledger import FC_PER_MC
from host_sim.engine.parts import SENDS_ACKED, WAKES, Parts
from host_sim.engine.port import SimPort
from host_sim.lab.study import Kind
from host_sim.sim import build
from host_sim.sim.run import outcome
from host_sim.spec.scenario import Scenario
from torpor import config, node, record, sensor
from torpor.policy import cascade, schedule, sleep
from torpor.policy.ticks import diff
from torpor.port import COLD, LOOK, NONE, PIN, Port
from torpor.record import CASCADE, REST, SCHEDULE

Wake = Callable[[list[int], Port, int], int]


@dataclass(frozen=True)
class Way:
    """How a node wakes, its hold in ms given; `holds`: by the firmware's own policy."""

    kind: Kind
    wake: Callable[[int], Wake]
    holds: bool = True
    lingers: int = 1


class Lockout:
    """1 is told, and the pin left alone for the hold; by what it is at then 0 is told, or again."""

    def __init__(self, hold_ms: int) -> None:
        self.hold_ms = hold_ms
        self.told = 0
        self.since = 0

    def __call__(self, r: list[int], port: Port, cause: int) -> int:
        """One wake."""
        now = port.ticks_ms()
        port.feed()
        node.begin(r, cause, now)
        channel = r[record.WATCH_CHANNEL]
        if cause == PIN or (self.told and diff(now, self.since) >= self.hold_ms):
            port.account(r[record.WATCH_TASK], LOOK)
            port.look(1)
            level = port.measure(channel)
            if not self.told or not level:
                self.told = 1 - self.told
                node.tell(r, channel, self.told, now)
            self.since = now
        node.serve(r, port, 0, now)
        ms = node.rest(r, port)
        if self.told:
            port.watch(NONE, 0, 0)
            ms = min(ms, max(0, self.hold_ms - diff(port.ticks_ms(), self.since)))
            r[record.SLEEP_KIND] = sleep.choose(r, REST, ms)
        return ms


def lightly(hold_ms: int) -> Wake:
    """As ours, but in light sleep while an event lasts: a program that just waits."""

    def wake(r: list[int], port: Port, cause: int) -> int:
        start_ms = r[SCHEDULE + schedule.START_MS]
        if r[CASCADE + cascade.LASTS] != cascade.OVER:
            r[SCHEDULE + schedule.START_MS] = 0  # no start is ahead of its end
        ms = sensor.wake(r, port, cause)
        r[SCHEDULE + schedule.START_MS] = start_ms
        if r[CASCADE + cascade.LASTS] != cascade.OVER:
            r[record.SLEEP_KIND] = sleep.LIGHT
        return ms

    return wake


OURS = "Torpor"
WAYS = {
    OURS: Way("ours", lambda hold_ms: sensor.wake),
    "Torpor, each edge told": Way("practice", lambda hold_ms: sensor.wake, holds=False),
    "left alone for the hold": Way("practice", Lockout, holds=False, lingers=0),
    "light sleep for the hold": Way("practice", lightly),
    "each edge told, deep at once": Way(
        "naive", lambda hold_ms: sensor.wake, holds=False, lingers=0
    ),
}


class TellingPort(SimPort):
    """The simulated port, which also keeps when which level arrived."""

    def __init__(self, parts: Parts) -> None:
        self.arrived: list[tuple[int, int]] = []
        super().__init__(parts)

    def send(self, r: list[int], first: int, count: int, tx_qdbm: int) -> int:
        """Send, with a note."""
        attempts = super().send(r, first, count, tx_qdbm)
        if attempts:
            cells = range(first, first + 3 * count, 3)
            told = [r[cell + 1] for cell in cells if r[cell] == self.watch_channel]
            self.arrived += [(self.now_us, level) for level in told]
        return attempts


@dataclass(frozen=True)
class Lived:
    """What came of a life: charge (mC), days, counts, and each level that arrived with its time."""

    charge_mc: float
    days: float
    wakes: int
    messages: int
    arrived: list[tuple[int, int]]


def life(way: Way, scenario: Scenario) -> Lived:
    """Live the scenario in this way."""
    watch = scenario.file.node.watch
    assert watch
    device = scenario.device()
    if not way.holds:
        device["cascade"]["hold_ms"] = 0
    device["sleep"]["lingers"] &= way.lingers
    r = [0] * record.SIZE
    config.configure(r, device)
    parts = build.parts(scenario)
    port, wake, cause = TellingPort(parts), way.wake(watch.hold_s * 1000), COLD
    end_us = build.end_us(scenario)
    while port.now_us < end_us and port.alive:
        ms = wake(r, port, cause)
        cause = port.sleep(r[record.SLEEP_KIND], ms)
    charge_mc = outcome(scenario, parts, r, port.now_us).ledger.charge_fc / FC_PER_MC
    counts = parts.count
    return Lived(charge_mc, scenario.file.days, counts[WAKES], counts[SENDS_ACKED], port.arrived)
