"""The wrapping clock at its edges."""

from tests.policy.rig import NEAR_WRAP, locked
from torpor.policy.ticks import HALF, MASK, add, diff


def test_difference_across_the_wrap():
    assert diff(5, NEAR_WRAP) == 21
    assert diff(NEAR_WRAP, 5) == -21


def test_difference_at_its_limits():
    assert diff(HALF - 1, 0) == HALF - 1
    assert diff(HALF, 0) == -HALF
    assert diff(0, HALF) == -HALF
    assert diff(0, HALF + 1) == HALF - 1
    assert diff(0, MASK) == 1
    assert diff(MASK, 0) == -1
    assert diff(MASK, MASK) == 0


def test_sum_wraps():
    assert add(MASK, 1) == 0
    assert add(MASK, 0) == MASK
    assert add(MASK, MASK) == MASK - 1
    assert add(0, MASK) == MASK
    assert add(0, 0) == 0


def test_sum_and_difference_agree_without_the_heap():
    for ms in (0, 1, 999, HALF - 1):
        for tick in (0, 1, HALF, NEAR_WRAP, MASK):
            with locked:
                there_and_back = diff(add(tick, ms), tick)
            assert there_and_back == ms
