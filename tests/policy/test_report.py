"""Send-on-delta, the queue and the heartbeat."""

from tests.policy.rig import AT, NEAR_WRAP, blank, locked
from torpor.policy import report
from torpor.policy.report import CAPACITY, QUIET, RIDERS
from torpor.policy.ticks import HALF, MASK, add, diff


def channels(*deltas):
    r = blank(AT + report.SIZE)
    r[AT + report.CHANNELS] = len(deltas)
    for channel, delta in enumerate(deltas):
        row = AT + report.HEAD + channel * report.ROW
        r[row + report.DELTA] = delta
        r[row + report.WITHIN_MS] = 1000 * (channel + 1)
    return r


def offer(r, at, channel, value, now, late_ms=0):
    return report.offer(r, at, channel, value, now, late_ms)


def queued(r):
    """The queue as (channel, value, tick) tuples."""
    first = AT + report.QUEUE
    return [tuple(r[first + i * 3 + k] for k in range(3)) for i in range(r[AT + report.QUEUED])]


def test_the_first_reading_is_news_whatever_its_value():
    r = channels(10)
    assert offer(r, AT, 0, 0, NEAR_WRAP) == 1000
    assert queued(r) == [(0, 0, NEAR_WRAP)]


def test_news_is_a_delta_away_from_what_was_queued_last():
    r = channels(10)
    offer(r, AT, 0, 100, 1)
    for value in (109, 91, 100):
        assert offer(r, AT, 0, value, 2) == QUIET
    assert offer(r, AT, 0, 110, 3) == 1000
    assert offer(r, AT, 0, 101, 4) == QUIET
    assert offer(r, AT, 0, 100, 5) == 1000
    assert queued(r) == [(0, 100, 1), (0, 110, 3), (0, 100, 5)]


def test_what_is_older_than_ticks_tell_is_kept_as_old_as_they_do():
    """A clock that was set back by no more than a day has readings of tomorrow: they stay so."""
    day_ms = 86400000
    for age_ms, kept_ms in (
        (HALF - 1, HALF - 1),
        (HALF, HALF - 1),
        (MASK - day_ms, HALF - 1),
        (MASK - day_ms + 1, -day_ms),
    ):
        r = channels(10)
        offer(r, AT, 0, 0, NEAR_WRAP)
        now = add(NEAR_WRAP, age_ms)
        report.keep_age(r, AT, now)
        assert [diff(now, at) for _, _, at in queued(r)] == [kept_ms]
        assert diff(now, r[AT + report.HEAD + report.NEWEST_AT]) == kept_ms


def test_a_slow_drift_adds_up_to_news():
    r = channels(10)
    offer(r, AT, 0, 0, 0)
    answers = [offer(r, AT, 0, value, value) for value in range(1, 11)]
    assert answers == [QUIET] * 9 + [1000]


def test_without_a_delta_every_reading_is_news():
    r = channels(0)
    assert offer(r, AT, 0, 5, 1) == 1000
    assert offer(r, AT, 0, 5, 2) == 1000


def test_channels_know_nothing_of_each_other():
    r = channels(10, 10)
    offer(r, AT, 0, 100, 1)
    assert offer(r, AT, 1, 100, 1) == 2000
    assert offer(r, AT, 1, 109, 2) == QUIET
    assert offer(r, AT, 0, 110, 2) == 1000


