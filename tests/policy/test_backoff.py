"""Backoff: what failures take, what time pays, and how long is waited."""

from tests.policy.rig import AT, blank
from torpor.policy import backoff

RATE = 10
CREDIT_UC = RATE * backoff.CREDIT_MIN


def block(rate=RATE):
    r = blank(AT + backoff.SIZE)
    for cell, value in (
        (backoff.RATE_UC_MIN, rate),
        (backoff.CPU_UC_MS, 2),
        (backoff.AIR_UC_MS, 3),
        (backoff.START_UC, 50),
        (backoff.LOST_MS, 1000),
    ):
        r[AT + cell] = value
    return r


def test_waits_double_from_a_minute_to_an_hour_within_the_credit():
    r = block()
    waits = [backoff.wait_min(r, AT, failures, 0) for failures in range(10)]
    assert waits == [0, 1, 2, 4, 8, 16, 32, 64, 64, 64]


def test_a_failure_takes_a_start_and_its_time_awake():
    for ms, on_air, uc in ((2000, 0, 6000), (2001, 0, 6002), (2001, 1, 6003)):
        r = block()
        r[AT + backoff.OWED_UC] = 1
        backoff.failed(r, AT, ms, on_air, 0)
        assert r[AT + backoff.OWED_UC] == 1 + 50 + uc


def test_what_fails_once_on_the_air_is_waited_for_when_the_next_fails_too():
    owed_uc = 50 + 8500 * 3
    for ms, on_air, minutes in ((8500, 1, 0), (8501, 1, backoff.MOST_MIN), (8500, 0, 1185)):
        r = block()
        backoff.failed(r, AT, ms, on_air, 0)
        assert backoff.debt_min(r, AT, 0) == minutes
    r = block()
    backoff.failed(r, AT, 8500, 1, 0)
    assert backoff.wait_min(r, AT, 1, 500) == 1
    assert r[AT + backoff.OWED_UC] == -(owed_uc - 500 * RATE)
    backoff.failed(r, AT, 0, 1, 500)
    assert r[AT + backoff.OWED_UC] == owed_uc - 500 * RATE + 50


def test_what_may_be_chance_is_owed_in_full_and_what_lasts_no_longer_than_a_day_pays():
    r = block()
    backoff.failed(r, AT, 8500, 1, 0)
    assert r[AT + backoff.OWED_UC] == -(50 + 8500 * 3)
    backoff.failed(r, AT, 0, 1, 0)
    assert r[AT + backoff.OWED_UC] == RATE * (backoff.CREDIT_MIN + backoff.MOST_MIN)


def test_the_next_join_has_what_a_failure_by_chance_left_of_the_time_for_both():
    for ms, spare_ms in ((0, 9783), (3000, 6783), (6983, 2800), (6984, 2800), (8500, 2800)):
        r = block()
        backoff.delivered(r, AT, 2000, 0)
        backoff.failed(r, AT, ms, 1, 0)
        assert backoff.spare_ms(r, AT) == spare_ms
        backoff.delivered(r, AT, 2000, 0)
        assert backoff.spare_ms(r, AT) > 10000


def test_what_is_paid_for_by_time_or_free_limits_no_join():
    r = block()
    assert backoff.spare_ms(r, AT) > 10000
    backoff.failed(r, AT, 8501, 1, 0)
    assert backoff.spare_ms(r, AT) > 10000
    r = block()
    r[AT + backoff.AIR_UC_MS] = 0
    backoff.failed(r, AT, 8500, 1, 0)
    assert r[AT + backoff.OWED_UC] == -50
    assert backoff.spare_ms(r, AT) > 10000


def test_a_delivery_may_be_late_by_chance_for_longer_than_one_fails():
    for longer_ms, minutes in ((11000, 0), (11001, backoff.MOST_MIN)):
        r = block()
        backoff.delivered(r, AT, 2000, 0)
        backoff.delivered(r, AT, 2000 + longer_ms, 0)
        assert backoff.debt_min(r, AT, 0) == minutes


def test_what_failed_once_is_forgotten_when_time_has_paid_or_a_delivery_is_as_usual():
    r = block()
    for uptime_min, left_uc in ((709, -10), (710, 0)):
        r[AT + backoff.OWED_UC], r[AT + backoff.PAID_MIN] = -7100, 0
        assert backoff.debt_min(r, AT, uptime_min) == 0
        assert r[AT + backoff.OWED_UC] == left_uc
    backoff.delivered(r, AT, 2000, 710)
    r[AT + backoff.OWED_UC] = -7100
    backoff.delivered(r, AT, 2000, 710)
    assert r[AT + backoff.OWED_UC] == 0


