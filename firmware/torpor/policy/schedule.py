"""Sleep-aware scheduler: few wakes, fewer joins, every window kept.

A task is due on a grid of its period and may be served from `early` before to `late` after. The
node sleeps until the first instant at which some window would close, and then serves every window
that is open: for wakes of equal cost no schedule needs fewer (stabbing at the earliest deadline).
Radio tasks share joins: they go with the last wake before their window closes, unless another
radio task opens in time to share a later join, which saves more than the wake it costs.
"""

from torpor.policy import const
from torpor.policy.ticks import HALF, MASK

# The block: a head, then one row a task.
TASKS = const(0)  # rows in use
SENSING = const(1)  # the first so many need no radio; the period of the others, which need a join,
#                     counts from when they were served
FLOOR = const(2)  # tasks of a lower priority are left out (energy is short)
STRETCH_X16 = const(3)  # periods are so many sixteenths longer (energy is short)
MISSED = const(4)  # periods skipped by outages, all tasks
SHED = const(5)  # tasks skipped for want of energy
BASE = const(6)  # tick from which windows are counted: their ms need no wrapping
HEAD = const(7)

PERIOD_MS = const(0)  # 1,000 … MAX_SLEEP_MS; 0: only on request
EARLY_MS = const(1)  # less than the period
LATE_MS = const(2)  # at most MAX_SLEEP_MS
PRIORITY = const(3)  # 0 … 7, 7 the most important
COST_UC = const(4)  # charge of one service, µC, at most 2**26
ARMED = const(5)  # 0, or 1 + PRIORITY
OPENS_MS = const(6)  # the window, ms behind BASE; it is due EARLY_MS after it opens
CLOSES_MS = const(7)
ROW = const(8)

MAX_TASKS = const(8)
START_MS = const(HEAD + MAX_TASKS * ROW)  # from the end of a sleep to the node's first line
SIZE = const(START_MS + 1)

MAX_SLEEP_MS = const(0x10000000)  # 3.1 days
_BASE_MS = const(0x4000000)  # 18.6 h: how old BASE may be, so that all stays in 31 bits
_SHED_MS = const(3600000)
_MOST_UC = const(0x10000000)


def start(r: list[int], at: int, now: int, wait_ms: int) -> None:
    """Arm every periodic task; all that are armed are due after this wait."""
    r[at + BASE] = now
    for row in range(at + HEAD, at + HEAD + r[at + TASKS] * ROW, ROW):
        if r[row + PERIOD_MS]:
            r[row + ARMED] = 1 + r[row + PRIORITY]
        r[row + OPENS_MS] = wait_ms - r[row + EARLY_MS]
        r[row + CLOSES_MS] = wait_ms + r[row + LATE_MS]


def latest_ms(r: list[int], at: int, task: int, now: int) -> int:
    """ms until the task's window closes; negative when it has."""
    return r[at + HEAD + task * ROW + CLOSES_MS] - (now - r[at + BASE] & MASK)


def next_ms(r: list[int], at: int, now: int) -> int:
    """ms to sleep until the first window closes, less a start, 0 … MAX_SLEEP_MS.

    A start that is quicker than it should be is over before the window closes, not before it opens.
    """
    now_ms = now - r[at + BASE] & MASK
    start_ms = r[at + START_MS]
    floor = r[at + FLOOR]
    if floor:
        _hold(r, at, now_ms)
    first_ms = now_ms + MAX_SLEEP_MS + start_ms
    for row in range(at + HEAD, at + HEAD + r[at + TASKS] * ROW, ROW):
        if r[row + CLOSES_MS] < first_ms and r[row + ARMED] > floor:
            opened_ms = r[row + OPENS_MS] + start_ms
            if opened_ms < r[row + CLOSES_MS]:
                first_ms = r[row + CLOSES_MS]
            elif opened_ms < first_ms:
                first_ms = opened_ms
    ms = first_ms - start_ms - now_ms
    return ms if ms > 0 else 0