def test_half_a_queue_goes_at_once():
    r = channels(0)
    answers = [offer(r, AT, 0, i, i) for i in range(CAPACITY // 2)]
    assert answers == [1000] * (CAPACITY // 2 - 1) + [0]
    assert report.within_ms(r, AT, 0) == 0


def test_a_full_queue_drops_the_oldest_and_says_so():
    r = channels(0)
    for i in range(CAPACITY):
        report.queue(r, AT, 0, i, i)
    assert r[AT + report.DROPPED] == 0
    report.queue(r, AT, 0, CAPACITY, CAPACITY)
    assert r[AT + report.DROPPED] == 1
    assert queued(r) == [(0, i, i) for i in range(1, CAPACITY + 1)]


def test_what_was_delivered_is_forgotten_from_the_front():
    r = channels(0)
    for i in range(5):
        report.queue(r, AT, 0, i, i)
    report.forget(r, AT, 2)
    assert queued(r) == [(0, i, i) for i in (2, 3, 4)]
    report.forget(r, AT, 0)
    report.forget(r, AT, 3)
    assert queued(r) == []


def test_the_heartbeat_tells_the_newest_of_the_silent_channels():
    r = channels(10, 10, 10)
    offer(r, AT, 0, 1, 1)
    offer(r, AT, 1, 2, 2)
    report.forget(r, AT, 2)
    offer(r, AT, 0, 5, 3)
    offer(r, AT, 1, 50, 4)
    report.heartbeat(r, AT)
    assert queued(r) == [(1, 50, 4), (0, 5, 3)]  # channel 2 was never read


def test_a_delivery_tells_the_newest_beside_what_waits():
    r = channels(10)
    offer(r, AT, 0, 10, 1)
    offer(r, AT, 0, 19, 2)
    report.heartbeat(r, AT)
    assert queued(r) == [(0, 10, 1), (0, 19, 2)]
    assert offer(r, AT, 0, 28, 3) == QUIET  # of 19, which will have been told


def test_news_that_was_read_late_has_that_much_less_time():
    for late_ms, within_ms in ((0, 1000), (400, 600), (1000, 0), (5000, 0)):
        r = channels(10)
        assert offer(r, AT, 0, 1, 1, late_ms) == within_ms


def test_what_was_read_late_goes_along_though_it_is_no_news():
    r = channels(10)
    offer(r, AT, 0, 0, 1)
    assert offer(r, AT, 0, 9, 2, 1) == QUIET
    assert queued(r) == [(0, 0, 1), (0, 9, 2)]
    assert offer(r, AT, 0, 10, 3) == 1000  # it lies a delta from what was told, not from the 9
    for i in range(CAPACITY):
        assert offer(r, AT, 0, 11, 4 + i, 1) == QUIET
    assert r[AT + report.QUEUED] == RIDERS
    assert r[AT + report.DROPPED] == 0


def test_what_goes_along_is_what_was_told_once_a_delivery_is_due():
    r = channels(10)
    offer(r, AT, 0, 0, 1)
    offer(r, AT, 0, 9, 2, 1)
    report.heartbeat(r, AT)
    assert queued(r) == [(0, 0, 1), (0, 9, 2)]  # and not once more
    report.forget(r, AT, 2)
    assert offer(r, AT, 0, 18, 3) == QUIET
    assert offer(r, AT, 0, 19, 4) == 1000


def test_an_event_is_newer_than_the_reading_before_it():
    r = channels(10)
    offer(r, AT, 0, 0, 1)
    report.queue(r, AT, 0, 1, 2)
    report.forget(r, AT, 2)
    report.heartbeat(r, AT)
    assert queued(r) == [(0, 1, 2)]


def test_a_heartbeat_pushes_no_news_out():
    r = channels(0, 10)
    offer(r, AT, 1, 7, 0)
    report.forget(r, AT, 1)
    for i in range(CAPACITY):
        report.queue(r, AT, 0, i, i)
    report.heartbeat(r, AT)
    assert r[AT + report.DROPPED] == 0
    assert queued(r) == [(0, i, i) for i in range(CAPACITY)]


def test_extremes_stay_in_31_bits_and_off_the_heap():
    r = channels(0x3FFFFFFF, 1)
    with locked:
        for channel in range(2):
            offer(r, AT, channel, -0x20000000, NEAR_WRAP)
            offer(r, AT, channel, 0x1FFFFFFF, 0)
        report.heartbeat(r, AT)
        report.forget(r, AT, 1)
    assert queued(r) == [(0, 0x1FFFFFFF, 0), (1, -0x20000000, NEAR_WRAP), (1, 0x1FFFFFFF, 0)]
