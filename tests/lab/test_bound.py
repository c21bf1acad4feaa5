"""The bound: below every run, and exact where there is nothing to share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.hardware import price
from host_sim.lab import bound, decisions
from host_sim.sim import engines, run
from host_sim.spec import scenario
from tests.conftest import CHECKOUT

SOIL = CHECKOUT / "docs" / "examples" / "soil" / "soil.toml"
TELLS = "node.report.period_s=5 node.task.0.late_s=268435"
AT_ODDS = [
    # Where a start takes much more than a while of light sleep, a node lingers behind an edge.
    "door days=28 board=xiao_esp32s3",
    "door days=28 board=xiao_esp32s3 node.link=espnow",
    "door days=365 world.door={per_day=0.02,open_s=4}",  # asleep for longer than 64 bits of fC
    "door days=2 node.channel.0.within_s=86400",  # edges told together
    "soil days=2 world.door=Frontdoor",  # a contact that wakes nobody
    f"plug days=1 world.reads.power=0 {TELLS}",  # its messages replace sleep as dear
    "door days=0.1 board=doit_devkit_v1 world.wifi.mean_dbm=-50 node.report.period_s=5 "
    "node.report.early_s=2 node.report.late_s=0",  # and so do joins
    "plug days=1 node.task.meter.warmup_ms=1900",  # associated it does not idle for less
]


@pytest.mark.parametrize("case", [*(f"{name} days=2" for name in scenario.names()), *AT_ODDS])
def test_no_run_draws_less(case: str) -> None:
    name, *changes = case.split()
    given = scenario.load(str(SOIL) if name == "soil" else name, tuple(changes))
    least = bound.of(given)
    for configured, device in (decisions.without(given, ()), decisions.practice(given)):
        drawn = run.run(configured, device=device, engine=engines.fastest()).ledger
        assert drawn.average_current_ua > least.average_current_ua


def test_a_heartbeat_is_asked_for_only_where_nothing_else_was_told() -> None:
    """A door that moves each few minutes tells its battery along; one that never does, does not."""
    least = {
        (per_day, period_s): bound.of(
            scenario.load(
                "door",
                ("days=10", f"world.door={{per_day={per_day}, open_s=4}}", period_s),
            )
        ).charge_fc
        for per_day in (0.0001, 500.0)
        for period_s in ("node.report.period_s=86400", "node.report.period_s=43200")
    }
    seldom, often = (
        least[per_day, "node.report.period_s=43200"] - least[per_day, "node.report.period_s=86400"]
        for per_day in (0.0001, 500.0)
    )
    assert often == 0 < seldom


@pytest.mark.parametrize("name", ["door", "plug"])
def test_what_a_pull_up_draws_is_in_it(name: str) -> None:
    with_it, without = (
        scenario.load(name, ("days=2", f"node.watch.pull_up_kohm={kohm}")) for kohm in (45, 10_000)
    )
    drawn_ua = [run.run(one).ledger.average_current_ua for one in (with_it, without)]
    least_ua = [bound.of(one).average_current_ua for one in (with_it, without)]
    assert least_ua[0] - least_ua[1] > 60
    assert least_ua[0] - least_ua[1] == pytest.approx(drawn_ua[0] - drawn_ua[1], rel=1e-3)


def test_a_step_beyond_twice_the_delta_is_told_and_one_within_is_not() -> None:
    steps = np.repeat([0.0, 10.0, 0.0], 30)
    assert bound.tellings(steps, 4.9, 10) == 3
    assert bound.tellings(steps, 5.0, 10) == 1


def test_what_passes_within_a_block_may_be_missed() -> None:
    spike = np.zeros(40)
    spike[12:18] = 100
    assert bound.tellings(spike, 1, 10) == 1
    spike[10:20] = 100
    assert bound.tellings(spike, 1, 10) == 3


@given(st.lists(st.integers(0, 50), min_size=20, max_size=80), st.integers(1, 20))
def test_no_sender_on_change_tells_less_often(values: list[int], delta: int) -> None:
    told, count = None, 0
    for value in values:
        if told is None or abs(value - told) > delta:
            told, count = value, count + 1
    assert bound.tellings(np.array(values, float), delta, 1) <= count


def test_a_join_of_the_bound_derives_no_key() -> None:
    """A node's own does, where it has a passphrase: it may not be cheaper than the bound's."""
    given = scenario.load("door", ("days=2",))
    joined = bound._joined(given.file.node)
    us = sum(given.board.join_us(part.phase, "stored") for part in joined)
    asleep_fc = price.state_fc(given.board, "deep_sleep", us)
    derived_fc, stored_fc = (
        price.join_fc(given.board, joined, 0, key) for key in ("passphrase", "stored")
    )
    assert bound._tell_fc(given.board, joined, "deep_sleep") + asleep_fc == stored_fc < derived_fc
