"""The state of a simulated node: its books, its clock, and the world around it as laid out ahead.

Ints, flat int lists and one Hearing, so that the same class runs in CPython and compiled. There is
one way to let time pass: spend(); the port's wake_up() does it twice at once, for speed.
"""

from host_sim.engine.chance import ADDEND, FACTOR, MASK
from host_sim.engine.events import AP_DOWN, AP_UP, COMMAND, NEVER_US
from host_sim.engine.parts import (
    BOOT_US,
    CHANNEL_ROW,
    DRIFT_PPM,
    END_US,
    EVENT_MS,
    FIRST_TICK,
    MARK_ROW,
    SEED,
    ULP_NA,
    ULP_US,
    WAKE_CPU_US,
    WATCH_CHANNEL,
    WATCH_TASK,
    Parts,
)
from host_sim.hardware.cell import CHARGE_SHIFT, UNIT_FC
from host_sim.hardware.states import BOOT, CPU
from host_sim.units import HOUR_US
from torpor.port import NONE


class State:
    """What a simulated port knows. It keeps the lists of its Parts and does not copy them.

    now_us       virtual time
    account_at   first cell of the account in force: (task * DECISIONS + decision) * STATES
    used         charge drawn so far, 1,024 fC
    pin, output  levels of the wake pin and of the relay; pin_read: the pin's when it was last read
    commanded    the newest command that nobody took yet, or NONE
    armed_ms     the detector's interval for the next sleep, or NONE; margin and ratio_x16 its mark
    loud_us      when it was loud in the sleep before, or NONE
    ap_up        the access point is there; joined: the node is associated; stays: since before
                 this wake
    linked       the link's modules are loaded, since the last deep sleep
    addressed    the address that the access point gives is kept in flash
    alive        the cell still carries the node
    harvests     its store is filled; stored is what that holds (1,024 fC) at store_us, when
                 store_used of what was drawn had been taken out of it
    replays      something is drawn from recordings
    shared       the channel is shared with other nodes, this one being number `index`
    mail         a command from one of them, which arrives at mail_us
    disturbed    the channel loses whole exchanges, in the wake of this number; wait_us: others'
                 frames keep each of its own waiting for so long
    marks        what the ULP wakes for in the next sleep, by channel (monitor.py); monitors: any
    looked       its readings of each channel in the last sleep, which began at read_from_us
    told_tick    that of the newest alarm that arrived
    """

    # CPython keeps the fields of an object with more than 30 in a dict, which costs a run a tenth.
    __slots__ = """
        us times extra count current_na timing radio lost_65536 air_time channel levels rssi
        series source step_us first cells read_us read_na
        event_us event_kind event_value look_us hearing battery capacity_permille air leak_per_s
        leaked dead harvest harvests stored store_us store_used off restart_permille fresh
        seed replay replay_us
        replay_na drawn replays replay_seed drift_ppm first_tick end_us watch_task
        ulp_us ulp_na now_us account_at used next_event next_event_us pin pin_read
        output commanded armed_ms margin ratio_x16 loud_us ap_up joined stays linked alive
        addressed
        boot_us wake_cpu_us
        start_us start_used ether index shared mail_us mail
        monitor_us monitor_tasks marks monitors looked read_from_us
        disturbed disturbed_wake wait_us watch_channel event_ms told_tick late
    """.split()  # noqa: SIM905  fifty lines as a list

    def __init__(self, parts: Parts) -> None:
        self.us = parts.us
        self.times = parts.times
        self.count = parts.count
        self.current_na = parts.current_na
        self.timing = parts.timing
        self.radio = parts.radio
        self.lost_65536 = parts.lost_65536
        self.air_time = parts.air_time
        self.channel = parts.channel
        self.levels = parts.levels
        self.rssi = parts.rssi
        self.series = parts.series
        self.source = parts.channels[::CHANNEL_ROW]
        self.step_us = parts.channels[1::CHANNEL_ROW]
        self.first = parts.channels[2::CHANNEL_ROW]
        self.cells = parts.channels[3::CHANNEL_ROW]
        self.read_us = parts.channels[4::CHANNEL_ROW]
        self.read_na = parts.channels[5::CHANNEL_ROW]
        self.event_us = parts.event_us
        self.event_kind = parts.event_kind
        self.event_value = parts.event_value
        self.look_us = parts.look_us
        self.hearing = parts.hearing
        self.battery = parts.battery
        self.capacity_permille = parts.capacity_permille
        self.air = parts.air
        self.leak_per_s = parts.leak_per_s
        self.leaked = parts.leaked
        self.dead = parts.dead
        self.harvest = parts.harvest
        self.harvests = len(parts.harvest) > 0
        self.stored = parts.stored
        self.store_us = 0
        self.store_used = 0
        self.off = parts.off
        self.restart_permille = parts.restart_permille
        self.fresh = parts.fresh
        self.seed = parts.clock[SEED]
        self.replay = parts.replay
        self.replay_us = parts.replay_us
        self.replay_na = parts.replay_na
        self.drawn = parts.drawn
        self.extra = parts.extra
        self.replays = len(parts.drawn) > 0
        self.replay_seed = parts.clock[SEED]
        self.drift_ppm = parts.clock[DRIFT_PPM]
        self.first_tick = parts.clock[FIRST_TICK]
        self.end_us = parts.clock[END_US]
        self.watch_task = parts.watch[WATCH_TASK]
        self.ulp_us = parts.watch[ULP_US]
        self.ulp_na = parts.watch[ULP_NA]
        self.watch_channel = parts.watch[WATCH_CHANNEL]
        self.event_ms = parts.watch[EVENT_MS]
        self.told_tick = parts.clock[FIRST_TICK]
        self.late = parts.late
        self.monitor_us = parts.monitor[0]
        self.monitor_tasks = parts.monitor[1:]
        self.marks = [0] * (MARK_ROW * len(self.source))
        self.monitors = False
        self.looked = 0
        self.read_from_us = 0
        self.now_us = 0
        self.account_at = 0
        self.used = 0
        self.next_event = 0
        self.next_event_us = parts.event_us[0]
        self.pin = 0
        self.pin_read = 0
        self.output = 0
        self.commanded = NONE
        self.armed_ms = NONE
        self.margin = 0
        self.ratio_x16 = 0
        self.loud_us = NONE
        self.ap_up = True
        self.joined = False
        self.stays = False
        self.linked = False
        self.addressed = False
        self.alive = True
        self.boot_us = parts.timing[BOOT_US]
        self.wake_cpu_us = parts.timing[WAKE_CPU_US]
        self.ether = parts.ether
        self.index = parts.index
        self.shared = parts.ether.nodes > 1
        self.mail_us = NEVER_US
        self.mail = NONE
        self.disturbed = False
        self.disturbed_wake = -1
        self.wait_us = 0
        self.start_us = self.boot_us + self.wake_cpu_us
        self.start_used = (self.boot_us * self.current_na[BOOT] >> CHARGE_SHIFT) + (
            self.wake_cpu_us * self.current_na[CPU] >> CHARGE_SHIFT
        )

    def spend(self, state: int, us: int) -> None:
        """Let time pass in a state, on the account in force."""
        at = self.account_at + state
        self.us[at] += us
        self.times[at] += 1
        self.used += self.charge(us, self.current_na[state])
        self.now_us += us

    def spend_at(self, state: int, us: int, na: int) -> None:
        """Let time pass in a state at a current of its own, nA."""
        self.spend(state, us)
        more = self.charge(us, na - self.current_na[state])
        self.extra[self.account_at + state] += more
        self.used += more

    def charge(self, us: int, na: int) -> int:
        """What a current draws, 1,024 fC. The product alone leaves 64 bits in a sleep of days."""
        return (us >> CHARGE_SHIFT) * na + ((us & UNIT_FC - 1) * na >> CHARGE_SHIFT)

    def random(self) -> int:
        """0 … 65,535: the top bits of the generator."""
        self.seed = (self.seed * FACTOR + ADDEND) & MASK
        return self.seed >> 32

    def happen(self) -> None:
        """Let the world's events up to now take effect; none of them wakes an awake node."""
        while self.next_event_us <= self.now_us:
            self.take_event()

    def deliver(self, value: int, at_us: int) -> None:
        """A command from another node arrives at this instant; a newer one replaces it."""
        self.mail = value
        self.mail_us = at_us
        if at_us < self.next_event_us:
            self.next_event_us = at_us

    def take_event(self) -> int:
        """Apply the next event, of the world or from another node; its kind."""
        if self.mail_us == self.next_event_us:
            self.commanded = self.mail
            self.mail_us = NEVER_US
            self.next_event_us = self.event_us[self.next_event]
            return COMMAND
        kind = self.event_kind[self.next_event]
        value = self.event_value[self.next_event]
        self.next_event += 1
        self.next_event_us = min(self.event_us[self.next_event], self.mail_us)
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

    def hour(self) -> int:
        """The cell of `air` that holds: by the hour, and its last one from then on."""
        hour = self.now_us // HOUR_US
        last = len(self.air) - 1
        return hour if hour < last else last

    def soc_permille(self) -> int:
        """Charge left in the cell after what was drawn and what leaked, permille.

        Of a store that is filled, what engine.store brought it to. Compiled, `used` is 64 bits: on
        the mains it wraps after some years of a plug, where any charge reads the same voltage.
        """
        if self.harvests:
            return min(1000, max(0, self.stored // self.capacity_permille))
        hour = self.hour()
        since_s = (self.now_us - hour * HOUR_US) // 1_000_000
        leaked = self.leaked[hour] + since_s * self.leak_per_s[self.air[hour]]
        left = 1000 - (self.used + leaked) // self.capacity_permille
        return min(1000, max(0, left))