def test_what_is_beyond_the_credit_is_waited_for_to_the_minute():
    r = block()
    backoff.failed(r, AT, (CREDIT_UC - 50 - 2000) // 2, 0, 0)
    assert r[AT + backoff.OWED_UC] == CREDIT_UC
    assert backoff.debt_min(r, AT, 0) == 0
    backoff.failed(r, AT, 0, 0, 0)
    assert backoff.debt_min(r, AT, 0) == 5
    assert backoff.wait_min(r, AT, 1, 0) == 5
    assert backoff.debt_min(r, AT, 4) == 1
    assert backoff.debt_min(r, AT, 5) == 0
    assert backoff.wait_min(r, AT, 1, 5) == 1


def test_no_wait_is_longer_than_a_day_and_a_day_ends_it():
    r = block()
    for _ in range(9):
        backoff.failed(r, AT, 1 << 29, 1, 7)
    assert backoff.debt_min(r, AT, 7) == backoff.MOST_MIN
    assert backoff.debt_min(r, AT, 7 + backoff.MOST_MIN) == 0


def test_a_clock_that_was_set_back_pays_nothing_and_costs_nothing():
    r = block()
    backoff.failed(r, AT, -5, 0, 1000)
    assert r[AT + backoff.OWED_UC] == 50
    assert backoff.debt_min(r, AT, 10) == 0
    assert r[AT + backoff.OWED_UC] == 50


def test_on_the_mains_only_the_number_counts():
    r = block(rate=0)
    for _ in range(9):
        backoff.failed(r, AT, 8000, 1, 0)
    assert backoff.wait_min(r, AT, 3, 0) == 4
    assert r[AT + backoff.OWED_UC] == 0


def test_a_delivery_that_takes_longer_than_usual_fails_by_so_much():
    r = block()
    backoff.delivered(r, AT, 2000, 0)
    assert r[AT + backoff.OWED_UC] == 0
    backoff.delivered(r, AT, 2320, 0)
    assert r[AT + backoff.OWED_UC] == 0
    assert r[AT + backoff.USUAL_MS] == 2010
    backoff.delivered(r, AT, 5210, 0)
    assert r[AT + backoff.OWED_UC] == -3200 * 3
    assert r[AT + backoff.USUAL_MS] == 2110
    backoff.delivered(r, AT, 1500, 0)
    assert r[AT + backoff.USUAL_MS] == 1500


def test_a_delivery_that_lost_a_question_ends_the_debt_and_one_that_lost_more_does_not():
    for ms, owed_uc in ((3999, 0), (4000, CREDIT_UC * 2 + 2000 * 3)):
        r = block()
        backoff.delivered(r, AT, 2000, 0)
        r[AT + backoff.OWED_UC] = CREDIT_UC * 2
        backoff.delivered(r, AT, ms, 0)
        assert r[AT + backoff.OWED_UC] == owed_uc


def test_what_a_lost_question_takes_is_the_ways_own():
    for ms, owed_uc in ((249, 0), (250, CREDIT_UC * 2 + 150 * 3)):
        r = block()
        r[AT + backoff.LOST_MS] = 100
        backoff.delivered(r, AT, 100, 0)
        r[AT + backoff.OWED_UC] = CREDIT_UC * 2
        backoff.delivered(r, AT, ms, 0)
        assert r[AT + backoff.OWED_UC] == owed_uc


def test_all_stays_within_31_bits_at_the_ends_of_what_is_allowed():
    r = blank(AT + backoff.SIZE)
    r[AT + backoff.RATE_UC_MIN] = 372827
    r[AT + backoff.CPU_UC_MS] = r[AT + backoff.AIR_UC_MS] = 400
    r[AT + backoff.START_UC] = 1000000
    for uptime_min in (0, 1, 0x1FFFFFFF):
        for _ in range(30):
            backoff.failed(r, AT, 0x1FFFFFFF, 1, uptime_min)
        backoff.delivered(r, AT, 0x1FFFFFFF, uptime_min)
        assert backoff.debt_min(r, AT, uptime_min) == backoff.MOST_MIN
        r[AT + backoff.USUAL_MS] = 1
