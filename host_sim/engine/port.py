"""The simulated port: the contract of torpor.port in virtual time, every microsecond booked.

It holds ints and flat int lists only, so the same class runs in CPython and, compiled, in numba
(native.py beside it). What the world does is laid out ahead; parts.py names the cells.
There is one way to let time pass: spend(state, us); wake_up() does it twice at once, for speed.
"""

from host_sim.engine import link, replay
from host_sim.engine.hearing import Hearing
from host_sim.engine.kernel import AP_DOWN, AP_UP, COMMAND, EDGE
from host_sim.engine.parts import (
    BATTERY,
    BOOT_US,
    CAPACITY_PERMILLE,
    CHANNEL_ROW,
    DRIFT_PPM,
    END_US,
    FIRST_TICK,
    LEAK_PER_S,
    LIGHT_EXIT_US,
    MEASURE_US,
    PIN_LEVEL,
    POLLS,
    SEED,
    SERIES,
    SOUND,
    ULP_NA,
    ULP_US,
    WAKE_CPU_US,
    WAKES,
    WATCH_TASK,
)
from host_sim.hardware.cell import CHARGE_SHIFT
from host_sim.hardware.states import BOOT, CPU, DEEP_SLEEP, LIGHT_SLEEP, MODEM_SLEEP, SENSE, STATES
from host_sim.hardware.states import IDLE as IDLE_STATE
from torpor.policy.sleep import DEEP, LIGHT, MODEM
from torpor.policy.ticks import MASK
from torpor.port import DECISIONS, FAULT, LOOK, NODE, NONE, PIN, SCHEDULED, TIMER, WATCH, Port

BY_TIMER = (NODE * DECISIONS + SCHEDULED) * STATES  # accounts of a wake's start
BY_EVENT = (NODE * DECISIONS + LOOK) * STATES
SLEEP_STATES = (IDLE_STATE, MODEM_SLEEP, LIGHT_SLEEP, DEEP_SLEEP)  # by kind of policy.sleep


