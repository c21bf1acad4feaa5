"""The scheduler in simulated time against optima found by other means."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.policy.rig import AT, NEAR_WRAP
from torpor.policy import schedule
from torpor.policy.ticks import HALF, MASK, add

PLENTY_UC = 0x1FFFFFFF
Window = tuple[int, int]


@st.composite
def sensing(draw: st.DrawFn) -> tuple[int, int, int]:
    """Period, early and late of a task whose own windows do not overlap."""
    period_ms = draw(st.integers(2, 40))
    early_ms = draw(st.integers(0, period_ms - 1))
    return period_ms, early_ms, draw(st.integers(0, period_ms - 1 - early_ms))


def record(tasks: list[tuple[int, int, int]], radio: int = 0) -> list[int]:
    """A schedule; the last `radio` tasks need a join."""
    r = [0] * (AT + schedule.SIZE)
    r[AT + schedule.TASKS] = len(tasks)
    r[AT + schedule.SENSING] = len(tasks) - radio
    for task, (period_ms, early_ms, late_ms) in enumerate(tasks):
        row = AT + schedule.HEAD + task * schedule.ROW
        r[row + schedule.PERIOD_MS] = period_ms
        r[row + schedule.EARLY_MS] = early_ms
        r[row + schedule.LATE_MS] = late_ms
    return r


def add_requests(r: list[int], windows: list[Window]) -> int:
    """Append radio tasks that are wanted once, in these windows; the first one's index."""
    first = r[AT + schedule.TASKS]
    for task, (opens_ms, closes_ms) in enumerate(windows, first):
        row = AT + schedule.HEAD + task * schedule.ROW
        r[row + schedule.ARMED] = 1
        r[row + schedule.OPENS_MS] = opens_ms
        r[row + schedule.CLOSES_MS] = closes_ms
    r[AT + schedule.TASKS] = first + len(windows)
    return first


def run(r: list[int], horizon_ms: int) -> tuple[list[int], list[tuple[int, int]], list[int]]:
    """Wake, serve and sleep up to the horizon: wakes, (time, task) of services, joins."""
    wakes, served, joins = [], [], []
    time_ms = 0
    while time_ms <= horizon_ms:
        now = add(NEAR_WRAP, time_ms)
        wakes.append(time_ms)
        for mask in (
            schedule.pick(r, AT, now, PLENTY_UC),
            schedule.join_now(r, AT, now, PLENTY_UC),
        ):
            for task in range(r[AT + schedule.TASKS]):
                if mask >> task & 1:
                    served.append((time_ms, task))
                    schedule.done(r, AT, task, now)
        if mask:
            joins.append(time_ms)
        sleep_ms = schedule.next_ms(r, AT, now)
        assert sleep_ms > 0, "the node would wake without end"
        time_ms += sleep_ms
    return wakes, served, joins


def fewest_points(windows: list[Window]) -> int:
    """The least number of instants that hit every window, by trying all last instants."""
    ends = sorted({closes for _, closes in windows})
    least: dict[int, int] = {-1: 0}  # the last instant -> instants that hit all windows up to it
    for at in ends:
        ways = [
            count
            for last, count in least.items()
            if not any(last < opens and closes < at for opens, closes in windows)
        ]
        least[at] = min(ways) + 1
    return min(
        count for last, count in least.items() if not any(last < opens for opens, _ in windows)
    )


@given(st.lists(sensing(), min_size=1, max_size=4))
def test_no_window_is_missed_and_no_fewer_wakes_would_do(tasks: list[tuple[int, int, int]]) -> None:
    horizon_ms = 120
    r = record(tasks)
    schedule.start(r, AT, NEAR_WRAP, 0)
    wakes, served, _ = run(r, horizon_ms)
    windows = []
    for task, (period_ms, early_ms, late_ms) in enumerate(tasks):
        times = [at for at, which in served if which == task]
        assert times[0] == 0
        for due_ms in range(period_ms, horizon_ms - late_ms + 1, period_ms):
            window = (due_ms - early_ms, due_ms + late_ms)
            assert sum(window[0] <= at <= window[1] for at in times) == 1
            windows.append(window)
    assert len(wakes) - 1 == fewest_points(windows)


