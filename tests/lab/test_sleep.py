"""Ways to sleep through a gap: none is better than the clairvoyant's, ours follows what it met."""

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.hardware import board
from host_sim.lab.sleep import ways
from host_sim.lab.sleep.study import EARLY, WAYS, gaps_ms, lives
from host_sim.lab.sleep.ways import Price
from host_sim.spec import scenario

PRICE = Price.of(scenario.load("door").file.node, board.load("lolin32_lite"))
GAPS = st.lists(st.integers(0, 10**8), min_size=1, max_size=40)


@given(GAPS)
def test_no_way_is_better_than_the_clairvoyant(gaps: list[int]) -> None:
    least = ways.clairvoyant(PRICE, gaps)
    assert all(way(PRICE, gaps) >= least for _, way in WAYS.values())


@given(GAPS)
def test_ski_rental_is_never_over_twice_the_clairvoyant_and_one_wake_more(gaps: list[int]) -> None:
    more = len(gaps) * (PRICE.light_fc + PRICE.light_na * 1000)
    assert ways.ski_rental(PRICE, gaps) <= 2 * ways.clairvoyant(PRICE, gaps) + more


def test_ours_pays_no_start_for_a_door_that_closes_at_once() -> None:
    """Half of what deep sleep at once costs more than the best, where a start pays for 8 s."""
    price = Price.of(scenario.load("door").file.node, board.load("firebeetle_esp32"))
    pairs = [1_500, 3_600_000] * 50
    best = ways.clairvoyant(price, pairs)
    assert 2 * (ways.ours(price, pairs) - best) < ways.always_deep(price, pairs) - best


def test_ours_sleeps_deeply_at_once_where_nothing_follows_soon() -> None:
    rare = [3_600_000] * 50
    first = ways.ours(PRICE, rare[:1])  # it knew nothing yet
    assert PRICE.deep(rare[0]) < first <= 1.02 * PRICE.both(PRICE.deep_ms, rare[0])
    assert ways.ours(PRICE, rare) == first + ways.always_deep(PRICE, rare[1:])


def test_ours_lingers_beyond_the_break_even_where_gaps_that_end_soon_are_longer() -> None:
    """Gaps of 3 s in the mean, and a start pays for 4 s: a break-even is too short for each 4th."""
    chance = [3 * int(ms) for ms in lives(EARLY)[0]]
    assert ways.ours(PRICE, chance) < 1.02 * ways.ten_seconds(PRICE, chance)
    assert ways.ours(PRICE, chance) < 0.95 * ways.ski_rental(PRICE, chance)


def test_the_recorded_front_door_closes_three_seconds_later() -> None:
    assert gaps_ms("Frontdoor")[0] == 3_000


def test_all_lives_have_the_same_gaps_of_the_mean_in_other_orders() -> None:
    drawn = lives(EARLY)
    assert len({tuple(life) for life in drawn}) == len(drawn)
    assert len({tuple(sorted(life)) for life in drawn}) == 1
    assert abs(sum(drawn[0]) / EARLY - 1000) < 5
    assert sorted(drawn[0])[EARLY // 2] == pytest.approx(1000 * log(2), rel=0.01)
