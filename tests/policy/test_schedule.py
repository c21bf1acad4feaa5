"""Windows, joins, shedding and outages, on clocks that wrap in the middle."""

from tests.policy.rig import AT, NEAR_WRAP, blank, locked
from torpor.policy import schedule
from torpor.policy.schedule import MAX_SLEEP_MS
from torpor.policy.ticks import add

PLENTY_UC = 0x1FFFFFFF
HOUR_MS = 3600000
DAY_MS = 24 * HOUR_MS
BASE_MS = 0x4000000


def tasks(*rows):
    """A started schedule from rows of period, early, late, radio, priority, cost (the last three
    may be left out)."""
    r = blank(AT + schedule.SIZE)
    r[AT + schedule.TASKS] = len(rows)
    for task, given in enumerate(rows):
        row = AT + schedule.HEAD + task * schedule.ROW
        period_ms, early_ms, late_ms, radio, priority, cost_uc = (
            given + (0, 4, 10)[len(given) - 3 :]
        )
        r[row + schedule.PERIOD_MS] = period_ms
        r[row + schedule.EARLY_MS] = early_ms
        r[row + schedule.LATE_MS] = late_ms
        r[AT + schedule.SENSING] += not radio
        r[row + schedule.PRIORITY] = priority
        r[row + schedule.COST_UC] = cost_uc
    schedule.start(r, AT, NEAR_WRAP, 0)
    return r


def serve(r, now):
    """Serve what is open without radio; the mask."""
    with locked:
        mask = schedule.pick(r, AT, now, PLENTY_UC)
        for task in range(schedule.MAX_TASKS):
            if mask >> task & 1:
                schedule.done(r, AT, task, now)
    return mask


def test_an_empty_schedule_sleeps_its_most():
    r = tasks()
    assert schedule.next_ms(r, AT, NEAR_WRAP) == MAX_SLEEP_MS
    assert schedule.pick(r, AT, NEAR_WRAP, PLENTY_UC) == 0
    assert schedule.join_now(r, AT, NEAR_WRAP, PLENTY_UC) == 0


def test_all_tasks_are_due_at_the_start_and_may_be_late():
    r = tasks((1000, 0, 50), (2000, 0, 30))
    assert schedule.next_ms(r, AT, NEAR_WRAP) == 30
    assert serve(r, NEAR_WRAP) == 3
    assert schedule.next_ms(r, AT, NEAR_WRAP) == 1050


def test_a_window_opens_and_closes_to_the_millisecond():
    r = tasks((1000, 100, 50))
    serve(r, NEAR_WRAP)
    assert schedule.pick(r, AT, add(NEAR_WRAP, 899), PLENTY_UC) == 0
    assert schedule.pick(r, AT, add(NEAR_WRAP, 900), PLENTY_UC) == 1
    assert schedule.next_ms(r, AT, add(NEAR_WRAP, 1049)) == 1
    assert schedule.next_ms(r, AT, add(NEAR_WRAP, 1050)) == 0
    assert schedule.next_ms(r, AT, add(NEAR_WRAP, 1051)) == 0


def test_a_sleep_ends_a_start_sooner_but_in_no_window_that_has_not_opened():
    for early_ms, late_ms, start_ms, ms in (
        (100, 50, 0, 1050),
        (100, 50, 120, 930),
        (100, 50, 150, 900),
        (100, 50, 700, 900),
        (0, 0, 700, 1000),
    ):
        r = tasks((1000, early_ms, late_ms))
        r[AT + schedule.START_MS] = start_ms
        serve(r, NEAR_WRAP)
        assert schedule.next_ms(r, AT, NEAR_WRAP) == ms
    schedule.defer(r, AT, 0, NEAR_WRAP, 4000)
    assert schedule.next_ms(r, AT, NEAR_WRAP) == 4000  # not before it, and then without delay


def test_early_is_ahead_of_the_due_time():
    r = tasks((1000, 100, 50))
    serve(r, NEAR_WRAP)
    assert schedule.is_early(r, AT, 0, add(NEAR_WRAP, 999))
    assert not schedule.is_early(r, AT, 0, add(NEAR_WRAP, 1000))


def test_the_grid_holds_whenever_in_its_window_a_task_is_served():
    r = tasks((1000, 100, 50))
    for n, off_ms in enumerate((0, -100, 50, 0)):
        now = add(NEAR_WRAP, n * 1000 + off_ms)
        assert serve(r, now) == 1
        assert schedule.next_ms(r, AT, now) == 1050 - off_ms


def test_an_outage_is_caught_up_by_one_service_and_counted():
    r = tasks((1000, 0, 50))
    serve(r, NEAR_WRAP)
    now = add(NEAR_WRAP, 7300)
    assert serve(r, now) == 1
    assert r[AT + schedule.MISSED] == 6  # 1, 2 … 6 s; the one at 7 s is served now
    assert serve(r, now) == 0
    assert schedule.next_ms(r, AT, now) == 750
    serve(r, add(now, 2700))
    assert r[AT + schedule.MISSED] == 6 + 2


