"""A port whose answers are dice: for the same seed the same in every interpreter.

It allocates nothing and stays in 31 bits, so that a whole wake can run with the heap locked. Every
call is logged as ints; every configuration within the documented limits can come up.
"""

from array import array

from torpor.policy.patience import LINK_MS
from torpor.policy.sleep import IDLE
from torpor.policy.ticks import MASK, add
from torpor.port import FAULT, NO_AP, NO_BROKER, NONE, RECALLED, REFUSED, UNHEARD, Port

MAX_SLEEP_MS = 0x10000000
MODES = ((0, 10), (6, 10), (0, 6), (4, 4), (10, 10))
FAILURES = (REFUSED, NO_BROKER, NO_AP, UNHEARD)
OCV_MV = (3000, 3300, 3400, 3450, 3500, 3550, 3600, 3700, 3800, 4000, 4200)


class Random:
    """Three generators of 15 bits (Wichmann and Hill, Applied Statistics 31, 1982, AS 183)."""

    def __init__(self, seed: int) -> None:
        self.x = 1 + seed % 30268
        self.y = 1 + seed // 7 % 30306
        self.z = 1 + seed // 11 % 30322
        for _ in range(20):
            self.below(2)

    def below(self, n: int) -> int:
        """0 … n - 1, for n up to 2**30 - 1."""
        self.x = 171 * self.x % 30269
        self.y = 172 * self.y % 30307
        self.z = 170 * self.z % 30323
        return ((self.x << 15) ^ (self.y << 8) ^ self.z) % n

    def one_in(self, n: int) -> bool:
        """True once in n."""
        return self.below(n) == 0

    def up_to(self, limit: int) -> int:
        """0 … limit: each magnitude as likely as the next, and the limit itself often."""
        if self.below(8) == 0:
            return limit
        value = self.below(1 << self.below(30))
        return value if value <= limit else value % (limit + 1)


