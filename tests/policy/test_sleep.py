"""Depth of sleep at the break-even times."""

from tests.policy.rig import AT, blank, locked
from torpor.policy import sleep

PART = 51  # ms, of which a break-even whose parts are whole has 64
D = 64 * PART


def node(deepest=sleep.DEEP, associated=0):
    r = blank(AT + sleep.SIZE)
    r[AT + sleep.LIGHT_MS] = 5
    r[AT + sleep.DEEP_MS] = 3000
    r[AT + sleep.DEEPEST] = deepest
    r[AT + sleep.ASSOCIATED] = associated
    return r


def test_each_break_even_to_the_millisecond():
    r = node()
    for gap_ms, kind in (
        (0, sleep.IDLE),
        (4, sleep.IDLE),
        (5, sleep.LIGHT),
        (2999, sleep.LIGHT),
        (3000, sleep.DEEP),
        (0x10000000, sleep.DEEP),
    ):
        with locked:
            chosen = sleep.choose(r, AT, gap_ms)
        assert chosen == kind


def test_no_deeper_than_allowed():
    assert sleep.choose(node(sleep.LIGHT), AT, 3000) == sleep.LIGHT
    assert sleep.choose(node(sleep.IDLE), AT, 3000) == sleep.IDLE


def test_an_associated_node_keeps_its_radio():
    assert sleep.choose(node(associated=1), AT, 0) == sleep.MODEM
    assert sleep.choose(node(associated=1), AT, 0x10000000) == sleep.MODEM


def met(gaps_ms):
    """A node behind an event at tick 7, after gaps of these lengths."""
    r = node()
    r[AT + sleep.DEEP_MS] = D
    r[AT + sleep.LINGERS] = 1
    for gap_ms in gaps_ms:
        sleep.happened(r, AT, 1000)
        sleep.woken(r, AT, 1000 + gap_ms, 1)
    sleep.happened(r, AT, 7)
    return r


def lingers_ms(gaps_ms):
    r = met(gaps_ms)
    with locked:
        return sleep.linger_ms(r, AT, 7)


def test_before_it_met_a_gap_it_lingers_for_the_break_even():
    assert lingers_ms([]) == D


def test_a_gap_shorter_than_the_break_even_has_it_linger_and_a_longer_one_sleep_deeply():
    for gap_ms, lingers in ((0, D), (D - 1, D), (D + PART, 0), (4 * D, 0), (0x1FFFFFFF, 0)):
        assert lingers_ms([gap_ms]) == lingers, gap_ms


def test_it_lingers_for_the_least_length_that_holds_what_it_met():
    for length_ms in (D // 16, D // 8, D // 4, D // 2):
        for gap_ms, lingers in ((length_ms - 1, length_ms), (length_ms, 2 * length_ms)):
            assert lingers_ms([0] * 90 + [gap_ms] * 9 + [5 * D]) == lingers, gap_ms


def test_it_lingers_beyond_the_break_even_only_where_the_rest_of_the_gap_costs_less_than_a_start():
    for gap_ms, lingers in ((2 * D + 4 * PART, 4 * D), (2 * D + 6 * PART, D)):
        assert lingers_ms([D // 2 + PART] * 30 + [gap_ms] * 5) == lingers, gap_ms


def test_what_is_left_of_it_ends_with_it():
    r = met([199])
    assert sleep.linger_ms(r, AT, 7 + D - 1) == 1
    assert sleep.linger_ms(r, AT, 7 + D) == 0


def test_a_wake_by_its_timer_counts_no_gap_before_the_longest_length():
    r = met([199])
    before = list(r[AT + sleep.LOST : AT + sleep.SIZE])
    sleep.woken(r, AT, 7 + 4 * D - 1, 0)
    assert r[AT + sleep.MEASURING] == 1
    assert list(r[AT + sleep.LOST : AT + sleep.SIZE]) == before
    sleep.woken(r, AT, 7 + 4 * D, 0)
    assert r[AT + sleep.MEASURING] == 0
    assert list(r[AT + sleep.LOST : AT + sleep.SIZE]) > before
    assert sleep.linger_ms(r, AT, 7 + 4 * D) == 0


def test_a_gap_beyond_the_longest_length_counts_as_that():
    told = []
    for gap_ms in (4 * D, 4 * D + PART, 900 * D):
        for by_event in (0, 1):
            r = met([199])
            sleep.woken(r, AT, 7 + gap_ms, by_event)
            told.append((r[AT + sleep.MEASURING], list(r[AT + sleep.LOST : AT + sleep.SIZE])))
    assert told[0][0] == 0
    assert told == [told[0]] * 6


def test_a_gap_in_which_ticks_wrapped_counts_as_long():
    r = met([])
    sleep.woken(r, AT, 7 + 0x20000000, 0)
    assert r[AT + sleep.MEASURING] == 0
    sleep.happened(r, AT, 7)
    assert sleep.linger_ms(r, AT, 7) == 0


def test_a_break_even_of_no_time_has_parts():
    r = met([])
    r[AT + sleep.DEEP_MS] = 0
    sleep.woken(r, AT, 7 + 256, 0)
    assert r[AT + sleep.MEASURING] == 0


def test_habits_change_within_twenty_gaps_where_that_saves_starts_else_within_three_hundred():
    assert lingers_ms([5 * D] * 500 + [199] * 20) > 0
    assert lingers_ms([199] * 500 + [5 * D] * 300) == 0
