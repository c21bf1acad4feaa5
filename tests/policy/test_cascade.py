"""The detector: marks, floors, and what false wakes and events cost."""

from tests.policy.rig import AT, blank, locked
from torpor.policy import cascade
from torpor.policy.cascade import AGAIN, BURST, FAINT, FREE, PASS, PURSE, REJECT

DAY_MS = 86400000
MINUTE_MS = 60000


def detector(false_per_day=24, margin=100, ratio_x16=32, band=20, events_per_day=0):
    r = blank(AT + cascade.SIZE)
    r[AT + cascade.STAGES] = cascade.MAX_STAGES
    r[AT + cascade.INTERVAL_MS] = 50
    r[AT + cascade.FALSE_PER_DAY] = false_per_day
    r[AT + cascade.EVENTS_PER_DAY] = events_per_day
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


def test_the_margin_rises_as_the_purse_empties_and_falls_as_time_fills_it():
    r = detector()
    cascade.passed(r, AT, 1200)
    hour_ms = DAY_MS // 24
    margins = []
    for _ in range(PURSE + 2):
        margins.append(cascade.margin(r, AT))
        cascade.rejected(r, AT)
    assert margins == [100, 125, 150, 175, 200, 225, 250, 275, 300, 300]  # a quarter of 1,200
    cascade.elapse(r, AT, 2 * hour_ms)
    assert cascade.margin(r, AT) == 300
    cascade.elapse(r, AT, 4 * hour_ms)
    assert cascade.margin(r, AT) == 200
    cascade.elapse(r, AT, 4 * hour_ms)
    assert cascade.margin(r, AT) == 100
    assert r[AT + cascade.FALSE_WAKES] == PURSE + 2


def test_the_margin_never_rises_beyond_a_quarter_of_what_events_are_heard_at():
    for heard in (0, 99, 400, 65535):
        r = detector()
        if heard:
            cascade.passed(r, AT, heard)
        for _ in range(100):
            cascade.rejected(r, AT)
        assert cascade.margin(r, AT) == max(100, heard // 4)


def test_as_many_false_wakes_as_allowed_are_sustained():
    """A nuisance louder and less loud: it wakes the node whenever it exceeds the margin."""
    for per_day in (24, 100):
        r = detector(per_day)
        cascade.passed(r, AT, 4000)
        wakes = 0
        for minute in range(3 * 1440):
            cascade.elapse(r, AT, MINUTE_MS)
            if 100 + 37 * minute % 900 >= cascade.margin(r, AT):
                cascade.rejected(r, AT)
                wakes += minute >= 1440
        assert 2 * per_day - 4 <= wakes <= 2 * per_day + 4


def test_an_empty_purse_is_told_once_until_it_is_half_full_again():
    r = detector()
    told = [cascade.rejected(r, AT) for _ in range(PURSE + 3)]
    assert told.index(True) == PURSE - 1
    assert told.count(True) == 1
    cascade.elapse(r, AT, 7 * DAY_MS // 24 - DAY_MS // 24 // 16)
    assert True not in [cascade.rejected(r, AT) for _ in range(PURSE)]
    cascade.elapse(r, AT, 8 * DAY_MS // 24)
    assert True in [cascade.rejected(r, AT) for _ in range(PURSE)]


def test_beyond_a_quarter_of_their_purse_events_raise_the_margin_to_what_they_were_heard_at():
    r = detector(events_per_day=24)
    margins = []
    for _ in range(BURST + 2):
        margins.append(cascade.margin(r, AT))
        cascade.passed(r, AT, 1200)
    assert margins[: FREE + 1] == [100] * (FREE + 1)
    assert margins[FREE + 1] == 100 + 1100 // (BURST - FREE)
    assert margins[(FREE + BURST) // 2] == 100 + 1100 // 2
    assert margins[BURST - 1] < 1200
    assert margins[BURST:] == [1200, 1200]
    cascade.elapse(r, AT, (BURST + 2 - FREE) * DAY_MS // 24)
    assert cascade.margin(r, AT) == 100


def test_false_wakes_and_events_raise_the_margin_one_above_the_other():
    r = detector(events_per_day=24)
    for _ in range(BURST):
        cascade.passed(r, AT, 1200)
    for _ in range(PURSE):
        cascade.rejected(r, AT)
    cascade.elapse(r, AT, 6 * DAY_MS // 24)
    assert cascade.margin(r, AT) == 150 + (1200 - 150) * (BURST - 6 - FREE) // (BURST - FREE)


def test_a_place_that_swells_as_words_do_is_told_of_no_more_than_allowed():
    """Each minute as loud as no minute near it; what is as loud as the loudest is told always."""
    for per_day in (24, 100):
        r = detector(events_per_day=per_day)
        told = 0
        for minute in range(4 * 1440):
            cascade.elapse(r, AT, MINUTE_MS)
            loud = 101 + 37 * minute % 900
            if loud >= cascade.margin(r, AT):
                cascade.passed(r, AT, loud)
                told += minute >= 1440
            assert cascade.margin(r, AT) <= 1000
        assert per_day < told <= 3 * per_day + 3


def test_an_event_that_is_faint_beside_loud_ones_takes_four_times_as_much():
    for score, times in ((1000, 1), (999, FAINT)):
        r = detector(events_per_day=24)
        cascade.passed(r, AT, 4000)
        cascade.passed(r, AT, score)
        assert r[AT + cascade.TOLD_MS] == (1 + times) * DAY_MS // 24


def test_an_empty_purse_of_events_is_told_once_until_both_are_half_full_again():
    r = detector(events_per_day=24)
    told = [cascade.passed(r, AT, 4000) for _ in range(BURST + 3)]
    assert told.index(True) == BURST - 1
    assert told.count(True) == 1
    cascade.elapse(r, AT, (BURST // 2 + 3) * DAY_MS // 24 - DAY_MS // 24 // 16)
    assert True not in [cascade.rejected(r, AT) for _ in range(PURSE)]
    cascade.elapse(r, AT, DAY_MS // 6)
    assert True in [cascade.rejected(r, AT) for _ in range(PURSE)]


def test_without_a_price_nothing_rises():
    r = detector(false_per_day=0)
    assert True not in [cascade.passed(r, AT, 4000) for _ in range(1000)]
    assert True not in [cascade.rejected(r, AT) for _ in range(1000)]
    assert cascade.margin(r, AT) == 100
    assert r[AT + cascade.FALSE_WAKES] == 1000


def test_what_is_heard_follows_loud_events_fast_and_faint_ones_slowly():
    r = detector()
    for score in (800, 1600, 1600):
        cascade.passed(r, AT, score)
    assert r[AT + cascade.HEARD] == 800 + 200 + 150
    cascade.passed(r, AT, 510)
    assert r[AT + cascade.HEARD] == 1150 - 10
    assert r[AT + cascade.EVENTS] == 4


def test_extremes_stay_in_31_bits_and_off_the_heap():
    for per_day, events in ((1, 10), (10000, 10000)):
        r = detector(per_day, margin=65535, ratio_x16=1024, band=65535, events_per_day=events)
        with locked:
            for _ in range(200):
                cascade.judge(r, AT, 1, 65535)
                cascade.judge(r, AT, 1, 0)
                cascade.rejected(r, AT)
                cascade.margin(r, AT)
                cascade.passed(r, AT, 65535)
                most = cascade.mark(r, AT, 1)
            cascade.elapse(r, AT, 0x1FFFFFFF)
        assert most == 65535 + (floor_x16(r, 1) * 1024 >> 8)
