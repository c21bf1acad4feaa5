"""The frame of a study: savings, the worst point of a sweep, intervals, and what is drawn."""

import dataclasses
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from host_sim.errors import BadInput
from host_sim.lab import bootstrap, plot, study
from host_sim.lab.study import ENERGY, Row, Study, Sweep
from tests.answered import answered
from tests.lab.__main__ import section
from torpor_tools.show.study import facts

ROWS = (
    Row("ours", "ours", {ENERGY: 60.0}, (50.0, 70.0)),
    Row("good", "practice", {ENERGY: 80.0}),
    Row("better", "practice", {ENERGY: 75.0}),
    Row("loop", "naive", {ENERGY: 600.0}),
    Row("oracle", "optimum", {ENERGY: 50.0}),
)
CURVES = {"ours": (1.0, 2.2), "good": (1.1, 2.0), "better": (2.0, 4.0), "oracle": (0.5, 0.5)}
SWEEP = Sweep("rate, 1/h", (1, 2), "energy, mJ", CURVES)


def some(**changes: Any) -> Study:
    given: dict[str, Any] = {"policy": "sleep", "question": "q?", "per": "a day", "boards": ("b",)}
    given |= {"tuning": "x", "judged": "y", "rows": ROWS, "sweeps": (SWEEP,)}
    return Study(**given | changes)


def test_savings_are_against_the_best_of_each_kind() -> None:
    told = some().as_json()
    assert told["saving_vs_practice_pct"] == pytest.approx(20)
    assert told["saving_vs_naive_pct"] == pytest.approx(90)
    assert told["gap_to_optimum_pct"] == pytest.approx(20)
    assert told["results"][0] == {"name": "ours", "kind": "ours", ENERGY: 60.0, "ci95": (50, 70)}


def test_without_a_row_of_a_kind_nothing_is_said_of_it() -> None:
    told = some(rows=ROWS[:1], sweeps=()).as_json()
    assert told["saving_vs_practice_pct"] is told["gap_to_optimum_pct"] is None


def test_the_worst_point_is_against_the_best_baseline_there_and_the_optimum_is_none() -> None:
    assert SWEEP.worst_percent(ROWS) == pytest.approx(10)
    assert "**missed**" not in section(some())


def test_two_sweeps_over_the_same_are_told_apart() -> None:
    each = [dataclasses.replace(SWEEP, fixed=board) for board in ("c3", "s3")]
    names = [name for name, _ in facts(some(sweeps=each)) if name.startswith("worst")]
    assert names == ["worst over rate, 1/h (c3)", "worst over rate, 1/h (s3)"]


def test_ten_percent_worse_is_shaded_and_no_other_point() -> None:
    figure = plot.picture(some())
    assert len(figure.axes[0].patches) == 1
    better = Sweep("rate, 1/h", (1, 2), "energy, mJ", CURVES | {"ours": (1.0, 2.01)})
    assert not plot.picture(some(sweeps=(better,))).axes[0].patches
    plt.close("all")


@pytest.mark.parametrize("at", [(0.25, 1, 8), (1, 10, 100_000)])
def test_an_axis_has_enough_numbers_to_be_read_by(at: tuple[float, ...]) -> None:
    """A logarithmic one over little more than a decade had one."""
    curves = dict.fromkeys(CURVES, (1.0, 1.1, 1.2))
    axis = plot.picture(some(sweeps=(Sweep("rate, 1/h", at, "energy, mJ", curves),))).axes[0]
    axis.figure.canvas.draw()
    low, high = axis.get_xlim()
    assert len([tick for tick in axis.get_xticks() if low <= tick <= high]) >= 4
    plt.close("all")


def test_an_interval_holds_the_mean_as_often_as_it_says() -> None:
    random = np.random.default_rng(2)
    held = 0
    for _ in range(200):
        found = bootstrap.mean(list(random.normal(5, 2, 40)))
        assert found
        held += found[0] <= 5 <= found[1]
    assert 180 <= held <= 197  # of 40 draws, a percentile interval holds some 94 %


def test_of_one_recording_nothing_is_known() -> None:
    assert bootstrap.mean([1.0]) is None


@pytest.mark.parametrize("policy", sorted({*study.POLICIES} - {*study.SHIPPED}))
def test_without_recordings_that_are_not_shipped_a_line_says_so(policy: str) -> None:
    with pytest.raises(BadInput, match=r"not shipped; .*--data"):
        study.of(policy, None, lambda done: None)


@pytest.mark.parametrize(
    "policy",
    [pytest.param(name, marks=[pytest.mark.slow] * (name != "sleep")) for name in study.POLICIES],
)
def test_every_policy_of_the_list_is_studied(
    policy: str, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    data = [] if policy == "sleep" else ["--data", str(request.getfixturevalue("recordings"))]
    told = answered(capsys, "lab", policy, *data)
    assert told["policy"] == policy
    assert len(told["boards"]) >= 3
    kinds = {row["kind"] for row in told["results"]}
    assert kinds == {"ours", "practice", "naive", "optimum"}
    least = min(row[ENERGY] for row in told["results"])
    assert least == min(row[ENERGY] for row in told["results"] if row["kind"] == "optimum")
    assert told["data"]["tuning"] != told["data"]["judged"]
