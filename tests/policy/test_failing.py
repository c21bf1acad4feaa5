"""What a node does about deliveries that fail, a low cell, and wakes that end in a crash."""

from tests.policy.handport import HOUR_MS, MINUTE_MS, config, start, task, tick
from torpor import node, record
from torpor.policy import backoff, energy, report, schedule, sleep, txpower
from torpor.policy.patience import LINK_MS
from torpor.policy.ticks import HALF, add, diff
from torpor.port import FAULT, NO_AP, NO_BROKER, NODE, REFUSED, SAFE, UNHEARD
from torpor.record import ENERGY, REPORT, SCHEDULE, TX


def test_failed_joins_back_off_to_64_minutes_and_lose_nothing():
    r, port = start()
    port.readings[0] = 9
    port.joins = [NO_AP] * 20
    tick(r, port, MINUTE_MS)
    waits: list[int] = []
    waited_ms = 0
    while len(waits) < 8:
        port.calls = []
        waited_ms += MINUTE_MS
        tick(r, port, MINUTE_MS)
        if port.did("join"):
            waits.append(waited_ms // MINUTE_MS - 1)  # a part of a minute more
            waited_ms = 0
    assert waits == [1, 2, 4, 8, 16, 32, 64, 64]
    port.joins = []
    for _ in range(65):
        tick(r, port, MINUTE_MS)
    assert port.did("send") == [([(0, 9)],)]
    assert r[record.JOINS_FAILED] == 0


def test_what_is_weeks_old_never_seems_new_or_of_tomorrow():
    """Neither in an outage, nor of a sensor that fails: 6.2 days old it is, or more."""
    newest, queued = REPORT + report.HEAD + report.NEWEST_AT, REPORT + report.QUEUE + 2
    for answer, then, cell in ((-60, FAULT, newest), (NO_AP, 9, queued)):
        r, port = start()
        port.readings[0] = 9
        port.joins = [answer]
        tick(r, port, MINUTE_MS)
        port.readings[0] = then
        port.did("join")
        for hours in range(1, 24 * 30):
            port.joins = [answer]
            tick(r, port, HOUR_MS)
            if port.did("join"):
                assert diff(port.clock, r[cell]) == min(hours * HOUR_MS, HALF - 1)


def test_what_was_remembered_is_not_used_after_a_join_that_failed():
    """Another host may be at the address that the node kept, and so may another node."""
    for answer in (NO_AP, REFUSED, NO_BROKER):
        r, port = start()
        port.joins = [answer, answer]
        ways = []
        for _ in range(4):
            tick(r, port, HOUR_MS)
            ways.append([cached for _, cached, _ in port.did("join")])
        assert ways == [[1], [0], [0], [1]]


def test_an_address_is_asked_for_anew_each_day():
    r, port = start()
    ways = []
    for _ in range(60):
        tick(r, port, HOUR_MS)
        ways.append([cached for _, cached, _ in port.did("join")])
    assert [hour for hour, way in enumerate(ways, 1) if way == [0]] == [24, 48]
    assert ways.count([1]) == 58


def test_a_silent_broker_raises_no_power():
    r, port = start()
    tick(r, port, HOUR_MS)
    bias = r[TX + txpower.BIAS_X4096]
    for _ in range(5):
        port.joins = [NO_BROKER]
        tick(r, port, 65 * MINUTE_MS)
    assert r[TX + txpower.BIAS_X4096] == bias
    port.sends = [0, 0]
    tick(r, port, 65 * MINUTE_MS)
    assert 0 <= r[TX + txpower.BIAS_X4096] - bias < 409  # a tenth of a dB, for the join
    assert r[record.LOST] == 2
    port.sends = [0, 1]
    tick(r, port, 65 * MINUTE_MS)
    assert r[TX + txpower.BIAS_X4096] < bias - 4096


def test_a_late_join_teaches_that_something_was_lost():
    r, port = start()
    port.takes = [700, 700, 700, 1700]
    biases = []
    for _ in range(4):
        tick(r, port, HOUR_MS)
        biases.append(r[TX + txpower.BIAS_X4096])
    assert biases[0] <= biases[1] <= biases[2]
    assert biases[3] < biases[2] - 4096


def test_a_join_that_is_given_up_early_is_tried_later_and_for_longer():
    r, port = start()
    port.takes = [700, 700]
    for _ in range(2):
        tick(r, port, HOUR_MS)
    port.did("join")
    port.joins = [NO_AP] * 5
    port.takes = [2000, 3300, 5900, 8000]
    bias = r[TX + txpower.BIAS_X4096]
    tick(r, port, HOUR_MS)
    assert [way[1:] for way in port.did("join")] == [(1, 2000)]
    assert r[TX + txpower.BIAS_X4096] < bias
    assert 0 <= schedule.latest_ms(r, SCHEDULE, 1, port.clock) - (MINUTE_MS - 2000) < MINUTE_MS
    for within_ms in (3300, 5900, LINK_MS):
        tick(r, port, HOUR_MS)
        assert [way[1:] for way in port.did("join")] == [(1, within_ms)]


def test_a_gateway_that_does_not_hear_the_node_may_need_more_power_and_no_other_join_tells():
    """Nothing of a greeting shows in how long it took: what was lost is sent again at once."""
    r, port = start()
    r[TX + txpower.QUESTIONS] = 0
    port.takes = [60, 60, 1060]
    tick(r, port, HOUR_MS)
    bias = r[TX + txpower.BIAS_X4096]
    for _ in range(2):
        tick(r, port, HOUR_MS)
    assert 0 <= r[TX + txpower.BIAS_X4096] - bias < 409  # a tenth of a dB, for the messages
    port.joins = [UNHEARD]
    tick(r, port, HOUR_MS)
    assert r[TX + txpower.BIAS_X4096] < bias - 4096
    assert r[record.CACHED] == 0


def test_a_full_join_that_times_out_is_tried_again_soon_and_for_less_and_then_paid_for():
    r, port = start(backoff=dict(config()["backoff"], rate_uc_min=10))
    r[record.CACHED] = 0
    port.joins = [NO_AP] * 3
    port.takes = [7000, 2800, 7000]
    tick(r, port, HOUR_MS)
    assert [way[1:] for way in port.did("join")] == [(0, 7000)]
    tick(r, port, 2 * MINUTE_MS)
    assert [way[1:] for way in port.did("join")] == [(0, 2800)]
    debt_min = backoff.debt_min(r, record.BACKOFF, r[record.UPTIME_MIN])
    assert debt_min > 60
    for _ in range(debt_min):
        tick(r, port, MINUTE_MS)
        assert port.did("join") == []
    tick(r, port, MINUTE_MS)
    assert [way[1:] for way in port.did("join")] == [(0, 7000)]


def test_who_fails_moves_the_grid_of_its_readings_and_who_delivers_keeps_it():
    for joins, moves in (([-60], False), ([NO_AP], True)):
        r, port = start(backoff=dict(config()["backoff"], rate_uc_min=10))
        port.joins = joins
        tick(r, port, HOUR_MS)
        left_ms = schedule.latest_ms(r, SCHEDULE, 0, port.clock)
        assert (left_ms != MINUTE_MS) == moves
        assert MINUTE_MS <= left_ms < 2 * MINUTE_MS


def test_an_access_point_that_is_away_says_nothing_of_the_power():
    r, port = start()
    port.takes = [700, 700]
    for _ in range(2):
        tick(r, port, HOUR_MS)
    bias = r[TX + txpower.BIAS_X4096]
    port.joins = [NO_AP] * 2
    port.takes = [1560, 1560]
    tick(r, port, HOUR_MS)
    assert r[TX + txpower.BIAS_X4096] == bias


def test_who_is_to_be_reached_tries_again_after_four_minutes_and_a_part_of_one():
    r, port = start(sleep=dict(config()["sleep"], associated=1))
    port.joins = [NO_AP] * 99
    tick(r, port, HOUR_MS)
    waits_ms = [schedule.latest_ms(r, SCHEDULE, 1, port.clock)]
    for _ in range(4):
        tick(r, port, waits_ms[-1])
        waits_ms.append(schedule.latest_ms(r, SCHEDULE, 1, port.clock))
    assert [wait_ms // MINUTE_MS for wait_ms in waits_ms] == [1, 2, 4, 4, 4]
    assert len({wait_ms % MINUTE_MS for wait_ms in waits_ms}) == 5


def test_a_lost_message_is_sent_once_more_and_kept_when_that_fails():
    r, port = start()
    port.readings[0] = 9
    port.sends = [0, 0]
    tick(r, port, MINUTE_MS)
    assert len(port.did("send")) == 2
    assert r[record.LOST] == 2
    assert r[REPORT + report.QUEUED] == 1
    port.sends = [0]
    tick(r, port, 2 * MINUTE_MS)
    assert len(port.did("send")) == 2
    assert r[REPORT + report.QUEUED] == 0


def test_a_shed_delivery_after_a_failed_one_is_not_forgotten():
    """A report task that is only asked for, out of budget while it backs off."""
    r, port = start(tasks=[task(MINUTE_MS, channels=[0], cost_uc=0), task(0, radio=1)])
    port.readings[0] = 9
    port.joins = [NO_AP]
    tick(r, port, MINUTE_MS)
    r[ENERGY + energy.BUDGET_UC_MIN] = 1
    r[ENERGY + energy.BUCKET_UC] = 0
    tick(r, port, 2 * MINUTE_MS)
    assert r[SCHEDULE + schedule.SHED] == 1
    port.calls = []
    for _ in range(60):
        tick(r, port, MINUTE_MS)
    assert port.did("send") == [([(0, 9)],)]


def test_a_low_battery_leaves_the_less_important_out():
    r, port = start(
        battery_channel=1,
        tasks=[
            task(MINUTE_MS, channels=[0], priority=3),
            task(MINUTE_MS, channels=[1]),
            task(HOUR_MS, radio=1),
        ],
        report_task=2,
    )
    port.readings[1] = 3000
    for _ in range(3):
        tick(r, port, HOUR_MS)
    assert r[ENERGY + energy.MODE] == energy.CRITICAL
    port.calls = []
    tick(r, port, HOUR_MS)
    assert port.did("measure") == [(1,)]
    port.readings[1] = 4200
    for _ in range(20):
        tick(r, port, HOUR_MS)
    assert r[ENERGY + energy.MODE] == energy.NORMAL
    port.calls = []
    tick(r, port, HOUR_MS)
    assert (0,) in port.did("measure")


def test_a_crash_loop_lies_low_for_ever_longer_and_one_good_wake_ends_it():
    r, port = start()
    waits_min = []
    for crashes in range(1, 10):
        r[record.CRASHES] = crashes
        waits_min.append(node.crashed(r, port.clock, 0))
    assert waits_min == [0, 1, 2, 4, 8, 16, 32, 64, 64]
    port.calls = []
    assert node.lie_low(r, port, 64) == 64 * MINUTE_MS
    assert port.calls == [("account", NODE, SAFE)]
    assert r[record.SLEEP_KIND] == sleep.DEEP
    assert tick(r, port, 64 * MINUTE_MS) == MINUTE_MS
    assert port.did("measure") == [(0,)]
    assert r[record.CRASHES] == 0


def test_one_crash_off_the_air_moves_no_task_and_the_next_makes_all_due():
    r, port = start()
    for crashes, left_ms in ((1, HOUR_MS), (2, 0)):
        r[record.CRASHES] = crashes
        node.crashed(r, port.clock, 0)
        assert schedule.latest_ms(r, SCHEDULE, 1, port.clock) == left_ms


def test_a_crash_takes_what_it_was_awake_for_and_time_pays_for_it():
    r, port = start(backoff=dict(config()["backoff"], rate_uc_min=10))
    r[record.CRASHES] = 2
    r[record.STARTED] = port.clock
    port.clock = add(port.clock, 7500)
    credit_uc = 10 * backoff.CREDIT_MIN
    assert node.crashed(r, port.clock, 0) == (9500 + 100 - credit_uc) // 10
    r[record.STARTED] = node.OVER  # it was reset in its sleep
    port.clock = add(port.clock, 30 * MINUTE_MS)
    assert node.crashed(r, port.clock, 0) == (9500 + 100 + 100 - credit_uc) // 10 - 30


def test_after_a_crash_on_the_air_only_joins_wait():
    r, port = start()
    port.readings[0] = 9
    assert [node.crashed(r, port.clock, 1) for _ in range(3)] == [0, 0, 0]
    for minute in range(1, 6):
        tick(r, port, MINUTE_MS)
        assert ("measure", 0) in port.calls
        assert bool(port.did("join")) == (minute == 5)
    assert r[record.JOINS_FAILED] == 0


def test_news_waits_while_a_delivery_that_took_too_long_is_paid_for():
    r, port = start(backoff=dict(config()["backoff"], rate_uc_min=10, air_uc_ms=1, start_uc=0))
    r[record.BACKOFF + backoff.OWED_UC] = 10 * (backoff.CREDIT_MIN + 3)
    r[record.BACKOFF + backoff.PAID_MIN] = r[record.UPTIME_MIN]
    joined = []
    for minute in range(1, 5):
        port.readings[0] = 10 * minute
        tick(r, port, MINUTE_MS)
        joined.append(bool(port.did("join")))
    assert joined == [False, False, True, True]


def test_a_late_delivery_has_the_next_wait_for_no_more_than_is_beyond_the_credit():
    for took_ms, waits_min in ((2_700, 60), (12_000, 410)):
        backoff_of = dict(config()["backoff"], rate_uc_min=10, air_uc_ms=1)
        r, port = start(backoff=backoff_of)
        port.takes = [700, took_ms]
        for _ in range(2):
            tick(r, port, HOUR_MS)
        port.calls = []
        waited_min = 0
        while not port.did("join"):
            waited_min += 1
            tick(r, port, MINUTE_MS)
        assert waited_min == waits_min


def test_an_answer_that_comes_as_the_time_is_over_is_not_wasted():
    r, port = start()
    port.takes = [700, 700, 2_000]
    for _ in range(3):
        port.calls = []
        tick(r, port, HOUR_MS)
    assert [call[3] for call in port.calls if call[0] == "join"] == [2_000]
    assert port.did("send") == [([(0, 0)],)]


def test_who_joins_and_has_nothing_to_tell_has_not_failed():
    r, port = start(tasks=[task(HOUR_MS, radio=1)], report_task=0)
    for _ in range(2):
        port.calls = []
        assert tick(r, port, HOUR_MS) == HOUR_MS
        assert [call[0] for call in port.calls if call[0] in ("join", "send")] == ["join"]
    assert r[record.JOINS_FAILED] == 0


def test_the_budget_fills_by_the_minutes_slept():
    r, port = start(tasks=[task(MINUTE_MS, channels=[0])], report_task=0)
    r[ENERGY + energy.BUDGET_UC_MIN] = 7
    for minutes, bucket_uc in ((1, 7), (1, 4), (3, 15)):  # a reading costs 10
        tick(r, port, minutes * MINUTE_MS)
        assert r[ENERGY + energy.BUCKET_UC] == bucket_uc


def test_an_outage_beyond_the_clock_counts_as_no_time():
    r, port = start()
    tick(r, port, 0x20000000)
    assert r[record.UPTIME_MIN] == r[record.REST_MS] == 0


def test_time_asleep_adds_up_to_minutes():
    r, port = start()
    for ms in (59999, 1, 59999, 60001, 0):
        tick(r, port, ms)
    assert r[record.UPTIME_MIN] == 3
    assert r[record.REST_MS] == 0
    assert r[record.WAKES] == 6
