"""Nodes that decide less: what is switched off, and that each switch does something."""

import pytest

from host_sim.lab import decisions
from host_sim.spec import scenario

GARDEN = scenario.load("garden")


def test_with_nothing_left_out_it_is_the_node_as_it_is() -> None:
    from host_sim.spec.configure import device_config

    file, config = decisions.without(GARDEN, ())
    assert file == GARDEN
    assert config == device_config(GARDEN.file.node, GARDEN.board)


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


@pytest.mark.parametrize("name", scenario.names())
def test_every_decision_that_matters_changes_the_node(name: str) -> None:
    given = scenario.load(name)
    assert set(decisions.that_matter(given)) >= {"send on change", "remembered join"}
    assert ("lingering" in decisions.that_matter(given)) == (name == "door")