def test_a_radio_task_counts_its_period_from_its_service():
    r = tasks((1000, 0, 50, 1))
    schedule.done(r, AT, 0, add(NEAR_WRAP, 7300))
    assert schedule.latest_ms(r, AT, 0, add(NEAR_WRAP, 7300)) == 1050
    assert r[AT + schedule.MISSED] == 0


def test_a_join_waits_for_the_last_wake_before_its_window_closes():
    r = tasks((1000, 0, 0), (HOUR_MS, 1000, 2500, 1))
    for now_ms, joins in ((0, False), (1000, False), (2000, True)):
        serve(r, add(NEAR_WRAP, now_ms))
        mask = schedule.join_now(r, AT, add(NEAR_WRAP, now_ms), PLENTY_UC)
        assert mask == (2 if joins else 0), now_ms


def test_a_join_waits_for_a_wake_at_the_very_end_of_its_window():
    for late_ms, mask in ((1000, 0), (999, 2)):
        r = tasks((1000, 0, 0), (HOUR_MS, 0, late_ms, 1))
        serve(r, NEAR_WRAP)
        assert schedule.join_now(r, AT, NEAR_WRAP, PLENTY_UC) == mask


def test_a_join_waits_for_another_that_opens_before_it_must_go():
    r = tasks((HOUR_MS, 0, 1000, 1), (HOUR_MS, 0, 1000, 1))
    schedule.done(r, AT, 0, NEAR_WRAP)
    schedule.done(r, AT, 1, NEAR_WRAP)
    now = add(NEAR_WRAP, HOUR_MS - 1000)
    schedule.request(r, AT, 0, now, 1000)
    assert schedule.join_now(r, AT, now, PLENTY_UC) == 0
    assert schedule.next_ms(r, AT, now) == 1000
    assert schedule.join_now(r, AT, add(now, 1000), PLENTY_UC) == 3
    schedule.request(r, AT, 0, now, 999)
    assert schedule.join_now(r, AT, now, PLENTY_UC) == 1  # it would open a millisecond too late


def test_a_request_pulls_a_task_forward_but_never_back():
    r = tasks((HOUR_MS, 0, 1000, 1))
    schedule.done(r, AT, 0, NEAR_WRAP)
    schedule.request(r, AT, 0, NEAR_WRAP, 500)
    assert schedule.next_ms(r, AT, NEAR_WRAP) == 500
    schedule.request(r, AT, 0, NEAR_WRAP, 600)
    assert schedule.next_ms(r, AT, NEAR_WRAP) == 500
    schedule.done(r, AT, 0, NEAR_WRAP)
    assert schedule.next_ms(r, AT, NEAR_WRAP) == HOUR_MS + 1000


def test_a_task_without_a_period_waits_to_be_asked():
    r = tasks((0, 0, 1000, 1))
    assert schedule.next_ms(r, AT, NEAR_WRAP) == MAX_SLEEP_MS
    schedule.request(r, AT, 0, NEAR_WRAP, 0)
    assert schedule.join_now(r, AT, NEAR_WRAP, PLENTY_UC) == 1
    schedule.done(r, AT, 0, NEAR_WRAP)
    assert schedule.next_ms(r, AT, NEAR_WRAP) == MAX_SLEEP_MS


def test_a_deferred_task_goes_when_the_wait_is_over_not_before_not_after():
    r = tasks((HOUR_MS, 60000, 5000, 1))
    schedule.defer(r, AT, 0, NEAR_WRAP, 4000)
    assert schedule.next_ms(r, AT, NEAR_WRAP) == 4000
    assert schedule.join_now(r, AT, add(NEAR_WRAP, 3999), PLENTY_UC) == 0
    assert schedule.join_now(r, AT, add(NEAR_WRAP, 4000), PLENTY_UC) == 1


def test_what_the_allowance_does_not_pay_for_is_shed_by_priority():
    r = tasks((1000, 0, 0, 0, 2, 30), (1000, 0, 0, 0, 7, 30), (1000, 0, 0, 0, 5, 30))
    assert schedule.pick(r, AT, NEAR_WRAP, 90) == 7
    assert schedule.pick(r, AT, NEAR_WRAP, 89) == 6
    assert r[AT + schedule.SHED] == 1
    assert schedule.latest_ms(r, AT, 0, NEAR_WRAP) == 1000  # it waits a period
    assert schedule.pick(r, AT, NEAR_WRAP, 59) == 2
    assert schedule.pick(r, AT, NEAR_WRAP, 29) == 0
    assert r[AT + schedule.SHED] == 3


def test_a_request_that_is_shed_comes_back_in_an_hour():
    r = tasks((0, 0, 1000, 1, 4, 30))
    schedule.request(r, AT, 0, NEAR_WRAP, 0)
    assert schedule.join_now(r, AT, NEAR_WRAP, 29) == 0
    assert schedule.next_ms(r, AT, NEAR_WRAP) == HOUR_MS
    assert schedule.join_now(r, AT, add(NEAR_WRAP, HOUR_MS), 30) == 1