def _hold(r: list[int], at: int, now_ms: int) -> None:
    """A task that is left out stays due, however long."""
    for row in range(at + HEAD, at + HEAD + r[at + TASKS] * ROW, ROW):
        past_ms = now_ms - r[row + OPENS_MS] - r[row + EARLY_MS]
        if past_ms > 0 and 0 < r[row + ARMED] <= r[at + FLOOR]:
            r[row + OPENS_MS] += past_ms
            r[row + CLOSES_MS] += past_ms


def pick(r: list[int], at: int, now: int, allowance_uc: int) -> int:
    """The tasks without radio to serve in this wake, as a bit mask: every open window.

    What costs more than the allowance is shed, the least important first.
    """
    now_ms = now - r[at + BASE] & MASK
    if now_ms > _BASE_MS:
        _rebase(r, at, now, now_ms)
        now_ms = 0
    mask = 0
    cost_uc = 0
    floor = r[at + FLOOR]
    row = at + HEAD
    for task in range(r[at + SENSING]):
        if r[row + OPENS_MS] <= now_ms and r[row + ARMED] > floor:
            mask |= 1 << task
            cost_uc += r[row + COST_UC]
        row += ROW
    if cost_uc <= allowance_uc:
        return mask
    return _shed(r, at, now, mask, allowance_uc)


def _rebase(r: list[int], at: int, now: int, now_ms: int) -> None:
    """Count from now on. What is 6.2 days past stays so, lest it leave 31 bits."""
    r[at + BASE] = now
    for row in range(at + HEAD, at + HEAD + r[at + TASKS] * ROW, ROW):
        for cell in range(row + OPENS_MS, row + CLOSES_MS + 1):
            r[cell] = r[cell] - now_ms if r[cell] > now_ms - HALF else -HALF


def join_now(r: list[int], at: int, now: int, allowance_uc: int) -> int:
    """The radio tasks to serve by a join in this wake, as a bit mask; 0: not yet.

    Ask after the other tasks were served. A join waits while the node will be awake again before
    the first radio window closes, or while another radio task will open by then.
    """
    now_ms = now - r[at + BASE] & MASK
    mask = 0
    cost_uc = 0
    join_ms = opens_ms = now_ms + MAX_SLEEP_MS
    floor = r[at + FLOOR]
    first = r[at + SENSING]
    row = at + HEAD + first * ROW
    for task in range(first, r[at + TASKS]):
        if r[row + ARMED] > floor:
            if r[row + OPENS_MS] <= now_ms:
                mask |= 1 << task
                cost_uc += r[row + COST_UC]
                if r[row + CLOSES_MS] < join_ms:
                    join_ms = r[row + CLOSES_MS]
            elif r[row + OPENS_MS] < opens_ms:
                opens_ms = r[row + OPENS_MS]
        row += ROW
    if mask and join_ms > now_ms and (opens_ms <= join_ms or _senses_by(r, at, join_ms)):
        return 0
    if cost_uc <= allowance_uc:
        return mask
    return _shed(r, at, now, mask, allowance_uc)


def _senses_by(r: list[int], at: int, ms: int) -> bool:
    """Whether a task without radio is served before then."""
    for row in range(at + HEAD, at + HEAD + r[at + SENSING] * ROW, ROW):
        if r[row + CLOSES_MS] <= ms and r[row + ARMED] > r[at + FLOOR]:
            return True
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
    every_ms = r[row + PERIOD_MS]
    if every_ms == 0:
        r[row + ARMED] = 0
        return
    if r[at + STRETCH_X16]:
        every_ms = period_ms(r, at, task)
    early_ms = r[row + EARLY_MS]
    now_ms = now - r[at + BASE] & MASK
    due_ms = now_ms
    if task < r[at + SENSING]:
        due_ms = r[row + OPENS_MS] + early_ms
        if now_ms - due_ms >= every_ms:
            behind = (now_ms - due_ms) // every_ms
            slack_ms = r[row + CLOSES_MS] - due_ms
            missed = behind - slack_ms // every_ms  # what may_wait() allowed is no outage
            r[at + MISSED] += missed if missed > 0 else 0
            due_ms += behind * every_ms
    due_ms += every_ms
    r[row + OPENS_MS] = due_ms - early_ms
    r[row + CLOSES_MS] = due_ms + r[row + LATE_MS]


