"""The lab of sampling: service by hand, the clairvoyant by trial, ours by the promise it makes."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.lab.sampling import service, signals, ways
from host_sim.lab.sampling.signals import Signal
from host_sim.lab.sampling.ways import Judged
from host_sim.sim import build, run
from host_sim.spec import scenario

BOARD = "lolin32_lite"
STEP_S, PERIOD_S, WITHIN_S, DELTA = 60, 300, 1_800, 10
BOUND = 7  # steps, of the signals that the clairvoyant is tried on


def signal(values: list[int], within_s: int = WITHIN_S) -> Signal:
    return Signal("made up", "made up", STEP_S, values, DELTA, PERIOD_S, within_s)


def judge(way: ways.Way, values: list[int], within_s: int = WITHIN_S) -> Judged:
    return ways.judge(way, signal(values, within_s), BOARD)


def test_a_spell_is_as_long_as_it_holds() -> None:
    holds = np.array([True, False, True, True, True, False, False, True])
    assert service.spells(holds).tolist() == [1, 3, 1]
    assert service.spells(np.array([False])).tolist() == []


def test_service_by_hand() -> None:
    truth, values = np.array([0, 0, 10, 10, 20, 20]), np.array([0, 10, 20])
    read, come = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 0, 1, 1, 2])
    known = service.of(truth, values, read, come, 10)
    assert known == service.Service(20 / 6 / 10, 0.0, 1.0, 1.0)
    assert service.of(truth, values, read, come, 10, 30).away_min == 0.5


def test_a_life_that_is_listened_to_is_lived_as_any_other() -> None:
    given = scenario.load("garden", ("days=3",))
    device = given.device()
    listened = service.lived(build.parts(given), device, build.end_us(given))
    assert listened.parts.us == run.run(given).ledger.us
    assert sum(1 for _ in listened.port.told) == run.run(given).counters["readings"]


def serves(values: list[int], reads: tuple[int, ...]) -> bool:
    """Whether these readings keep the clairvoyant's bounds."""
    away = 0
    last = reads[0]
    for at, value in enumerate(values):
        if at in reads:
            last, away = at, 0
        away = away + 1 if abs(value - values[last]) >= DELTA else 0
        if away >= BOUND:
            return False
    return True


@settings(max_examples=40)
@given(st.lists(st.integers(0, 25), min_size=1, max_size=13))
def test_no_fewer_readings_than_the_clairvoyants_would_do(values: list[int]) -> None:
    bound_s = BOUND * STEP_S - PERIOD_S
    reads = ways.clairvoyant(signal(values, bound_s))
    assert serves(values, tuple(reads))
    later = range(1, len(values))
    for count in range(len(reads) - 1):
        assert not any(serves(values, (0, *some)) for some in combinations(later, count))


def test_what_rests_is_read_later_by_half_of_what_its_news_may_wait() -> None:
    still = [0] * 5_760
    ours, fixed = (judge(way, still) for way in (ways.ours, ways.fixed))
    assert fixed.wakes == pytest.approx(86_400 / PERIOD_S, rel=0.02)
    assert ours.wakes == pytest.approx(86_400 / (PERIOD_S + WITHIN_S / 2), rel=0.02)
    assert ours.joins == pytest.approx(fixed.joins, rel=0.2)  # fewer wakes to wait for


def test_what_must_be_told_at_once_is_read_at_its_period() -> None:
    values = signals.walk(1, 1, 3).values
    ours, fixed = (judge(way, values, 0) for way in (ways.ours, ways.fixed))
    assert (ours.wakes, ours.joins, ours.service) == (fixed.wakes, fixed.joins, fixed.service)
    assert fixed.charge_mc < ours.charge_mc  # it starts without our library


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(45, 400), st.integers(DELTA, 99)), min_size=1, max_size=8))
def test_a_jump_is_known_by_the_time_that_a_fixed_period_promises(
    jumps: list[tuple[int, int]],
) -> None:
    """However long nothing moved: within the period and what news may wait, and a start."""
    values = [0]
    for rest_min, by in jumps:
        values += [values[-1]] * rest_min + [values[-1] + by]
    values += [values[-1]] * 45
    given = signal(values)
    way = ways.scenario(given, BOARD, ways.ours)
    life = ways.lived(ways.ours, given, way)
    truth = np.array(values)
    told = life.port.told
    at = np.arange(int(told[0].came_us // 60_000_000) + 1, len(values))
    come = np.searchsorted([one.came_us for one in told], at * 60_000_000, side="right") - 1
    known = np.array([one.value for one in told])[come]
    spells = service.spells(np.abs(truth[at] - known) >= DELTA)
    assert max(spells, default=0) <= (PERIOD_S + WITHIN_S) // STEP_S + 1
