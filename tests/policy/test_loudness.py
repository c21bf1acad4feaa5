"""The scores of sound: exact at their boundaries, and nothing is allocated."""

from tests.policy.rig import blank, locked
from torpor.policy.loudness import BLOCKS, QUIET, REMEMBERED, pauses, quiet, score, under


def levels(*values):
    r = blank(REMEMBERED)
    for i, value in enumerate(values):
        r[i] = value
    return r


def test_the_first_stages_score_the_first_level():
    heard = levels(100, 200)
    assert [score(heard, 1, 0), score(heard, 1, 1)] == [100, 100]


def test_the_third_scores_the_loudest_over_the_quiet():
    assert score(levels(), REMEMBERED, 2) == 0
    assert score(levels(6400), REMEMBERED, 2) == 6400 * 16 // QUIET
    steady = levels(*[1000] * REMEMBERED)
    assert score(steady, REMEMBERED, 2) == 16


def test_a_word_leaves_a_third_of_what_is_remembered_and_a_fifth_of_a_shorter_look():
    assert [pauses(REMEMBERED), pauses(BLOCKS[2])] == [8, 2]
    assert [pauses(count) for count in (20, 21, 22)] == [4, 4, 5]


def test_quiet_is_what_more_is_not_above_than_a_word_leaves():
    pause = pauses(REMEMBERED)
    for low, quietest in ((pause, 2000), (pause + 1, 300)):
        heard = levels(*[300] * low, *[2000] * (REMEMBERED - low))
        assert quiet(heard, REMEMBERED) == quietest
    assert quiet(levels(*[65535] * REMEMBERED), REMEMBERED) == 65535
    assert quiet(levels(*[QUIET - 1] * REMEMBERED), REMEMBERED) == QUIET


def test_a_level_is_under_itself():
    heard = levels(5, 6, 7)
    assert [under(heard, 3, level) for level in (4, 5, 6, 7)] == [0, 1, 2, 3]
    assert under(heard, 2, 7) == 2


def test_a_score_allocates_nothing():
    heard = levels(*[65535 - 7 * block for block in range(REMEMBERED)])
    with locked:
        least = score(heard, REMEMBERED, 2)
    assert least == 65535 * 16 // (65535 - 7 * (REMEMBERED - 1 - pauses(REMEMBERED)))
