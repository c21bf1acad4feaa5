"""The simulated port: the contract of torpor.port in virtual time, every microsecond booked."""

from host_sim.engine import alarm, link, monitor, replay, store
from host_sim.engine.events import COMMAND, EDGE
from host_sim.engine.parts import (
    BATTERY,
    BOOT_US,
    HIGH,
    LIGHT_EXIT_US,
    LOOKS,
    LOW,
    MARK_ROW,
    MEASURE_US,
    PIN_LEVEL,
    POLLS,
    READ,
    SERIES,
    SOUND,
    WAKE_CPU_US,
    WAKES,
    Parts,
)
from host_sim.engine.state import State
from host_sim.hardware.states import BOOT, CPU, DEEP_SLEEP, LIGHT_SLEEP, MODEM_SLEEP, SENSE, STATES
from host_sim.hardware.states import IDLE as IDLE_STATE
from torpor.policy.patience import LINK_MS
from torpor.policy.sleep import DEEP, IDLE, LIGHT, MODEM
from torpor.policy.ticks import MASK
from torpor.port import (
    COLD,
    DECISIONS,
    FAULT,
    LOOK,
    NODE,
    NONE,
    PIN,
    RECALLED,
    SCHEDULED,
    TIMER,
    WATCH,
    Port,
)

BY_TIMER = (NODE * DECISIONS + SCHEDULED) * STATES  # accounts of a wake's start
BY_EVENT = (NODE * DECISIONS + LOOK) * STATES
SLEEP_STATES = (IDLE_STATE, MODEM_SLEEP, LIGHT_SLEEP, DEEP_SLEEP)  # by kind of policy.sleep


