"""Sleep-aware scheduler: few wakes, fewer joins, every window kept.

A task is due on a grid of its period and may be served from `early` before to `late` after. The
node sleeps until the first instant at which some window would close, and then serves every window
that is open: for wakes of equal cost no schedule needs fewer (stabbing at the earliest deadline).
Radio tasks share joins: they go with the last wake before their window closes, unless another
radio task opens in time to share a later join, which saves more than the wake it costs.
"""

from torpor.policy import const
from torpor.policy.ticks import add, diff

# The block: a head, then one row a task.
TASKS = const(0)  # rows in use
FLOOR = const(1)  # tasks of a lower priority are left out (energy is short)
STRETCH = const(2)  # periods are shifted left by this (energy is short)
MISSED = const(3)  # periods skipped by outages, all tasks
SHED = const(4)  # tasks skipped for want of energy
HEAD = const(5)

PERIOD_MS = const(0)  # 1,000 … MAX_SLEEP_MS; 0: only on request
EARLY_MS = const(1)  # less than the period
LATE_MS = const(2)  # at most MAX_SLEEP_MS
PRIORITY = const(3)  # 0 … 7, 7 the most important
RADIO = const(4)  # 1: needs a join; its next period counts from when it was served
COST_UC = const(5)  # charge of one service, µC, at most 2**26
ARMED = const(6)
DUE = const(7)  # tick
SLACK_MS = const(8)  # ms behind DUE within which to serve now
ROW = const(9)

MAX_TASKS = const(8)
START_MS = const(HEAD + MAX_TASKS * ROW)  # from the end of a sleep to the node's first line
SIZE = const(START_MS + 1)

MAX_SLEEP_MS = const(0x10000000)  # 3.1 days: differences stay right
_SHED_MS = const(3600000)
_MOST_UC = const(0x10000000)


def start(r: list[int], at: int, now: int) -> None:
    """Arm every periodic task; all that are armed are due now."""
    for task in range(r[at + TASKS]):
        row = at + HEAD + task * ROW
        if r[row + PERIOD_MS]:
            r[row + ARMED] = 1
        r[row + DUE] = now
        r[row + SLACK_MS] = r[row + LATE_MS]


def latest_ms(r: list[int], at: int, task: int, now: int) -> int:
    """ms until the task's window closes; negative when it has."""
    row = at + HEAD + task * ROW
    return diff(r[row + DUE], now) + r[row + SLACK_MS]


def next_ms(r: list[int], at: int, now: int) -> int:
    """ms to sleep until the first window closes, less a start, 0 … MAX_SLEEP_MS.

    A start that is quicker than it should be is over before the window closes, not before it opens.
    A task that is left out stays due, however long: its tick follows, lest it wrap.
    """
    least = MAX_SLEEP_MS
    start_ms = r[at + START_MS]
    floor = r[at + FLOOR]
    row = at + HEAD
    for _ in range(r[at + TASKS]):
        if r[row + ARMED]:
            due_ms = diff(r[row + DUE], now)
            if r[row + PRIORITY] < floor:
                if due_ms < 0:
                    r[row + DUE] = now
            else:
                late_ms = due_ms + r[row + SLACK_MS]
                open_ms = r[row + EARLY_MS] + r[row + SLACK_MS]
                late_ms -= start_ms if start_ms < open_ms else open_ms
                if late_ms < least:
                    least = late_ms
        row += ROW
    return least if least > 0 else 0


def pick(r: list[int], at: int, now: int, allowance_uc: int) -> int:
    """The tasks without radio to serve in this wake, as a bit mask: every open window.

    What costs more than the allowance is shed, the least important first.
    """
    mask = 0
    cost_uc = 0
    floor = r[at + FLOOR]
    row = at + HEAD
    for task in range(r[at + TASKS]):
        if (
            r[row + ARMED]
            and r[row + RADIO] == 0
            and r[row + PRIORITY] >= floor
            and diff(r[row + DUE], now) <= r[row + EARLY_MS]
        ):
            mask |= 1 << task
            cost_uc += r[row + COST_UC]
        row += ROW
    return mask if cost_uc <= allowance_uc else _shed(r, at, now, mask, allowance_uc)


def join_now(r: list[int], at: int, now: int, allowance_uc: int) -> int:
    """The radio tasks to serve by a join in this wake, as a bit mask; 0: not yet.

    Ask after the other tasks were served. A join waits while the node will be awake again before
    the first radio window closes, or while another radio task will open by then.
    """
    if not _radio_open(r, at, now):
        return 0
    mask = 0
    cost_uc = 0
    join_ms = MAX_SLEEP_MS  # until the first radio window closes
    open_ms = MAX_SLEEP_MS  # until the next radio window opens
    wake_ms = MAX_SLEEP_MS  # until the next wake that is taken anyway
    floor = r[at + FLOOR]
    row = at + HEAD
    for task in range(r[at + TASKS]):
        if r[row + ARMED] and r[row + PRIORITY] >= floor:
            due_ms = diff(r[row + DUE], now)
            late_ms = due_ms + r[row + SLACK_MS]
            opens_ms = due_ms - r[row + EARLY_MS]
            if r[row + RADIO] == 0:
                if late_ms < wake_ms:
                    wake_ms = late_ms
            elif opens_ms <= 0:
                mask |= 1 << task
                cost_uc += r[row + COST_UC]
                if late_ms < join_ms:
                    join_ms = late_ms
            elif opens_ms < open_ms:
                open_ms = opens_ms
        row += ROW
    if mask == 0 or (join_ms > 0 and (wake_ms <= join_ms or open_ms <= join_ms)):
        return 0
    return mask if cost_uc <= allowance_uc else _shed(r, at, now, mask, allowance_uc)