class RandomPort(Port):
    """The contract, kept by dice."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.log = array("i", bytes(4 * 1536))
        self.logged = 0
        self.clock = 0
        self.armed_ms = NONE
        self.bad = 2  # joins and sends fail once in so many
        self.battery = -1  # the channel that reads millivolts
        self.rssi = -60  # of the access point, give or take 4 dB

    def note(self, call: int, a: int, b: int) -> None:
        """Log a decision."""
        at = self.logged
        self.log[at] = call
        self.log[at + 1] = a
        self.log[at + 2] = b
        self.logged = at + 3

    def spend(self, most_ms: int) -> None:
        """Let some time pass."""
        self.clock = add(self.clock, self.random.below(most_ms))

    def ticks_ms(self) -> int:
        return self.clock

    def wait(self, ms: int, kind: int = IDLE) -> None:
        self.note(1, ms, kind)
        self.clock = add(self.clock, ms)

    def account(self, task: int, decision: int) -> None:
        self.note(2, task, decision)

    def measure(self, channel: int) -> int:
        self.note(3, channel, 0)
        self.spend(50)
        if self.random.one_in(16):
            return FAULT
        if channel == self.battery:
            return 2900 + self.random.below(1400)
        value = self.random.up_to(0x1FFFFFFF)
        return value if self.random.one_in(2) else -value - 1

    def look(self, stage: int) -> int:
        self.note(4, stage, 0)
        self.spend(20)
        return FAULT if self.random.one_in(16) else self.random.up_to(65535)

    def watch(self, interval_ms: int, margin: int, ratio_x16: int) -> None:
        self.note(5, interval_ms, margin)
        self.note(5, ratio_x16, 0)
        self.armed_ms = interval_ms

    def monitor(self, channel: int, low: int, high: int, looks: int) -> None:
        self.note(12, channel, looks)
        self.note(12, low, high)

    def monitored(self, channel: int) -> int:
        self.note(13, channel, 0)
        return self.random.below(6)

    def recalled(self, channel: int, age: int) -> int:
        self.note(14, channel, age)
        if age >= RECALLED or self.random.one_in(16):
            return FAULT
        value = self.random.up_to(0x1FFFFFFF)
        return value if self.random.one_in(2) else -value - 1

    def join(self, tx_qdbm: int, cached: int, within_ms: int = LINK_MS) -> int:
        self.note(6, tx_qdbm, cached * 16384 + within_ms)
        self.spend(6000)
        if self.random.one_in(self.bad):
            return FAILURES[self.random.below(4)]
        return self.rssi - 4 + self.random.below(9)

    def send(self, r: list[int], first: int, count: int, tx_qdbm: int) -> int:
        self.note(7, count, tx_qdbm)
        for cell in range(first, first + 3 * count, 3):
            self.note(r[cell], r[cell + 1], r[cell + 2])
        self.spend(900)
        if self.random.one_in(self.bad):
            return 0
        return 1 + self.random.below(3) if self.random.one_in(4) else 1

    def leave(self) -> None:
        self.note(8, 0, 0)

    def actuate(self, output: int, value: int) -> None:
        self.note(9, output, value)

    def command(self) -> int:
        self.note(10, 0, 0)
        return self.random.below(3) - 1

    def feed(self) -> None:
        self.note(11, 0, 0)

    def begin_at(self, before_wrap_ms: int) -> None:
        """Set the clock so long before it wraps."""
        self.clock = MASK - before_wrap_ms


def task(random: Random, channels: int) -> dict:
    """A random task: any period, window and cost within the limits."""
    period_ms = 0 if random.one_in(8) else 1000 + random.up_to(MAX_SLEEP_MS - 1000)
    return {
        "channels": [c for c in range(channels) if random.one_in(3)],
        "warmup_ms": random.up_to(60000) if random.one_in(2) else 0,
        "period_ms": period_ms,
        "early_ms": random.up_to(period_ms - 1) if period_ms else 0,
        "late_ms": random.up_to(MAX_SLEEP_MS),
        "priority": random.below(8),
        "cost_uc": random.up_to(1 << 26),
        "longest_ms": random.up_to(MAX_SLEEP_MS) if random.one_in(2) else 0,
        "ulp": int(random.one_in(4)),
    }


def txpower(random: Random) -> dict:
    """A random radio: any mode, costs up to their limits."""
    lowest, highest = MODES[random.below(len(MODES))]
    burst_uc = [random.up_to(1000000) for _ in range(11)]
    if random.one_in(2):
        burst_uc.sort()
    return {
        "lowest": lowest,
        "highest": highest,
        "sensitivity_dbm": -75 - random.below(25),
        "questions": 7 * random.below(2),
        "retry_uc": random.up_to(0x3FFFFF),
        "burst_uc": burst_uc,
    }


def energy(random: Random) -> dict:
    """A random cell, with or without a lifetime and a budget."""
    return {
        "low_permille": 200 + random.below(300),
        "critical_permille": random.below(200),
        "band_permille": random.below(100),
        "target_h": random.up_to(1073741) if random.one_in(2) else 0,
        "budget_uc_min": random.up_to(372827) if random.one_in(2) else 0,
        "start_uc": random.up_to(1 << 26),
        "air_uc_ms": random.up_to(5000),
        "capacity_mc": random.up_to(1 << 28) if random.one_in(2) else 0,
        "ocv_mv": OCV_MV,
    }


def cascade(random: Random, switch: bool) -> dict:
    """A random detector: a pin's edge (a switch's button always is), or stages that look."""
    pin = switch or random.one_in(4)
    least_ms = 0 if pin else 1 + random.up_to(60000)
    stages = 1 if pin else random.below(5)
    return {
        "stages": [
            {
                "margin": random.up_to(65535),
                "ratio_x16": random.up_to(1024),
                "band": random.up_to(65535),
            }
            for _ in range(stages)
        ],
        "interval_ms": least_ms,
        "false_per_day": 1 + random.below(50) if random.one_in(2) else 0,
        "events_per_day": 10 + random.below(50) if random.one_in(2) and not pin else 0,
        "asks": random.below(5),
        "hold_ms": random.up_to(86400000) if pin and not switch and random.one_in(2) else 0,
    }


def configuration(random: Random) -> dict:
    """A random node, as config.json would describe it."""
    switch = random.one_in(3)
    channels = 1 + random.below(8)
    tasks = [task(random, channels) for _ in range(random.below(9))]
    sensing = random.below(len(tasks)) if tasks else 0
    for i, one in enumerate(tasks):
        one["radio"] = int(i >= sensing)
    return {
        "kind": "switch" if switch else "sensor",
        "cache_join": random.below(2),
        "lease_min": 60 * (1 + random.up_to(8759)),
        "report_task": sensing + random.below(len(tasks) - sensing) if tasks else 0,
        "watch_task": random.below(8),
        "watch_channel": random.below(channels + 1) - 1,
        "battery_channel": random.below(channels + 1) - 1,
        "ulp_ms": 1 + random.up_to(99999),
        "tasks": tasks,
        "channels": [
            {"delta": random.up_to(0x3FFFFFFF), "within_ms": random.up_to(MAX_SLEEP_MS)}
            for _ in range(channels)
        ],
        "txpower": txpower(random),
        "energy": energy(random),
        "sleep": {
            "light_ms": random.up_to(100),
            "deep_ms": random.up_to(100000),
            "deepest": (0, 2, 3)[random.below(3)],
            "associated": int(switch),
            "lingers": random.below(2),
            "start_ms": random.up_to(5000),
        },
        "cascade": cascade(random, switch),
        "spread": {"within_ms": random.up_to(MAX_SLEEP_MS), "seed": random.below(65537)},
        "backoff": {
            "rate_uc_min": random.up_to(372827) if random.one_in(2) else 0,
            "cpu_uc_ms": random.up_to(200),
            "air_uc_ms": random.up_to(400),
            "start_uc": random.up_to(1000000),
            "usual_ms": random.up_to(20000) if random.one_in(2) else 0,
            "lost_ms": random.up_to(2000),
        },
    }