@given(sensing(), st.integers(0, HALF - 1))
def test_an_outage_costs_one_service_and_the_rest_is_counted(
    task: tuple[int, int, int], outage_ms: int
) -> None:
    r = record([task])
    schedule.start(r, AT, NEAR_WRAP, 0)
    schedule.done(r, AT, 0, NEAR_WRAP)
    now = add(NEAR_WRAP, outage_ms)
    late_by_ms = outage_ms - task[0]
    if schedule.pick(r, AT, now, PLENTY_UC):
        schedule.done(r, AT, 0, now)
        assert r[AT + schedule.MISSED] == max(0, late_by_ms // task[0])
    assert 0 < schedule.next_ms(r, AT, now) <= 2 * task[0] + task[2]


@given(st.lists(sensing(), max_size=8), st.integers(0, MASK))
def test_an_outage_of_any_length_ends_in_no_storm(
    tasks: list[tuple[int, int, int]], outage_ms: int
) -> None:
    """Even one too long for the clock to tell: the next wakes are a period's worth, no more."""
    r = record(tasks)
    schedule.start(r, AT, NEAR_WRAP, 0)
    run(r, 0)
    now = add(NEAR_WRAP, outage_ms)
    services = [0] * len(tasks)
    for _ in range(3):
        mask = schedule.pick(r, AT, now, PLENTY_UC)
        for task in range(len(tasks)):
            if mask >> task & 1:
                services[task] += 1
                schedule.done(r, AT, task, now)
    # One to catch up, and the next one where its window is open already.
    assert all(count <= 2 for count in services)


windows_ms = st.tuples(st.integers(0, 60), st.integers(0, 30)).map(lambda w: (w[0], w[0] + w[1]))


@given(st.lists(windows_ms, min_size=1, max_size=5), st.lists(sensing(), max_size=3))
def test_joins_are_shared_as_well_as_can_be(
    windows: list[Window], tasks: list[tuple[int, int, int]]
) -> None:
    """Each window is kept, and with other wakes about or without, no fewer joins would do."""
    r = record(tasks)
    schedule.start(r, AT, NEAR_WRAP, 0)
    first = add_requests(r, windows)
    _, served, joins = run(r, 100)
    for task, (opens_ms, closes_ms) in enumerate(windows, first):
        times = [at for at, which in served if which == task]
        assert len(times) == 1
        assert opens_ms <= times[0] <= closes_ms
    assert len(joins) == fewest_points(windows)


@given(st.lists(sensing(), min_size=1, max_size=4), st.lists(sensing(), max_size=3))
def test_periodic_radio_tasks_keep_their_windows(
    radio: list[tuple[int, int, int]], tasks: list[tuple[int, int, int]]
) -> None:
    r = record(tasks + radio, len(radio))
    schedule.start(r, AT, NEAR_WRAP, 0)
    _, served, joins = run(r, 120)
    windows = 0
    for task, (period_ms, early_ms, late_ms) in enumerate(radio, len(tasks)):
        times = [at for at, which in served if which == task]
        assert times[0] <= late_ms
        assert all(period_ms - early_ms <= b - a <= period_ms + late_ms for a, b in pairwise(times))
        windows += len(times)
    assert len(joins) <= windows


@given(st.integers(-schedule.MAX_SLEEP_MS, schedule.MAX_SLEEP_MS), st.integers(0, 16 * 7))
def test_a_stretched_time_is_its_share_and_never_beyond_the_longest_sleep(
    more_ms: int, more_x16: int
) -> None:
    """About the time that is stretched to just that."""
    ms = schedule.MAX_SLEEP_MS // (16 + more_x16) * 16 + more_ms
    ms = min(max(ms, 0), schedule.MAX_SLEEP_MS)
    r = record([])
    r[AT + schedule.STRETCH_X16] = more_x16
    whole_ms = ms * (16 + more_x16) // 16
    if whole_ms < schedule.MAX_SLEEP_MS - 16 - more_x16:
        assert schedule.stretched_ms(r, AT, ms) == whole_ms
    else:
        most_ms = schedule.MAX_SLEEP_MS
        assert most_ms - 16 - more_x16 <= schedule.stretched_ms(r, AT, ms) <= most_ms