def period_ms(r: list[int], at: int, task: int) -> int:
    """The task's period, as the energy mode has it."""
    return stretched_ms(r, at, r[at + HEAD + task * ROW + PERIOD_MS])


def stretched_ms(r: list[int], at: int, ms: int) -> int:
    """A time as the energy mode has it, at most MAX_SLEEP_MS."""
    more_x16 = r[at + STRETCH_X16]
    if more_x16:
        if ms >= MAX_SLEEP_MS // (16 + more_x16) * 16:
            return MAX_SLEEP_MS
        ms += ms // 16 * more_x16 + ms % 16 * more_x16 // 16
    return ms


def may_wait(r: list[int], at: int, task: int, now: int, ms: int) -> None:
    """The task just served need not be again before so many ms; its window opens as ever."""
    row = at + HEAD + task * ROW
    closes_ms = (now - r[at + BASE] & MASK) + ms
    if closes_ms > r[row + CLOSES_MS]:
        r[row + CLOSES_MS] = closes_ms


def request(r: list[int], at: int, task: int, now: int, within_ms: int) -> None:
    """Serve the task within this time, sooner if it was due sooner."""
    row = at + HEAD + task * ROW
    if r[row + ARMED] == 0 or latest_ms(r, at, task, now) > within_ms:
        now_ms = now - r[at + BASE] & MASK
        r[row + ARMED] = 1 + r[row + PRIORITY]
        r[row + OPENS_MS] = now_ms - r[row + EARLY_MS]
        r[row + CLOSES_MS] = now_ms + within_ms


def defer(r: list[int], at: int, task: int, now: int, wait_ms: int) -> None:
    """Not before this time has passed, and then without delay (a backoff)."""
    row = at + HEAD + task * ROW
    r[row + ARMED] = 1 + r[row + PRIORITY]
    r[row + OPENS_MS] = r[row + CLOSES_MS] = (now - r[at + BASE] & MASK) + wait_ms


def move(r: list[int], at: int, ms: int) -> None:
    """Have the grid of the tasks without radio begin so much later, by less than their period."""
    for row in range(at + HEAD, at + HEAD + r[at + SENSING] * ROW, ROW):
        if r[row + PERIOD_MS]:
            part_ms = ms % r[row + PERIOD_MS]
            r[row + OPENS_MS] += part_ms
            r[row + CLOSES_MS] += part_ms


def save(r: list[int], at: int, mode: int, more_x16: int) -> None:
    """Follow the energy mode, and a plan that has periods be so many sixteenths longer.

    0: all tasks; 1: at half the rate; 2: at an eighth. At half the rate or less priorities below 2
    are left out, at an eighth those below 4.
    """
    least_x16 = 112 if mode == 2 else 16 * mode
    if more_x16 < least_x16:
        more_x16 = least_x16
    r[at + STRETCH_X16] = more_x16
    r[at + FLOOR] = 4 if more_x16 >= 112 else 2 if more_x16 >= 16 else 0


def is_served(r: list[int], at: int, task: int) -> bool:
    """Whether it is armed, and not left out."""
    return r[at + HEAD + task * ROW + ARMED] > r[at + FLOOR]


def is_early(r: list[int], at: int, task: int, now: int) -> bool:
    """Whether the task would be served ahead of its due time."""
    row = at + HEAD + task * ROW
    return r[row + OPENS_MS] + r[row + EARLY_MS] > now - r[at + BASE] & MASK


def all_uc(r: list[int], at: int) -> int:
    """Charge of one service of every task that is not left out, µC, at most 2**28."""
    total = 0
    for row in range(at + HEAD, at + HEAD + r[at + TASKS] * ROW, ROW):
        if r[row + ARMED] > r[at + FLOOR]:
            total += r[row + COST_UC]
    return total if total < _MOST_UC else _MOST_UC


def cost_uc(r: list[int], at: int, task: int) -> int:
    """Charge of one service of the task, µC."""
    return r[at + HEAD + task * ROW + COST_UC]
