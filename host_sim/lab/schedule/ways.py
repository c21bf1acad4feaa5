"""Ways to share wakes and joins among windows: when a node is awake, and when it joins."""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from host_sim.lab.schedule.sets import Tasks, Window
from torpor.policy import schedule
from torpor.policy.energy import UNLIMITED_UC
from torpor.policy.ticks import add, diff

GRID_S = 5  # of the periods that are tried
FIRST_TICK = 0x3FFF0000  # the clock wraps


@dataclass(frozen=True)
class Woken:
    """How often a node woke and joined, for windows that close within a horizon."""

    wakes: int
    joins: int

    def cost(self, wake: int, join: int) -> int:
        """At these prices."""
        return self.wakes * wake + self.joins * join


def ours(tasks: Tasks, horizon_s: int) -> Woken:
    """The firmware's scheduler."""
    r = [0] * schedule.SIZE
    r[schedule.TASKS] = len(tasks)
    r[schedule.SENSING] = sum(not task.radio for task in tasks)  # they come first
    times = [1] * len(tasks)  # which time of each task is next
    for i, task in enumerate(tasks):
        row = schedule.HEAD + i * schedule.ROW
        r[row + schedule.PERIOD_MS] = task.period_s * 1000
        r[row + schedule.EARLY_MS] = task.early_s * 1000
        r[row + schedule.LATE_MS] = task.late_s * 1000
    schedule.start(r, 0, FIRST_TICK, 0)
    for i, task in enumerate(tasks):
        _set_window(r, i, task.window(1))
    now_ms = wakes = joins = 0
    while True:
        now_ms += schedule.next_ms(r, 0, add(FIRST_TICK, now_ms))
        if now_ms > horizon_s * 1000:
            return Woken(wakes, joins)
        now = add(FIRST_TICK, now_ms)
        wakes += 1
        _served(r, tasks, times, schedule.pick(r, 0, now, UNLIMITED_UC))
        mask = schedule.join_now(r, 0, now, UNLIMITED_UC)
        joins += any(
            mask >> i & 1 and task.window(times[i])[1] <= horizon_s for i, task in enumerate(tasks)
        )
        _served(r, tasks, times, mask)


def _served(r: list[int], tasks: Tasks, times: list[int], mask: int) -> None:
    """Their next windows; a radio task's are on its grid here, as the others' are."""
    for i, task in enumerate(tasks):
        if mask >> i & 1:
            times[i] += 1
            _set_window(r, i, task.window(times[i]))


def _set_window(r: list[int], i: int, window: Window) -> None:
    base_ms = diff(r[schedule.BASE], FIRST_TICK)
    row = schedule.HEAD + i * schedule.ROW
    r[row + schedule.OPENS_MS], r[row + schedule.CLOSES_MS] = (s * 1000 - base_ms for s in window)


def own_timers(tasks: Tasks, horizon_s: int) -> Woken:
    """Each task wakes the node at its own time; two share a wake where they coincide."""
    due = {task: range(task.period_s, horizon_s - task.late_s + 1, task.period_s) for task in tasks}
    joins = {at for task, times in due.items() if task.radio for at in times}
    return Woken(len({at for times in due.values() for at in times}), len(joins))


def common_period(tasks: Tasks, horizon_s: int) -> Woken:
    """One timer, the slowest whose ticks meet every window; joins wait for their last tick."""
    windows = [one for task in tasks for one in task.windows(horizon_s)]
    slowest = min(task.period_s + task.late_s for task in tasks)
    for period_s in range(slowest, GRID_S, -GRID_S):
        if all(closes // period_s * period_s >= opens for opens, closes in windows):
            break
    else:
        period_s = GRID_S  # all but each instant
    joins, last_s = 0, 0
    for opens, closes in sorted(_radio(tasks, horizon_s), key=lambda one: one[1]):
        if opens > last_s:
            last_s = closes // period_s * period_s
            joins += 1
    return Woken(horizon_s // period_s, joins)


def _radio(tasks: Tasks, horizon_s: int) -> Iterable[Window]:
    return (one for task in tasks if task.radio for one in task.windows(horizon_s))


def timer_slack(tasks: Tasks, horizon_s: int) -> Woken:
    """Linux's timers with slack (kernel/time/hrtimer.c).

    The interrupt comes at the first latest time, and timers run in the order of those, up to one
    whose earliest has not come.
    """
    pending = [(task.window(1)[1], i, 1) for i, task in enumerate(tasks)]
    heapify(pending)
    wakes = joins = 0
    while pending[0][0] <= horizon_s:
        now_s = pending[0][0]
        ran = []
        while pending and tasks[pending[0][1]].window(pending[0][2])[0] <= now_s:
            ran.append(heappop(pending))
        for _, i, k in ran:
            heappush(pending, (tasks[i].window(k + 1)[1], i, k + 1))
        wakes += 1
        joins += any(tasks[i].radio and closes <= horizon_s for closes, i, _ in ran)
    return Woken(wakes, joins)


@dataclass
class Batch:
    """Alarms whose windows have an instant in common; it goes off at the first such."""

    opens: int
    closes: int
    alarms: list[tuple[int, int]]  # a task, and which time of it

    def __lt__(self, other: "Batch") -> bool:
        return self.opens < other.opens


def batches(tasks: Tasks, horizon_s: int) -> Woken:
    """Android's alarms (its AlarmManagerService): each goes into the first batch that it meets."""
    waiting: list[Batch] = []

    def enter(i: int, k: int) -> None:
        opens, closes = tasks[i].window(k)
        for batch in sorted(waiting):
            if batch.closes >= opens and batch.opens <= closes:
                batch.opens, batch.closes = max(batch.opens, opens), min(batch.closes, closes)
                batch.alarms.append((i, k))
                heapify(waiting)
                return
        heappush(waiting, Batch(opens, closes, [(i, k)]))

    for i in range(len(tasks)):
        enter(i, 1)
    wakes = joins = 0
    while True:
        batch = heappop(waiting)
        alarms = [(i, k) for i, k in batch.alarms if tasks[i].window(k)[1] <= horizon_s]
        if not alarms and min([batch.opens, *(one.opens for one in waiting)]) > horizon_s:
            return Woken(wakes, joins)
        wakes += bool(alarms)
        joins += any(tasks[i].radio for i, _ in alarms)
        for i, k in batch.alarms:
            enter(i, k + 1)
