"""Ways to share wakes: each meets its windows, none is better than the optimum, HiGHS agrees."""

from collections.abc import Callable
from typing import Any

import highspy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.lab.schedule import optimum, sets, study, ways
from host_sim.lab.schedule.sets import Tasks, Timed, Window
from host_sim.lab.schedule.ways import Woken

HOUR_S = 3_600
PRICES = st.tuples(st.integers(1, 100), st.integers(1, 400))


def programmed(tasks: Tasks, horizon_s: int, wake: int, join: int) -> float:
    """The least cost as an integer program: an instant of a wake or a join in every window."""
    model: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    model.silent()
    radio = [one for task in tasks if task.radio for one in task.windows(horizon_s)]
    every = [one for task in tasks for one in task.windows(horizon_s)]
    instants = sorted({closes for _, closes in every})
    wakes = {at: model.addBinary(obj=wake) for at in instants}
    joins = {at: model.addBinary(obj=join) for at in instants}
    for at in instants:
        model.addConstr(joins[at] <= wakes[at])
    for opens, closes in every:
        model.addConstr(sum(wakes[at] for at in instants if opens <= at <= closes) >= 1)
    for opens, closes in radio:
        model.addConstr(sum(joins[at] for at in instants if opens <= at <= closes) >= 1)
    model.minimize()
    return float(model.getObjectiveValue())


@settings(max_examples=20)
@given(st.integers(0, 10_000), PRICES)
def test_the_least_is_that_of_an_integer_program(seed: int, prices: tuple[int, int]) -> None:
    tasks = sets.some(seed)
    found = optimum.least(tasks, 2 * HOUR_S, *prices)
    assert found.cost(*prices) == pytest.approx(programmed(tasks, 2 * HOUR_S, *prices))


@settings(max_examples=40)
@given(st.integers(0, 10_000), PRICES, st.sampled_from(sorted(study.WAYS)))
def test_no_way_is_better_than_the_optimum(seed: int, prices: tuple[int, int], name: str) -> None:
    tasks = sets.some(seed)
    least = optimum.least(tasks, 3 * HOUR_S, *prices).cost(*prices)
    assert study.WAYS[name][1](tasks, 3 * HOUR_S).cost(*prices) >= least


def timed(*rows: tuple[int, int, int, bool]) -> Tasks:
    return tuple(Timed(*row) for row in rows)


@pytest.mark.parametrize(
    ("way", "found"),
    [
        (ways.own_timers, Woken(4, 2)),  # 100, 150 with a join, 200 with another, 300
        (ways.common_period, Woken(3, 1)),  # each 100; the join at 200 meets both windows
        (ways.timer_slack, Woken(3, 2)),  # 110 and 210, both with a join, and 310
        (ways.batches, Woken(3, 2)),  # 105 and 195, both with a join, and 290
        (ways.ours, Woken(3, 1)),  # 110, 205 with the join, and 310
    ],
)
def test_the_ways_by_hand(way: Callable[[Tasks, int], Woken], found: Woken) -> None:
    tasks = timed((100, 10, 10, False), (150, 45, 55, True), (200, 5, 10, True))
    assert [one.windows(310)[-1] for one in tasks] == [(290, 310), (105, 205), (195, 210)]
    assert way(tasks, 310) == found


def test_the_windows_are_those_that_close_in_time() -> None:
    one = Timed(100, 20, 30, False)
    expected: list[Window] = [(80, 130), (180, 230)]
    assert one.windows(329) == expected
    assert len(one.windows(330)) == 3


def test_random_sets_have_windows_that_do_not_overlap() -> None:
    for seed in range(200):
        for task in sets.some(seed):
            assert 0 <= task.early_s + task.late_s < task.period_s
