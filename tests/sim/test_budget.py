"""Verdicts at their exact boundaries, and a change that chance alone does not make real."""

from typing import Any

import numpy as np
import pytest

from host_sim.lab.budget import FAIL, OPEN, PASS, Estimate, Judged, estimate
from host_sim.spec.scenariofile import Budget


def judged(
    budget: dict[str, Any],
    now: list[float],
    was: list[float] | None = None,
    between: tuple[float, float] | None = None,
) -> Judged:
    change = [new - old for old, new in zip(was, now, strict=True)] if was else None
    means = (estimate(now), estimate(was), estimate(change))
    return Judged(Budget(**budget), *means, between)


MOST = {"name": "average_current_ua", "at_most": 100.0}
LEAST = {"name": "battery_life_days", "at_least": 100.0}
TWO = {"name": "average_current_ua", "tolerance_percent": 2.0}


def test_the_interval_by_hand() -> None:
    """t of two degrees of freedom is 4.303."""
    found = estimate([9.0, 10.0, 11.0])
    assert found
    assert found.mean == 10
    assert found.half == pytest.approx(4.3027 / 3**0.5, rel=1e-4)
    assert estimate([7.0]) == Estimate(7.0, 0.0)
    assert estimate([7.0] * 5) == Estimate(7.0, 0.0)


@pytest.mark.parametrize(
    ("budget", "now", "verdict"),
    [
        (MOST, [100.0], PASS),
        (MOST, [100.01], FAIL),
        (LEAST, [100.0], PASS),
        (LEAST, [99.99], FAIL),
        (MOST, [100.0, 100.0, 100.0], PASS),
        (MOST, [98.0, 99.0, 100.0], OPEN),  # 99 ± 2.5
        (MOST, [100.0, 101.0, 102.0], OPEN),
        (LEAST, [100.0, 101.0, 102.0], OPEN),
        (MOST, [96.0, 97.0, 98.0], PASS),  # 97 ± 2.5
        (MOST, [102.0, 103.0, 104.0], FAIL),
        (MOST, [], FAIL),
    ],
)
def test_a_limit(budget: dict[str, Any], now: list[float], verdict: str) -> None:
    assert judged(budget, now).verdict == verdict


@pytest.mark.parametrize(
    ("between", "verdict"), [((90, 99), PASS), ((90, 100), PASS), ((90, 101), OPEN), (None, PASS)]
)
def test_what_is_known_of_the_board_may_leave_it_open(
    between: tuple[float, float] | None, verdict: str
) -> None:
    assert judged(MOST, [95.0], None, between).verdict == verdict


@pytest.mark.parametrize(
    ("now", "verdict"), [(99.99, OPEN), (100.0, OPEN), (100.01, FAIL), (120.0, FAIL)]
)
def test_what_is_known_of_the_board_takes_back_no_fail(now: float, verdict: str) -> None:
    assert judged(MOST, [now], None, (90, 130)).verdict == verdict


@pytest.mark.parametrize(
    ("budget", "was", "now", "verdict"),
    [
        (TWO, [100.0], [102.0], PASS),
        (TWO, [100.0], [102.01], FAIL),
        (TWO, [100.0], [50.0], PASS),  # for the better
        ({**TWO, "name": "battery_life_days"}, [100.0], [97.9], FAIL),
        ({**TWO, "name": "battery_life_days"}, [100.0], [110.0], PASS),
        (TWO, [100.0, 120.0, 90.0], [103.0, 123.0, 93.0], FAIL),  # 3 each, whatever the seed
        (TWO, [100.0, 120.0, 90.0], [109.0, 123.0, 87.0], PASS),  # 3 ± 15: chance
        ({**TWO, "tolerance_percent": 0.0}, [0.0], [1e-9], FAIL),  # of nothing
        ({**TWO, "tolerance_percent": 0.0}, [5.0], [5.0], PASS),
        ({**MOST, "tolerance_percent": 2.0}, [90.0], [95.0], FAIL),  # within its limit
        ({**MOST, "tolerance_percent": 200.0}, [90.0], [101.0], FAIL),
    ],
)
def test_a_tolerance(
    budget: dict[str, Any], was: list[float], now: list[float], verdict: str
) -> None:
    assert judged(budget, now, was).verdict == verdict


def test_what_is_worse_than_nothing_is_told_without_a_percentage() -> None:
    """It said inf % worse."""
    assert judged(TWO, [1.0], [0.0]).faults == ["it was 0, 2 % are tolerated"]
    assert judged(TWO, [1.0], [0.5]).faults == ["100.0 % worse, 2 % are tolerated"]


def test_a_tolerance_needs_something_to_compare_with() -> None:
    alone = judged(TWO, [1e9])
    assert (alone.verdict, alone.moved, alone.change) == (PASS, False, None)


def test_chance_alone_is_real_in_one_case_of_twenty() -> None:
    """Whatever three seeds vary by."""
    draws = np.random.default_rng(5).normal(0, 3, (500, 3))
    real = sum(judged(TWO, (100 + row).tolist(), [100.0] * 3).moved for row in draws)
    assert real / len(draws) == pytest.approx(0.05, abs=0.02)
