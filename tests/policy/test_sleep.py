"""Depth of sleep at the break-even times."""

from tests.policy.rig import AT, blank, locked
from torpor.policy import sleep


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
