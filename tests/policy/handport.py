"""A port that a test moves by hand, and the node that it moves."""

from tests.policy.rig import NEAR_WRAP, blank
from torpor import record, sensor, switch
from torpor.config import configure
from torpor.policy.patience import LINK_MS
from torpor.policy.sleep import IDLE
from torpor.policy.ticks import add
from torpor.port import COLD, NONE, TIMER, Port

MINUTE_MS = 60000
HOUR_MS = 3600000
BURST_UC = (10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)
OCV_MV = (3000, 3300, 3400, 3450, 3500, 3550, 3600, 3700, 3800, 4000, 4200)
STAGE = {"margin": 100, "ratio_x16": 0, "band": 20}


class HandPort(Port):
    """Answers what the test laid down and remembers what was called."""

    def __init__(self):
        self.clock = NEAR_WRAP
        self.calls = []
        self.readings = {}
        self.scores = []  # of the stages behind stage 0, in the order asked
        self.loud = 0  # of stage 0
        self.joins = []  # answers to come; then -60
        self.takes = []  # ms that joins to come take; then none
        self.sends = []  # answers to come; then 1
        self.commanded = NONE
        self.recalls = {}  # what the ULP read of a channel in the sleep before, the newest last

    def ticks_ms(self):
        return self.clock

    def wait(self, ms, kind=IDLE):
        self.calls.append(("wait", ms, kind))

    def account(self, task, decision):
        self.calls.append(("account", task, decision))

    def measure(self, channel):
        self.calls.append(("measure", channel))
        return self.readings.get(channel, 0)

    def look(self, stage):
        self.calls.append(("look", stage))
        return self.scores.pop(0) if stage else self.loud

    def watch(self, interval_ms, margin, ratio_x16):
        self.calls.append(("watch", interval_ms, margin, ratio_x16))

    def monitor(self, channel, low, high, looks):
        self.calls.append(("monitor", channel, low, high, looks))

    def monitored(self, channel):
        return len(self.recalls.get(channel, ()))

    def recalled(self, channel, age):
        return self.recalls[channel][-1 - age]

    def join(self, tx_qdbm, cached, within_ms=LINK_MS):
        self.calls.append(("join", tx_qdbm, cached, within_ms))
        self.clock = add(self.clock, self.takes.pop(0) if self.takes else 0)
        return self.joins.pop(0) if self.joins else -60

    def send(self, r, first, count, tx_qdbm):
        cells = range(first, first + 3 * count, 3)
        self.calls.append(("send", [(r[cell], r[cell + 1]) for cell in cells]))
        return self.sends.pop(0) if self.sends else 1

    def leave(self):
        self.calls.append(("leave",))

    def actuate(self, output, value):
        self.calls.append(("actuate", output, value))

    def command(self):
        return self.commanded

    def feed(self):
        pass

    def did(self, name):
        """The calls of this name since the last ask for them; all older ones are forgotten."""
        found = [call[1:] for call in self.calls if call[0] == name]
        self.calls = []
        return found


def task(period_ms, radio=0, channels=(), priority=5, **more):
    given = {
        "period_ms": period_ms,
        "radio": radio,
        "channels": channels,
        "priority": priority,
        "warmup_ms": 0,
        "longest_ms": 0,
        "early_ms": 0,
        "late_ms": 0,
        "cost_uc": 10,
        "ulp": 0,
    }
    given.update(more)
    return given


def config(**changes):
    """Task 0 reads channel 0 each minute, task 1 delivers each hour."""
    given = {
        "kind": "sensor",
        "cache_join": 1,
        "lease_min": 1440,
        "report_task": 1,
        "watch_task": 0,
        "watch_channel": -1,
        "battery_channel": -1,
        "ulp_ms": 10000,
        "tasks": [task(MINUTE_MS, channels=[0]), task(HOUR_MS, radio=1)],
        "channels": [{"delta": 5, "within_ms": 0}, {"delta": 0, "within_ms": 0}],
        "txpower": {
            "lowest": 0,
            "highest": 10,
            "sensitivity_dbm": -90,
            "questions": 7,
            "retry_uc": 1000,
            "burst_uc": BURST_UC,
        },
        "energy": {
            "low_permille": 300,
            "critical_permille": 100,
            "band_permille": 50,
            "target_h": 0,
            "budget_uc_min": 0,
            "start_uc": 0,
            "air_uc_ms": 0,
            "capacity_mc": 0,
            "ocv_mv": OCV_MV,
        },
        "sleep": {
            "light_ms": 5,
            "deep_ms": 3000,
            "deepest": 3,
            "associated": 0,
            "lingers": 1,
            "start_ms": 0,
        },
        "cascade": {
            "stages": [],
            "interval_ms": 100,
            "false_per_day": 0,
            "events_per_day": 0,
            "asks": 1,
            "hold_ms": 0,
        },
        "spread": {"within_ms": 0, "seed": 1},
        "backoff": {
            "rate_uc_min": 0,
            "cpu_uc_ms": 1,
            "air_uc_ms": 2,
            "start_uc": 100,
            "usual_ms": 0,
            "lost_ms": 1_000,
        },
    }
    given.update(changes)
    return given


def start(**changes):
    """A configured node after its cold start, and its port with the calls forgotten."""
    r = blank(record.SIZE)
    configure(r, config(**changes))
    port = HandPort()
    wake = switch.wake if r[record.KIND] == record.SWITCH else sensor.wake
    wake(r, port, COLD)
    port.calls = []
    return r, port


def detecting(stages, **changes):
    """A cascade of so many stages that pass at 100 and ask again from 80."""
    given = config()["cascade"]
    given["stages"] = [STAGE] * stages
    given.update(changes)
    return given


def tick(r, port, ms, cause=TIMER):
    """A wake so many ms later; the ms to sleep."""
    port.clock = add(port.clock, ms)
    return sensor.wake(r, port, cause)