def _radio_open(r: list[int], at: int, now: int) -> bool:
    """Whether any radio task's window is open: the question of most wakes."""
    row = at + HEAD
    for _ in range(r[at + TASKS]):
        if r[row + RADIO] and r[row + ARMED] and diff(r[row + DUE], now) <= r[row + EARLY_MS]:
            return True
        row += ROW
    return False


def _shed(r: list[int], at: int, now: int, mask: int, allowance_uc: int) -> int:
    """The part of the mask that the allowance pays for, by priority.

    The rest waits a period; what was only asked for waits an hour.
    """
    kept = 0
    for priority in range(7, -1, -1):
        for task in range(r[at + TASKS]):
            row = at + HEAD + task * ROW
            if mask >> task & 1 and r[row + PRIORITY] == priority:
                if r[row + COST_UC] <= allowance_uc:
                    allowance_uc -= r[row + COST_UC]
                    kept |= 1 << task
                else:
                    r[at + SHED] += 1
                    done(r, at, task, now)
                    if r[row + ARMED] == 0:
                        defer(r, at, task, now, _SHED_MS)
    return kept


def done(r: list[int], at: int, task: int, now: int) -> None:
    """The task was served: its next window. Periods missed in an outage are skipped."""
    row = at + HEAD + task * ROW
    slack_ms = r[row + SLACK_MS]
    r[row + SLACK_MS] = r[row + LATE_MS]
    if r[row + PERIOD_MS] == 0:
        r[row + ARMED] = 0
        return
    every_ms = period_ms(r, at, task)
    due = now
    if r[row + RADIO] == 0:
        due = r[row + DUE]
        behind = diff(now, due) // every_ms
        if behind > 0:
            missed = behind - slack_ms // every_ms  # what may_wait() allowed is no outage
            r[at + MISSED] += missed if missed > 0 else 0
            due = add(due, behind * every_ms)
    r[row + DUE] = add(due, every_ms)


def period_ms(r: list[int], at: int, task: int) -> int:
    """The task's period, as the energy mode has it."""
    ms = r[at + HEAD + task * ROW + PERIOD_MS]
    stretch = r[at + STRETCH]
    while stretch and ms < MAX_SLEEP_MS >> 1:
        ms <<= 1
        stretch -= 1
    return ms


def may_wait(r: list[int], at: int, task: int, now: int, ms: int) -> None:
    """The task just served need not be again before so many ms; its window opens as ever."""
    row = at + HEAD + task * ROW
    slack_ms = ms - diff(r[row + DUE], now)
    if slack_ms > r[row + SLACK_MS]:
        r[row + SLACK_MS] = slack_ms


def request(r: list[int], at: int, task: int, now: int, within_ms: int) -> None:
    """Serve the task within this time, sooner if it was due sooner."""
    row = at + HEAD + task * ROW
    if r[row + ARMED] == 0 or latest_ms(r, at, task, now) > within_ms:
        r[row + ARMED] = 1
        r[row + DUE] = now
        r[row + SLACK_MS] = within_ms


def defer(r: list[int], at: int, task: int, now: int, wait_ms: int) -> None:
    """Not before this time has passed, and then without delay (a backoff)."""
    row = at + HEAD + task * ROW
    r[row + ARMED] = 1
    r[row + DUE] = add(add(now, wait_ms), r[row + EARLY_MS])
    r[row + SLACK_MS] = -r[row + EARLY_MS]


def save(r: list[int], at: int, mode: int) -> None:
    """Follow the energy mode.

    0: all tasks; 1: priorities 2 and up at half the rate; 2: 4 and up at an eighth of it.
    """
    r[at + FLOOR] = 2 * mode
    r[at + STRETCH] = mode + (mode >> 1)


def is_early(r: list[int], at: int, task: int, now: int) -> bool:
    """Whether the task would be served ahead of its due time."""
    return diff(r[at + HEAD + task * ROW + DUE], now) > 0


def all_uc(r: list[int], at: int) -> int:
    """Charge of one service of every task that is not left out, µC, at most 2**28."""
    total = 0
    row = at + HEAD
    for _ in range(r[at + TASKS]):
        if r[row + ARMED] and r[row + PRIORITY] >= r[at + FLOOR]:
            total += r[row + COST_UC]
        row += ROW
    return total if total < _MOST_UC else _MOST_UC


def cost_uc(r: list[int], at: int, task: int) -> int:
    """Charge of one service of the task, µC."""
    return r[at + HEAD + task * ROW + COST_UC]
