"""A scenario's node and budgets in files of their own: the same run, and faults at their lines."""

from pathlib import Path

import pytest

from host_sim.errors import BadInput
from host_sim.lab import check
from host_sim.spec import scenario
from host_sim.spec.scenario import Scenario
from tests.provision.conftest import NODE
from tests.sim.files import text_of
from torpor_tools import cli

BUDGETS = '[[budget]]\nname = "wakes_per_day"\nat_most = 300\n'


@pytest.fixture
def apart(tmp_path: Path) -> Path:
    """The garden in three files, the node's with what only a node has."""
    text = text_of("garden").replace("days = 365", "days = 0.1")
    head, rest = text.split("[node]", 1)
    node, world = rest.split("[world.reads]", 1)
    world, _ = world.split("[[budget]]", 1)
    board = 'board = "lolin32_lite"\n'
    (tmp_path / "node.toml").write_text(f'name = "n"\n{board}\n[node]{node}')
    (tmp_path / "most.toml").write_text(BUDGETS)
    path = tmp_path / "garden.toml"
    own = 'node = "node.toml"\nbudget = "most.toml"\n'
    path.write_text(f"{head.replace(board, own)}\n[world.reads]{world}")
    return path


def loaded(path: Path, *changes: str) -> Scenario:
    return scenario.load(str(path), changes)


def test_it_is_the_same_scenario(apart: Path) -> None:
    found, whole = loaded(apart), scenario.load("garden", ("days=0.1",))
    assert (found.file.node, found.board) == (whole.file.node, whole.board)
    assert [one.name for one in found.file.budget] == ["wakes_per_day"]
    names = {path.name for path in scenario.inputs(found)}
    assert {"garden.toml", "node.toml", "most.toml"} <= names


def test_its_keys_may_be_changed(apart: Path) -> None:
    found = loaded(apart, "board=xiao_esp32c3", "node.task.climate.period_s=600")
    assert (found.board.file.name, found.file.node.task[0].period_s) == ("xiao_esp32c3", 600)


def test_a_board_of_ones_own_lies_beside_the_node(apart: Path) -> None:
    (apart.parent / "nodes").mkdir()
    node = (apart.parent / "node.toml").rename(apart.parent / "nodes" / "node.toml")
    node.write_text(node.read_text().replace('"lolin32_lite"', '"mine.toml"'))
    apart.write_text(apart.read_text().replace('"node.toml"', '"nodes/node.toml"'))
    with pytest.raises(BadInput, match=r"nodes/mine\.toml: no such file"):
        loaded(apart)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("node.toml", "period_s = 300", "period_s = 0", r"node.toml:\d+: node.task\[0\].period_s"),
        ("node.toml", '["light"]', '["x"]', r"node.toml:\d+: node.task\[1\].channels: no channel"),
        ("node.toml", "lolin32_lite", "lolin", r"node.toml:2: board: no board named lolin"),
        ("node.toml", "[node]", "[nodes]", r"node.toml:\d+: node: the key kind is missing"),
        ("most.toml", "at_most", "at_mots", r"most.toml:3: budget\[0\].at_mots: unknown key"),
        ("most.toml", "at_most = 300", "", r"most.toml:1: budget\[0\]: has no limit"),
        ("most.toml", "wakes", "waks", r"most.toml:2: budget\[0\].name: invalid enum value"),
        ("garden.toml", "days", 'board = "esp32c5"\ndays', r"garden.toml:\d+: board: the board is"),
        ("garden.toml", '"most.toml"', '"none.toml"', "none.toml: no such file"),
        ("garden.toml", '"most.toml"', '"garden.toml"', "garden.toml:.*: budget: expected list"),
    ],
)
def test_a_fault_is_told_where_it_stands(
    apart: Path, name: str, old: str, new: str, told: str
) -> None:
    path = apart.parent / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(BadInput, match=told):
        loaded(apart)


def test_a_verdict_is_told_at_the_budgets_line(
    apart: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (apart.parent / "most.toml").write_text(BUDGETS.replace("300", "1"))
    assert cli.run(["check", str(apart), "--seeds", "1", "--github"]) == 1
    assert "most.toml,line=1,title=wakes_per_day::" in capsys.readouterr().out
    asked = check.asked((str(apart),), None, (), 1)
    assert asked[0].given.place("budget") == apart.parent / "most.toml"


def test_a_node_alone_has_no_world(tmp_path: Path) -> None:
    (tmp_path / "node.toml").write_text(NODE)
    with pytest.raises(BadInput, match="says nothing of a world; write a scenario beside it"):
        loaded(tmp_path / "node.toml")
