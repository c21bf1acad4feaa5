"""The detector: thresholds, floors, poll interval and the ceiling on false wakes."""

from tests.policy.rig import AT, blank, locked
from torpor.policy import cascade
from torpor.policy.cascade import AGAIN, PASS, REJECT

DAY_MS = 86400000


def detector(false_per_day=24, margin=100, ratio_x16=32, band=20):
    r = blank(AT + cascade.SIZE)
    r[AT + cascade.STAGES] = cascade.MAX_STAGES
    r[AT + cascade.INTERVAL_MIN_MS] = 50
    r[AT + cascade.INTERVAL_MAX_MS] = 300
    r[AT + cascade.CALM_MS] = 60000
    r[AT + cascade.FALSE_PER_DAY] = false_per_day
    for stage in range(cascade.MAX_STAGES):
        row = AT + cascade.HEAD + stage * cascade.ROW
        r[row + cascade.MARGIN] = margin
        r[row + cascade.RATIO_X16] = ratio_x16
        r[row + cascade.BAND] = band
    cascade.start(r, AT)
    return r


def floor_x16(r, stage):
    return r[AT + cascade.HEAD + stage * cascade.ROW + cascade.FLOOR_X16]


def test_a_score_passes_at_the_mark_asks_in_the_band_and_is_rejected_below():
    r = detector()
    for score, verdict in ((100, PASS), (99, AGAIN), (80, AGAIN), (79, REJECT)):
        assert cascade.judge(detector(), AT, 3, score) == verdict
    assert cascade.mark(r, AT, 3) == 100


def test_only_a_rejected_score_teaches_the_floor_of_its_stage():
    r = detector()
    cascade.judge(r, AT, 2, 100)
    cascade.judge(r, AT, 2, 99)
    assert floor_x16(r, 2) == 0
    cascade.judge(r, AT, 2, 64)
    assert floor_x16(r, 2) == 128  # an eighth of 64, in sixteenths
    assert floor_x16(r, 1) == 0
    assert cascade.mark(r, AT, 2) == 100 + 16  # twice a floor of 8
    assert cascade.mark(r, AT, 1) == 100


def test_the_floor_follows_the_noise_up_and_down():
    r = detector()
    for _ in range(100):
        cascade.learn(r, AT, 0, 1000)
    assert 15984 <= floor_x16(r, 0) <= 16000
    for _ in range(100):
        cascade.learn(r, AT, 0, 10)
    assert floor_x16(r, 0) == 160


def test_the_interval_doubles_in_calm_up_to_its_most_and_an_event_resets_it():
    r = detector()
    for ms, interval in ((59999, 50), (1, 100), (59999, 100), (1, 200), (60000, 300)):
        cascade.elapse(r, AT, ms)
        assert r[AT + cascade.INTERVAL_MS] == interval
    cascade.elapse(r, AT, 0x1FFFFFFF)
    assert r[AT + cascade.INTERVAL_MS] == 300
    cascade.passed(r, AT)
    assert r[AT + cascade.INTERVAL_MS] == 50
    assert r[AT + cascade.EVENTS] == 1
    cascade.elapse(r, AT, 59999)
    assert r[AT + cascade.INTERVAL_MS] == 50
    cascade.passed(r, AT)
    assert r[AT + cascade.EVENTS] == 2


def test_false_wakes_spend_the_purse_and_time_fills_it():
    r = detector(false_per_day=24)
    assert cascade.cost_ms(r, AT) == DAY_MS // 12
    for _ in range(11):
        cascade.rejected(r, AT)
        assert cascade.hold_ms(r, AT) == 0
    cascade.rejected(r, AT)
    assert cascade.hold_ms(r, AT) == DAY_MS // 12
    cascade.elapse(r, AT, DAY_MS // 12 - 1)
    assert cascade.hold_ms(r, AT) == 1
    cascade.elapse(r, AT, 1)
    assert cascade.hold_ms(r, AT) == 0
    assert r[AT + cascade.FALSE_WAKES] == 12


def test_the_purse_holds_one_day():
    r = detector(false_per_day=2)
    cascade.elapse(r, AT, 0x1FFFFFFF)
    cascade.rejected(r, AT)
    assert cascade.hold_ms(r, AT) == DAY_MS


def test_without_a_ceiling_nothing_is_held():
    r = detector(false_per_day=0)
    for _ in range(1000):
        cascade.rejected(r, AT)
    assert cascade.hold_ms(r, AT) == 0
    assert r[AT + cascade.FALSE_WAKES] == 1000


def test_extremes_stay_in_31_bits_and_off_the_heap():
    r = detector(false_per_day=2, margin=65535, ratio_x16=1024, band=65535)
    r[AT + cascade.CALM_MS] = 0x1FFFFFFF
    r[AT + cascade.INTERVAL_MIN_MS] = r[AT + cascade.INTERVAL_MAX_MS] = 0x1FFFFFFF
    with locked:
        for _ in range(200):
            cascade.learn(r, AT, 0, 65535)
        for _ in range(9):
            cascade.judge(r, AT, 0, 65535)
            cascade.judge(r, AT, 1, 0)
            cascade.rejected(r, AT)
            cascade.hold_ms(r, AT)
            cascade.elapse(r, AT, 0x1FFFFFFF)
            cascade.passed(r, AT)
        most = cascade.mark(r, AT, 0)
    assert most == 65535 + (floor_x16(r, 0) * 1024 >> 8)
