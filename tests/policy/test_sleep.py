"""Depth of sleep at the break-even times."""

from tests.policy.rig import AT, blank, locked
from torpor.policy import sleep

D = 3200  # a break-even whose parts are whole


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


def test_it_lingers_for_the_least_part_of_the_break_even_that_holds_what_it_met():
    for gap_ms, part_ms in ((0, D), (199, D), (200, D), (D - 1, D)):
        r = met([gap_ms])
        with locked:
            lingers_ms = sleep.linger_ms(r, AT, 7)
        assert lingers_ms == part_ms, gap_ms
    assert sleep.linger_ms(met([D]), AT, 7) == 0
    for gap_ms, part_ms in ((199, D // 16), (200, D // 8), (1599, D // 2), (1600, D)):
        often = [gap_ms] * 7 + [D] * (3 if gap_ms < 1600 else 0)
        assert sleep.linger_ms(met(often), AT, 7) == part_ms, gap_ms


def test_what_is_left_of_it_ends_with_it():
    r = met([199])
    assert sleep.linger_ms(r, AT, 7 + D - 1) == 1
    assert sleep.linger_ms(r, AT, 7 + D) == 0


def test_a_wake_by_its_timer_counts_no_gap_before_the_break_even():
    r = met([199])
    sleep.woken(r, AT, 7 + D - 1, 0)
    assert r[AT + sleep.MEASURING] == 1
    before = r[AT + sleep.GAPS + sleep.PARTS]
    sleep.woken(r, AT, 7 + D, 0)
    assert r[AT + sleep.MEASURING] == 0
    assert r[AT + sleep.GAPS + sleep.PARTS] > before
    assert sleep.linger_ms(r, AT, 7 + D) == 0


def test_habits_change_within_a_hundred_gaps():
    r = met([199] * 500 + [D] * 100)
    assert sleep.linger_ms(r, AT, 7) == 0
