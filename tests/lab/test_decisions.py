"""Nodes that decide less: what is switched off, and that each switch does something."""

import pytest

from host_sim.engine.plain import Life
from host_sim.hardware.start import IMAGES, PLAIN
from host_sim.lab import compare, decisions
from host_sim.spec import scenario
from tests.conftest import CHECKOUT

GARDEN = scenario.load("garden")
GREENHOUSE = CHECKOUT / "docs" / "examples" / "greenhouse" / "greenhouse.toml"


def test_with_nothing_left_out_it_is_the_node_as_it_is() -> None:

    file, config = decisions.without(GARDEN, ())
    assert file == GARDEN
    assert config == GARDEN.device()


def test_a_naive_node_tells_all_every_five_minutes_at_full_power_by_a_full_join() -> None:
    _, config = decisions.without(GARDEN, decisions.NAIVE)
    report = config["tasks"][config["report_task"]]
    assert (report["period_ms"], report["early_ms"], config["cache_join"]) == (300_000, 0, 0)
    assert {one["delta"] for one in config["channels"]} == {0}
    assert config["txpower"]["lowest"] == config["txpower"]["highest"] == 10


def test_a_careful_author_waits_with_news_but_not_with_tasks() -> None:
    _, config = decisions.without(GARDEN, decisions.PRACTICE)
    assert config["channels"] == decisions.without(GARDEN, ())[1]["channels"]
    assert {one["early_ms"] for one in config["tasks"]} == {0}
    assert config["cache_join"] == 1


def test_whose_ulp_reads_decides_that_and_practice_does_not() -> None:
    by_ulp = ("node.task.climate.ulp=true", "node.task.light.ulp=true")
    given = scenario.load("garden", by_ulp)
    assert "reading by the ULP" in decisions.that_matter(given)
    assert "reading by the ULP" not in decisions.that_matter(GARDEN)
    for off in (("reading by the ULP",), decisions.PRACTICE, ("send on change",)):
        same, config = decisions.without(given, off)
        assert (same.board.monitors, config["ulp_ms"]) == (False, 0)
        assert config == decisions.without(GARDEN, off)[1]


@pytest.mark.parametrize("name", scenario.names())
def test_a_switch_has_a_slow_clock_and_practice_has_not(name: str) -> None:
    given = scenario.load(name)
    slow = given.file.node.kind == "switch"
    assert given.board.slow == slow
    assert ("slow clock" in decisions.that_matter(given)) == slow
    assert not decisions.practice(given)[0].board.slow


@pytest.mark.parametrize("name", scenario.names())
def test_every_decision_that_matters_changes_the_node(name: str) -> None:
    given = scenario.load(name)
    assert set(decisions.that_matter(given)) >= {"send on change", "remembered join"}
    assert ("lingering" in decisions.that_matter(given)) == (name == "door")


@pytest.mark.parametrize("name", scenario.names())
@pytest.mark.parametrize("image", IMAGES)
def test_good_practice_starts_without_our_library_where_that_was_counted(
    name: str, image: str
) -> None:
    given = scenario.load(name, (f"node.image={image}",))
    same, ours = decisions.without(given, decisions.PRACTICE)
    told, config = decisions.practice(given)
    if name in ("garden", "door"):
        assert told.board == given.board.starting(PLAIN[image], watches=name == "door")
        assert told.board.phase_us("boot") < same.board.phase_us("boot")
        assert config["sleep"]["deep_ms"] < ours["sleep"]["deep_ms"]  # priced by its own start
    else:
        assert (told.board, config) == (same.board, ours)


def test_light_is_planned_with_by_us_alone() -> None:
    """And what a node on light draws is no measure of what a decision brings."""
    given = scenario.load(str(GREENHOUSE), ("days=1",))
    assert decisions.without(given, ())[1]["energy"]["capacity_mc"] > 0
    for off in (decisions.NAIVE, decisions.PRACTICE):
        assert decisions.without(given, off)[1]["energy"]["capacity_mc"] == 0
    told: list[float] = []
    found = compare.runs(given, Life, told.append)
    assert (found.brought, told[-1]) == ([], 1.0)
    assert found.naive.count != found.practice.count
