"""Why a run draws more: parts that add up, and the cause by its task and decision."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings

from host_sim.engine.ledger import Ledger
from host_sim.hardware import states
from host_sim.lab import told
from host_sim.lab.cause import OF_STATE, Why, mean_na
from host_sim.sim import run, runfile
from host_sim.spec import scenario
from tests.sim.test_change import BOOKS, books

# The light is read on a grid of its own, at a fixed pace as the climate is, so that it shares wakes
# by its window alone.
OWN_GRID = (
    "node.task.light.period_s=700",
    "node.task.light.longest_s=700",
    "node.task.climate.longest_s=300",
)


@dataclass
class Side:
    ledger: Ledger
    keys: dict[str, Any] = field(default_factory=dict)


def simulated(*changes: str) -> runfile.Run:
    return runfile.of(run.run(scenario.load("garden", ("days=1", *OWN_GRID, *changes))))


@pytest.fixture(scope="module")
def before() -> runfile.Run:
    return simulated()


def test_every_state_is_of_an_activity() -> None:
    assert tuple(sorted(OF_STATE, key=states.NAMES.index)) == states.NAMES


@settings(max_examples=30)
@given(BOOKS, BOOKS)
def test_the_causes_are_all_that_changed(before: Ledger, after: Ledger) -> None:
    why = Why(Side(before), Side(after))
    assert sum(one.total for one in why.causes) == mean_na(after) - mean_na(before) == why.total
    sizes = [abs(one.total) for one in why.causes]
    assert sizes == sorted(sizes, reverse=True)
    assert told.headline(why)


@pytest.mark.parametrize(
    ("changes", "cause", "said"),
    [
        (
            ["node.task.light.early_s=0", "node.task.light.late_s=0"],
            ("node", "start", "scheduled", "rate"),
            "%; node.task.light.early_s 300 → 0; node.task.light.late_s 300 → 0",
        ),
        (
            ["node.task.climate.warmup_ms=5000"],
            ("climate", "sleep", "scheduled", "duration"),
            "climate sleep, scheduled (0.015 s → 5 s each); node.task.climate.warmup_ms 15 → 5000",
        ),
        (
            ["node.channel.temperature.within_s=0", "node.channel.light.within_s=0"],
            ("report", "join", "delta", "rate"),
            " a day); node.channel.light.within_s 3600 → 0; node.channel.temperature.within_s",
        ),
        (
            ["board=lolin32_lite", "node.deepest_sleep=light"],
            ("node", "sleep", "sleep", "current"),
            "node sleep, sleep (63.0 µA → 1.6 mA); node.deepest_sleep deep → light",
        ),
    ],
)
def test_a_change_is_named_by_task_and_decision(
    changes: list[str], cause: tuple[str, ...], said: str, before: runfile.Run
) -> None:
    why = Why(before, simulated(*changes))
    first = why.causes[0]
    assert (first.task, first.activity, first.decision, first.how) == cause
    assert said in told.headline(why)
    mean = f"{float(mean_na(before.ledger)) / 1000:.1f} µA"
    assert told.headline(why).startswith(f"{told.signed(why.total)} µA, {mean} → ")
    assert [key for key, _, _ in why.keys] == sorted(
        change.partition("=")[0] for change in changes if "board" not in change
    )


def test_no_change_has_no_cause(before: runfile.Run) -> None:
    why = Why(before, before)
    assert not any(one.rate or one.duration or one.current for one in why.causes)
    assert told.headline(why).startswith(
        f"no change of {float(mean_na(before.ledger)) / 1000:.1f} µA"
    )


def test_what_moves_a_life_at_the_same_current_is_said(before: runfile.Run) -> None:
    larger = told.headline(Why(before, simulated("node.battery.capacity_mah=6000")))
    assert re.fullmatch(r"no change of [\d.]+ µA: node.battery.capacity_mah 3000 → 6000", larger)
    weaker = Why(before, simulated("node.mode=eco"))
    assert weaker.burst_na[1] < weaker.burst_na[0]
    assert re.search(r"strongest burst 39\d mA → 28\d mA; node.mode ", told.headline(weaker))


def test_how_often_is_that_of_the_activitys_first_state() -> None:
    """Ten starts by five boots from deep sleep: cpu is booked behind each boot, and not a start."""
    one = books({states.BOOT: (50, 5, 0), states.CPU: (10, 5, 0), 0: (940, 5, 0)}, 1, ["a"])
    other = books({states.CPU: (10, 5, 0), 0: (990, 5, 0)}, 1, ["a"])
    was = {(c.activity, c.decision): c.was.times for c in Why(Side(one), Side(other)).causes}
    assert was["start", "sleep"] == 5


def test_a_window_that_costs_no_start_is_not_said_to(before: runfile.Run) -> None:
    """Taken late instead of early the light still shares every wake."""
    why = Why(before, simulated("node.task.light.early_s=0"))
    assert [one.task for one in why.shared] == ["light"]
    assert "coalesced in" not in told.headline(why)


@pytest.mark.parametrize(("now_na", "is_told"), [(392_400_000, False), (392_500_001, True)])
def test_a_burst_is_told_of_where_it_reads_otherwise(
    before: runfile.Run, now_na: int, is_told: bool
) -> None:
    why = Why(before, before)
    vars(why)["burst_na"] = 391_600_000, now_na
    assert ("strongest burst" in told.headline(why)) == is_told
