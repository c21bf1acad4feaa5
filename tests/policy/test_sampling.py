"""How a channel's pace follows its readings."""

from tests.policy.rig import AT, blank, locked
from torpor.policy import sampling

DELTA = 160
SECOND_MS = 1000


def paced(*steps):
    """The pace of channel 1 in s after steps of (moved, seconds)."""
    r = blank(AT + sampling.SIZE)
    with locked:
        for moved, elapsed_s in steps:
            sampling.learn(r, AT, 1, moved, DELTA, elapsed_s * SECOND_MS)
        pace_ms = sampling.pace_ms(r, AT, 1)
        assert sampling.pace_ms(r, AT, 0) == 0  # channels know nothing of each other
    assert pace_ms % SECOND_MS == 0
    return pace_ms // SECOND_MS


def test_nothing_is_known_before_the_second_reading():
    assert paced() == 0


def test_the_first_time_between_two_readings_is_taken_for_the_right_one():
    assert paced((0, 300)) in (399, 400)  # and is a quiet one by now: 4/3 of it


def test_a_step_of_the_root_of_a_half_of_delta_keeps_the_pace():
    assert paced(*[(113, 300)] * 40) == 300 * 128 // 121  # 113 is 160 / √2, 11 sixteenths and a bit


def test_half_the_step_has_four_times_the_pace():
    assert 1.0 <= paced(*[(50, 300)] * 99) / (4 * paced(*[(100, 300)] * 99)) <= 1.05


def test_the_same_step_in_half_the_time_has_half_the_pace():
    assert 1.99 <= paced(*[(-80, 600)] * 99) / paced(*[(80, 300)] * 99) <= 2.01


def test_a_restless_reading_is_believed_sooner_than_a_quiet_one():
    quiet = [(0, 300)] * 20
    calm = paced(*quiet)
    assert calm > 3000
    assert paced(*quiet, (4 * DELTA, 300)) < 40  # the step of one reading, halved
    assert paced(*quiet, (4 * DELTA, 300), (0, 300)) < 50


def test_a_step_beyond_four_deltas_counts_as_four():
    far, four, less = (paced((step, 86400)) for step in (99 * DELTA, 4 * DELTA, 4 * DELTA - 1))
    assert far == four < less


def test_a_channel_that_rests_may_go_unread_as_long_as_a_sleep():
    assert paced(*[(0, 86400)] * 999) == 268435


def test_extremes_stay_in_31_bits_and_off_the_heap():
    r = blank(AT + sampling.SIZE)
    with locked:
        for moved in (0, 1, -1, 0x3FFFFFFF, -0x3FFFFFFF):
            for delta in (1, 15, 0xFFFFF, 0x100000, 0x3FFFFFFF):
                for elapsed_ms in (-0x20000000, 0, 999, 0x1FFFFFFF):
                    sampling.learn(r, AT, 7, moved, delta, elapsed_ms)
                    assert 0 <= sampling.pace_ms(r, AT, 7) <= 268435000
