"""The record: everything a node knows, as one flat row of ints.

Each policy owns a block of it, configuration and state together, so that a wake from deep sleep
needs no file. Where each block starts is here; its fields are in the policy's module.
"""

from torpor.policy import (
    backoff,
    cascade,
    const,
    energy,
    patience,
    report,
    sampling,
    schedule,
    sleep,
    spread,
    surge,
    txpower,
)

# The node's own block.
KIND = const(0)  # SENSOR or SWITCH
CLOCK = const(1)  # tick of the wake before
REST_MS = const(2)  # uptime beyond whole minutes
UPTIME_MIN = const(3)
WAKES = const(4)
CRASHES = const(5)  # wakes in a row that did not end in sleep; what was retained counts one more
FAULTS = const(6)  # readings that failed
JOINS_FAILED = const(7)  # in a row
SENT = const(8)  # messages acknowledged
LOST = const(9)  # messages given up
CACHE = const(10)  # 1: remember the access point; 0: scan for every join
CACHED = const(11)  # 1: the access point is remembered
SLEEP_KIND = const(12)  # of policy.sleep: the sleep that follows this wake
BATTERY_CHANNEL = const(13)  # -1: none
REPORT_TASK = const(14)  # the task that delivers
WATCH_CHANNEL = const(15)  # the channel that a detected event is reported on; -1: none
WATCH_TASK = const(16)  # the task that the detector's charge is booked to
OUTPUT = const(17)  # a switch's relay, 0 or 1
MINUTE_PAID = const(18)  # UPTIME_MIN up to which the budget's bucket is filled
STARTED = const(19)  # tick at which the wake under way began; -1: it is over
RENEWED_MIN = const(20)  # UPTIME_MIN of the last full join
LEASE_MIN = const(21)  # how long an address is kept without asking for it anew
BY_ULP = const(22)  # bit mask of the tasks whose channels the ULP reads in deep sleep
ULP_MS = const(23)  # from one of its readings to the next
ASLEEP_AT = const(24)  # tick at which the last sleep began in which it might

# One row a task: what serving it means.
TASK = const(25)
CHANNELS = const(0)  # bit mask of the channels to measure
WARMUP_MS = const(1)
LONGEST_MS = const(2)  # between two servings while nothing moves, at most MAX_SLEEP_MS; 0: none
TASK_ROW = const(3)

SENSOR = const(0)
SWITCH = const(1)

# No const() here: MicroPython folds only what one file can tell.
TX = TASK + schedule.MAX_TASKS * TASK_ROW
ENERGY = TX + txpower.SIZE
REST = ENERGY + energy.SIZE
CASCADE = REST + sleep.SIZE
SCHEDULE = CASCADE + cascade.SIZE
REPORT = SCHEDULE + schedule.SIZE
SPREAD = REPORT + report.SIZE
SURGE = SPREAD + spread.SIZE
SAMPLING = SURGE + surge.SIZE
PATIENCE = SAMPLING + sampling.SIZE
BACKOFF = PATIENCE + patience.SIZE
SIZE = BACKOFF + backoff.SIZE