class SimPort(Port):
    """One node's world. Arguments are kept, not copied: us, count, drawn and extra are the results.

    us          ledger, µs by (task * DECISIONS + decision) * STATES + state (ledger.py)
    count       counters
    current_na  current by state, nA
    timing      durations, µs
    radio       the link's plain numbers
    per_65536   loss of a frame by margin
    levels      transmit level by quarter-dBm asked for
    rssi        what the node hears of the access point, dBm, a cell a minute, repeating
    series      cells of all recorded and modelled sensors, one behind the other
    channels    what each channel reads
    event_*     the world's events, columns of kernel.ordered()
    look_us     duration of a look, by detector stage
    hearing     what the detector hears
    battery     open-circuit mV by state of charge, 0 … 1,000 permille
    cell        the battery's other numbers
    replay      what is drawn from recordings
    replay_us   recorded durations, µs
    replay_na   and mean currents, nA
    drawn       how often each was drawn
    extra       charge beyond the board's currents by the ledger's cell, 1,024 fC
    clock       the node's clock, and the seed
    """

    # CPython keeps the fields of an object with more than 30 in a dict, which costs a run a tenth.
    __slots__ = """
        us count current_na timing radio per_65536 levels rssi series source step_us first cells
        event_us event_kind event_value look_us hearing battery cell seed replay replay_us
        replay_na drawn extra replays replay_seed drift_ppm first_tick end_us watch_task
        ulp_us ulp_na now_us account_at used next_event next_event_us pin pin_read
        output commanded armed_ms threshold ap_up joined alive boot_us wake_cpu_us measure_us
        start_used
    """.split()  # noqa: SIM905  fifty lines as a list

    def __init__(
        self,
        us: list[int],
        count: list[int],
        current_na: list[int],
        timing: list[int],
        radio: list[int],
        per_65536: list[int],
        levels: list[int],
        rssi: list[int],
        series: list[int],
        channels: list[int],
        event_us: list[int],
        event_kind: list[int],
        event_value: list[int],
        look_us: list[int],
        hearing: Hearing,
        battery: list[int],
        cell: list[int],
        replay: list[int],
        replay_us: list[int],
        replay_na: list[int],
        drawn: list[int],
        extra: list[int],
        clock: list[int],
    ) -> None:
        self.us = us
        self.count = count
        self.current_na = current_na
        self.timing = timing
        self.radio = radio
        self.per_65536 = per_65536
        self.levels = levels
        self.rssi = rssi
        self.series = series
        self.source = channels[::CHANNEL_ROW]
        self.step_us = channels[1::CHANNEL_ROW]
        self.first = channels[2::CHANNEL_ROW]
        self.cells = channels[3::CHANNEL_ROW]
        self.event_us = event_us
        self.event_kind = event_kind
        self.event_value = event_value
        self.look_us = look_us
        self.hearing = hearing
        self.battery = battery
        self.cell = cell
        self.seed = clock[SEED]
        self.replay = replay
        self.replay_us = replay_us
        self.replay_na = replay_na
        self.drawn = drawn
        self.extra = extra
        self.replays = len(drawn) > 0
        self.replay_seed = clock[SEED]
        self.drift_ppm = clock[DRIFT_PPM]
        self.first_tick = clock[FIRST_TICK]
        self.end_us = clock[END_US]
        self.watch_task = clock[WATCH_TASK]
        self.ulp_us = clock[ULP_US]
        self.ulp_na = clock[ULP_NA]
        self.now_us = 0
        self.account_at = BY_TIMER
        self.used = 0  # charge drawn, 1,024 fC
        self.next_event = 0
        self.next_event_us = event_us[0]
        self.pin = 0
        self.pin_read = 0
        self.output = 0
        self.commanded = NONE
        self.armed_ms = NONE
        self.threshold = 0
        self.ap_up = True
        self.joined = False
        self.alive = True
        self.boot_us = timing[BOOT_US]
        self.wake_cpu_us = timing[WAKE_CPU_US]
        self.measure_us = timing[MEASURE_US]
        self.start_used = (self.boot_us * current_na[BOOT] >> CHARGE_SHIFT) + (
            self.wake_cpu_us * current_na[CPU] >> CHARGE_SHIFT
        )
        self.wake_up(DEEP, TIMER)

    def spend(self, state: int, us: int) -> None:
        """Let time pass in a state, on the account in force."""
        self.us[self.account_at + state] += us
        self.used += us * self.current_na[state] >> CHARGE_SHIFT
        self.now_us += us

    def spend_at(self, state: int, us: int, na: int) -> None:
        """Let time pass in a state at a current of its own, nA."""
        self.spend(state, us)
        more = us * (na - self.current_na[state]) >> CHARGE_SHIFT
        self.extra[self.account_at + state] += more
        self.used += more

    def random(self) -> int:
        """0 … 65,535: the top bits of the 48-bit generator of POSIX drand48."""
        self.seed = (self.seed * 0x5DEECE66D + 11) & 0xFFFFFFFFFFFF
        return self.seed >> 32

    # The contract, in the order of torpor.port.

    def ticks_ms(self) -> int:
        us = self.now_us
        return ((us + us // 1_000_000 * self.drift_ppm) // 1000 + self.first_tick) & MASK

    def wait(self, ms: int) -> None:
        if self.replays:
            replay.rest(self, IDLE_STATE, ms * 1000)
        else:
            self.spend(IDLE_STATE, ms * 1000)

    def account(self, task: int, decision: int) -> None:
        self.account_at = (task * DECISIONS + decision) * STATES

    def measure(self, channel: int) -> int:
        if self.replays:
            replay.phase(self, SENSE, MEASURE_US, 0)
        else:
            self.spend(SENSE, self.measure_us)
        source = self.source[channel]
        if source == SERIES:
            at = self.now_us // self.step_us[channel] % self.cells[channel]
            return self.series[self.first[channel] + at]
        if source == BATTERY:
            return self.battery[self.soc_permille()]
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
        self.spend(SENSE, self.look_us[stage])
        return self.hearing.score(stage, start_us)

    def watch(self, interval_ms: int, threshold: int) -> None:
        self.armed_ms = interval_ms
        self.threshold = threshold

    def join(self, tx_qdbm: int, cached: int) -> int:
        return link.join(self, tx_qdbm, cached)

    def send(self, r: list[int], first: int, count: int, tx_qdbm: int) -> int:
        return link.send(self, count, tx_qdbm)

    def leave(self) -> None:
        self.joined = False

    def actuate(self, output: int, value: int) -> None:
        self.output = value

    def command(self) -> int:
        value = self.commanded
        self.commanded = NONE
        return value

    def feed(self) -> None:
        self.count[WAKES] += 1

    def sleep(self, kind: int, ms: int) -> int:
        self.happen()
        start_us = self.now_us
        armed_ms = self.armed_ms
        self.joined = self.joined and kind < LIGHT
        end_us = start_us + ms * 1000 - ms * self.drift_ppm // 1000
        if end_us > self.end_us:
            end_us = max(start_us, self.end_us)  # the run ends in the midst of a sleep
        cause = TIMER
        if armed_ms > 0:
            at_us = self.hearing.crossing(start_us, end_us, armed_ms * 1000, self.threshold)
            if at_us < end_us:
                end_us = at_us
                cause = WATCH
        if (armed_ms == 0 and self.pin != self.pin_read) or self.commanded != NONE:
            end_us = start_us  # it came while the node was awake
            cause = PIN
        while self.next_event_us <= end_us:
            at_us = self.next_event_us
            event = self.take_event()
            if (event == EDGE and armed_ms == 0) or (event == COMMAND and kind == MODEM):
                end_us = at_us
                cause = PIN
                break
        if armed_ms > 0:
            self.poll(kind, end_us - start_us)
        self.armed_ms = NONE
        if self.replays:
            replay.rest(self, SLEEP_STATES[kind], end_us - self.now_us)
        else:
            self.spend(SLEEP_STATES[kind], end_us - self.now_us)
        if self.now_us < self.end_us:
            self.wake_up(kind, cause)
        return cause

    # The world behind it.

    def happen(self) -> None:
        """Let the world's events up to now take effect; none of them wakes an awake node."""
        while self.next_event_us <= self.now_us:
            self.take_event()

    def take_event(self) -> int:
        """Apply the next event of the world; its kind."""
        kind = self.event_kind[self.next_event]
        value = self.event_value[self.next_event]
        self.next_event += 1
        self.next_event_us = self.event_us[self.next_event]
        if kind == AP_DOWN:
            self.ap_up = False
            self.joined = False
        elif kind == AP_UP:
            self.ap_up = True
        elif kind == COMMAND:
            self.commanded = value
        else:
            self.pin = value
        return kind

    def soc_permille(self) -> int:
        """Charge left in the cell after what was drawn and what leaked, permille."""
        leaked = self.now_us // 1_000_000 * self.cell[LEAK_PER_S]
        left = 1000 - (self.used + leaked) // self.cell[CAPACITY_PERMILLE]
        return left if left > 0 else 0

    def poll(self, kind: int, us: int) -> None:
        """Spend what the polls of the detector's first stage take of a sleep, on its account."""
        asleep_at = self.account_at
        self.account(self.watch_task, LOOK)
        polls = us // (self.armed_ms * 1000)
        self.count[POLLS] += polls
        if self.ulp_us:
            asleep_na = self.current_na[SLEEP_STATES[kind]]
            self.spend_at(SENSE, polls * self.ulp_us, asleep_na + self.ulp_na)
        else:
            self.spend(CPU, polls * self.timing[LIGHT_EXIT_US])
            self.spend(SENSE, polls * self.look_us[0])
        self.account_at = asleep_at

    def wake_up(self, kind: int, cause: int) -> None:
        """Book the way from sleep to the node's first line; from deep sleep, two spends in one."""
        self.account_at = BY_TIMER if cause == TIMER else BY_EVENT
        if self.replays:
            if kind == DEEP:
                replay.phase(self, BOOT, BOOT_US, 0)
            elif kind == LIGHT:
                replay.phase(self, CPU, LIGHT_EXIT_US, 0)
            replay.phase(self, CPU, WAKE_CPU_US, 0)
            return
        if kind == DEEP:
            self.us[self.account_at + BOOT] += self.boot_us
            self.us[self.account_at + CPU] += self.wake_cpu_us
            self.used += self.start_used
            self.now_us += self.boot_us + self.wake_cpu_us
            return
        if kind == LIGHT:
            self.spend(CPU, self.timing[LIGHT_EXIT_US])
        self.spend(CPU, self.wake_cpu_us)