def test_the_modes_leave_out_the_less_important_and_slow_the_rest():
    r = tasks((1000, 0, 0, 0, 1), (1000, 0, 0, 0, 2), (1000, 0, 0, 0, 4))
    for mode, mask, period_ms in ((0, 7, 1000), (1, 6, 2000), (2, 4, 8000)):
        schedule.save(r, AT, mode, 0)
        schedule.start(r, AT, NEAR_WRAP, 0)
        assert serve(r, NEAR_WRAP) == mask
        assert schedule.next_ms(r, AT, NEAR_WRAP) == period_ms


def test_a_task_left_out_for_months_is_due_when_it_is_back():
    kept, left_out = (MAX_SLEEP_MS, 0, 0, 0, 7), (1000, 400, 50, 0, 1)
    for task, rows in enumerate(((left_out, kept), (kept, left_out))):
        r = tasks(*rows)
        schedule.save(r, AT, 1, 0)
        now = NEAR_WRAP
        for _ in range(30):
            now = add(now, MAX_SLEEP_MS)
            serve(r, now)
            schedule.next_ms(r, AT, now)
        schedule.save(r, AT, 0, 0)
        assert schedule.pick(r, AT, now, PLENTY_UC) >> task & 1
        assert schedule.latest_ms(r, AT, task, now) == 50


def test_windows_are_counted_from_a_base_that_follows_by_the_day():
    r = tasks((DAY_MS, HOUR_MS, HOUR_MS), (MAX_SLEEP_MS, 0, 0, 1))
    serve(r, NEAR_WRAP)
    schedule.done(r, AT, 1, NEAR_WRAP)
    for ms, base in (
        (BASE_MS, NEAR_WRAP),
        (BASE_MS + 1, add(NEAR_WRAP, BASE_MS + 1)),
        (DAY_MS - HOUR_MS, add(NEAR_WRAP, BASE_MS + 1)),
    ):
        now = add(NEAR_WRAP, ms)
        assert serve(r, now) == (ms == DAY_MS - HOUR_MS)
        assert r[AT + schedule.BASE] == base
        assert schedule.latest_ms(r, AT, 1, now) == MAX_SLEEP_MS - ms
    assert schedule.latest_ms(r, AT, 0, now) == DAY_MS + 2 * HOUR_MS


def test_what_all_tasks_take_is_of_those_that_are_not_left_out():
    r = tasks((1000, 0, 0, 0, 1, 30), (1000, 0, 0, 1, 5, 300), (0, 0, 0, 1, 7, 3000))
    assert schedule.all_uc(r, AT) == 330  # nobody has asked for the last
    schedule.save(r, AT, 1, 0)
    assert schedule.all_uc(r, AT) == 300
    schedule.request(r, AT, 2, NEAR_WRAP, 0)
    assert schedule.all_uc(r, AT) == 3300


def test_extremes_stay_in_31_bits_and_off_the_heap():
    r = tasks(
        *[(MAX_SLEEP_MS, MAX_SLEEP_MS - 1, MAX_SLEEP_MS, i >> 2, i, 1 << 26) for i in range(8)]
    )
    schedule.save(r, AT, 2, 0)
    r[AT + schedule.FLOOR] = 0
    now = NEAR_WRAP
    for ms in (0, MAX_SLEEP_MS, 0x1FFFFFFF, 0x20000000, 0x3FFFFFFF):
        now = add(now, ms)
        with locked:
            schedule.pick(r, AT, now, 1 << 27)
            schedule.join_now(r, AT, now, 0x1FFFFFFF)
            for task in range(8):
                schedule.done(r, AT, task, now)
                schedule.request(r, AT, task, now, MAX_SLEEP_MS)
                schedule.defer(r, AT, task, now, 3840000)
                schedule.latest_ms(r, AT, task, now)
            assert schedule.all_uc(r, AT) == 1 << 28
            sleep_ms = schedule.next_ms(r, AT, now)
        assert 0 <= sleep_ms <= MAX_SLEEP_MS


def test_a_grid_moves_by_less_than_each_period_and_what_delivers_stays():
    r = tasks((1000, 0, 50), (300, 0, 10), (0, 0, 0), (5000, 0, 0, 1))
    serve(r, NEAR_WRAP)
    opens = [AT + schedule.HEAD + row * schedule.ROW + schedule.OPENS_MS for row in range(4)]
    before = [r[cell] for cell in opens]
    lasts = [r[cell + 1] - r[cell] for cell in opens]
    with locked:
        schedule.move(r, AT, 700)
    assert [r[cell] - before[i] for i, cell in enumerate(opens)] == [700, 100, 0, 0]
    assert [r[cell + 1] - r[cell] for cell in opens] == lasts
    assert schedule.next_ms(r, AT, NEAR_WRAP) == 0  # the delivery
    schedule.move(r, AT, 0)
    schedule.move(r, AT, 3000)
    assert [r[cell] - before[i] for i, cell in enumerate(opens)] == [700, 100, 0, 0]
