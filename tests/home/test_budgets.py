"""Budgets of a home's nodes: they change the exit status, and its tables name what is wrong."""

import math
from pathlib import Path
from typing import Any

import pytest

from host_sim.sim.result import Result
from tests.answered import answered
from tests.conftest import CHECKOUT
from torpor_tools import cli
from torpor_tools.show import homebudgets

Capture = pytest.CaptureFixture[str]
GREENHOUSE = CHECKOUT / "docs/examples/greenhouse/greenhouse.toml"
HOME = """title = "x"
days = 3
[[nodes]]
name = "first"
scenario = "garden"
place_m = [5, 0]
set = ['budget=[{{name="wakes_per_day",at_most={most}}}]']
[[nodes]]
name = "other"
scenario = "{other}"
place_m = [9, 0]
set = [{set}]
"""


def home(tmp_path: Path, most: float = 1e6, other: object = "plug", change: str = "") -> str:
    path = tmp_path / "mine.toml"
    path.write_text(HOME.format(most=most, other=other, set=change))
    return str(path)


def squeezed(capsys: Capture) -> list[str]:
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    return [" ".join(line.split()) for line in printed.splitlines()]


def test_a_budget_of_one_node_decides_the_exit_status_at_its_limit(
    tmp_path: Path, capsys: Capture
) -> None:
    wakes = answered(capsys, "sim", home(tmp_path))["nodes"][0]["wakes_per_day"]
    assert cli.run(["sim", home(tmp_path, wakes)]) == 0
    assert f"first wakes_per_day {wakes:.1f} <= {wakes:.1f} pass" in squeezed(capsys)
    under = math.nextafter(wakes, 0)
    assert cli.run(["sim", home(tmp_path, under)]) == 1
    lines = squeezed(capsys)
    assert f"first wakes_per_day {wakes:.1f} <= {wakes:.1f} FAIL" in lines
    assert any(line.startswith("other average_current_ua") and "pass" in line for line in lines)
    nodes = answered(capsys, "sim", home(tmp_path, under), status=1)["nodes"]
    assert [[one["ok"] for one in node["budgets"]] for node in nodes] == [[False], [True]]


def test_a_node_that_was_off_says_how_long(tmp_path: Path, capsys: Capture) -> None:
    path = home(tmp_path, other=GREENHOUSE, change='"world.harvest.charged_percent=9"')
    node = answered(capsys, "sim", path, status=1)["nodes"][1]
    off_h, stored = node["off_h_per_day"], node["harvested_mc_per_day"]
    assert off_h > 1
    assert cli.run(["sim", path]) == 1
    lines = squeezed(capsys)
    assert "node stored, mC a day off, h a day" in lines
    assert f"other {stored:,.0f} {off_h:.1f}" in lines
    assert f"other off_h_per_day {off_h:.1f} <= 0.0 FAIL" in lines


def test_a_cell_that_did_not_last_is_told(tmp_path: Path, capsys: Capture) -> None:
    path = home(tmp_path, other="garden", change='"node.battery.capacity_mah=5"')
    assert cli.run(["sim", path]) == 1
    told = [line for line in squeezed(capsys) if " ended after " in line]
    assert len(told) == 1
    assert told[0].startswith("other ended after 2.")


def test_of_many_nodes_the_first_that_ended_is_told(capsys: Capture) -> None:
    line = ["sim", "thousand", "--days", "1", "--set", "nodes.bed.count=13"]
    assert cli.run([*line, "--set", 'nodes.bed.set=["node.battery.capacity_mah=1"]']) == 1
    lines = squeezed(capsys)
    (told,) = (line for line in lines if " ended after " in line)
    assert told.endswith("; 13 nodes ended before the run did")
    assert any(line.endswith("FAIL 13 of 13 fail") for line in lines)


class Judged(Result):
    """A result of which only the budgets are asked for."""

    def __init__(self, *values: float | None) -> None:
        self.values = values

    def budgets(self) -> list[dict[str, Any]]:
        bounds = zip(("at_most", "at_least"), self.values, strict=True)
        return [
            {"name": bound, "value": value, "limit": 5.0, "bound": bound, "how": "simulated"}
            | {"ok": value is not None and (value <= 5 if bound == "at_most" else value >= 5)}
            for bound, value in bounds
        ]


def test_of_many_nodes_the_worst_of_each_limit_is_told() -> None:
    named: list[homebudgets.Named] = [("a", Judged(1, 7)), ("b", Judged(6, 5)), ("c", Judged(9, 6))]
    assert len(homebudgets.rows(named, each=True)) == 6
    most, least = homebudgets.rows(named, each=False)
    assert (most[:3], most[-1]) == (["c", "at_most", "9.0"], "2 of 3 fail")
    assert (least[:3], least[-1]) == (["b", "at_least", "5.0"], "")
    named.append(("d", Judged(0, None)))
    assert homebudgets.rows(named, each=False)[1][:3] == ["d", "at_least", "-"]