class SimPort(State, Port):
    """One node in its world, from power-on on."""

    __slots__ = ()

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self.wake_up(DEEP, TIMER)

    # The contract, in the order of torpor.port.

    def ticks_ms(self) -> int:
        us = self.now_us
        return ((us + us // 1_000_000 * self.drift_ppm) // 1000 + self.first_tick) & MASK

    def wait(self, ms: int, kind: int = IDLE) -> None:
        state = LIGHT_SLEEP if kind >= LIGHT else IDLE_STATE
        if kind == MODEM and self.joined:
            state = MODEM_SLEEP  # its radio stays with its network
        if self.replays:
            replay.rest(self, state, ms * 1000)
            if kind >= LIGHT:
                replay.phase(self, CPU, LIGHT_EXIT_US, 0)
        else:
            self.spend(state, ms * 1000)
            if kind >= LIGHT:
                self.spend(CPU, self.timing[LIGHT_EXIT_US])

    def account(self, task: int, decision: int) -> None:
        self.account_at = (task * DECISIONS + decision) * STATES

    def measure(self, channel: int) -> int:
        if self.read_us[channel]:
            na = self.current_na[SENSE] + self.read_na[channel]
            self.spend_at(SENSE, self.read_us[channel], na)
        elif self.replays:
            replay.phase(self, SENSE, MEASURE_US, 0)
        else:
            self.spend(SENSE, self.timing[MEASURE_US])
        source = self.source[channel]
        if source == SERIES:
            return monitor.at(self, channel, self.now_us)
        if source == BATTERY:
            return self.battery[store.permille(self)]
        if source == SOUND:
            return self.hearing.heard()
        if source == PIN_LEVEL:
            self.happen()
            self.pin_read = self.pin
            return self.pin
        return self.output

    def look(self, stage: int) -> int:
        if stage >= len(self.look_us):
            return FAULT
        start_us = self.now_us
        remembers = self.hearing.share > 0
        if self.loud_us >= 0 and (stage == 0 or remembers):
            start_us = self.loud_us
        if stage or self.loud_us < 0:
            self.spend(CPU if remembers else SENSE, self.look_us[stage])
        return self.hearing.score(stage, start_us)

    def watch(self, interval_ms: int, margin: int, ratio_x16: int) -> None:
        self.armed_ms = interval_ms
        self.margin = margin
        self.ratio_x16 = ratio_x16

    def monitor(self, channel: int, low: int, high: int, looks: int) -> None:
        at = channel * MARK_ROW
        self.marks[at + LOOKS] = looks
        self.marks[at + LOW] = low
        self.marks[at + HIGH] = high
        self.monitors = True

    def monitored(self, channel: int) -> int:
        return self.looked if self.marks[channel * MARK_ROW + READ] else 0

    def recalled(self, channel: int, age: int) -> int:
        if age >= RECALLED:
            return FAULT
        look = self.looked - age
        return monitor.at(self, channel, self.read_from_us + look * self.monitor_us)

    def join(self, tx_qdbm: int, cached: int, within_ms: int = LINK_MS) -> int:
        return link.join(self, tx_qdbm, cached, within_ms)

    def send(self, r: list[int], first: int, count: int, tx_qdbm: int) -> int:
        attempts = link.send(self, count, tx_qdbm)
        if attempts and self.watch_channel != NONE:
            alarm.arrived(self, self.ticks_ms(), r, first, count)
        if attempts and self.shared:
            link.report(self, r, first, count)
        return attempts

    def leave(self) -> None:
        self.joined = False

    def actuate(self, output: int, value: int) -> None:
        self.output = value

    def setting(self, output: int) -> int:
        return self.output

    def command(self) -> int:
        value = self.commanded
        self.commanded = NONE
        return value

    def feed(self) -> None:
        self.count[WAKES] += 1

    def sleep(self, kind: int, ms: int) -> int:
        if self.next_event_us <= self.now_us:
            self.happen()
        self.joined = self.joined and kind < LIGHT
        self.stays = self.joined
        end_us = self.now_us + ms * 1000 - ms * self.drift_ppm // 1000  # planned_us(), for speed
        if end_us > self.end_us:
            end_us = max(self.now_us, self.end_us)
        cause = TIMER
        self.loud_us = NONE
        self.looked = 0
        if self.monitors:
            at_us = monitor.wakes_us(self, end_us, kind == DEEP)
            if at_us < end_us:
                end_us, cause = at_us, WATCH
            self.monitors = False
        if self.armed_ms != NONE or self.commanded != NONE or self.next_event_us <= end_us:
            end_us, cause = self.interrupted(kind, end_us, cause)
            self.armed_ms = NONE
        if self.harvests:
            end_us = store.lasts(self, self.current_na[SLEEP_STATES[kind]], end_us)
        if self.replays:
            replay.rest(self, SLEEP_STATES[kind], end_us - self.now_us)
        else:
            self.spend(SLEEP_STATES[kind], end_us - self.now_us)
        if self.harvests and store.gone(self):
            store.refill(self)
            kind, cause = DEEP, COLD
        if self.now_us < self.end_us:
            self.wake_up(kind, cause)
        return cause

    def planned_us(self, ms: int) -> int:
        """When a sleep ends of itself: by the node's own clock, or with the run."""
        end_us = self.now_us + ms * 1000 - ms * self.drift_ppm // 1000
        return end_us if end_us < self.end_us else max(self.now_us, self.end_us)

    def interrupted(self, kind: int, end_us: int, cause: int) -> tuple[int, int]:
        """When a sleep ends that would last until end_us, and why; polls are booked."""
        armed_ms = self.armed_ms
        if armed_ms > 0:
            at_us = self.hearing.crossing(
                self.now_us, end_us, armed_ms * 1000, self.margin, self.ratio_x16
            )
            if at_us < end_us:
                end_us = at_us
                cause = WATCH
                self.loud_us = self.hearing.loud_us
        if (armed_ms == 0 and self.pin != self.pin_read) or self.commanded != NONE:
            end_us = self.now_us  # it came while the node was awake
            cause = PIN
        while self.next_event_us <= end_us:
            at_us = self.next_event_us
            event = self.take_event()
            if (event == EDGE and armed_ms == 0) or (event == COMMAND and kind == MODEM):
                end_us = at_us
                cause = PIN
                break
        if armed_ms > 0:
            self.poll(kind)
        return end_us, cause

    def poll(self, kind: int) -> None:
        """Spend what the polls of the detector's first stage take of a sleep, on its account."""
        polls = self.hearing.looks
        if polls == 0:
            return
        self.count[POLLS] += polls
        asleep_at = self.account_at
        self.account(self.watch_task, LOOK)
        self.times[self.account_at + SENSE] += polls - 1  # each look is one
        if self.ulp_us:
            asleep_na = self.current_na[SLEEP_STATES[kind]]
            looks = polls + self.hearing.recorded
            self.spend_at(SENSE, looks * self.ulp_us, asleep_na + self.ulp_na)
        else:
            self.times[self.account_at + CPU] += polls - 1
            self.spend(CPU, polls * self.timing[LIGHT_EXIT_US])
            self.spend(SENSE, polls * self.look_us[0])
        self.account_at = asleep_at

    def wake_up(self, kind: int, cause: int) -> None:
        """Book the way from sleep to the node's first line; from deep sleep, two spends in one."""
        self.account_at = BY_TIMER if cause in (TIMER, COLD) else BY_EVENT
        self.linked = self.linked and kind != DEEP
        if self.replays:
            if kind == DEEP:
                replay.phase(self, BOOT, BOOT_US, 0)
            elif kind == LIGHT:
                replay.phase(self, CPU, LIGHT_EXIT_US, 0)
            replay.phase(self, CPU, WAKE_CPU_US, 0)
        elif kind == DEEP:
            at = self.account_at
            self.us[at + BOOT] += self.boot_us
            self.us[at + CPU] += self.wake_cpu_us
            self.times[at + BOOT] += 1
            self.times[at + CPU] += 1
            self.used += self.start_used
            self.now_us += self.start_us
        else:
            if kind == LIGHT:
                self.spend(CPU, self.timing[LIGHT_EXIT_US])
            self.spend(CPU, self.wake_cpu_us)
