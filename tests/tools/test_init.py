"""A project that `torpor init` writes passes as it is, on any board; half of one is none."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from host_sim.hardware import board
from host_sim.spec import scenario
from host_sim.spec.figures import FIGURES
from tests.conftest import CHECKOUT
from tests.refused import refused
from tests.tools import test_action
from torpor_tools import cli
from torpor_tools.project import made
from torpor_tools.provision import node_toml

Capture = pytest.CaptureFixture[str]
WORKFLOW = ".github/workflows/power.yml"
FILES = [
    WORKFLOW,
    ".gitignore",
    "node.toml",
    "pytest.ini",
    "secrets.toml",
    "shed.toml",
    "test_power.py",
]


def init(*words: str) -> int:
    return cli.run(["init", *words])


@pytest.fixture
def shed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "shed"


def test_it_has_a_workflow_of_the_action(shed: Path, capsys: Capture) -> None:
    """That its test passes docs/own-project.md shows."""
    assert init("shed", "--board", "xiao_esp32c3", "--json") == 0
    assert json.loads(capsys.readouterr().out)["files"] == FILES
    found = (path.relative_to(shed).as_posix() for path in shed.rglob("*") if path.is_file())
    assert sorted(found) == FILES
    workflow = yaml.safe_load((shed / WORKFLOW).read_text())
    assert workflow[True] == {"pull_request": None, "push": {"branches": ["**"]}}  # on, to YAML
    checkout, action, *_ = workflow["jobs"]["budgets"]["steps"]
    assert checkout["with"] == {"fetch-depth": 0}
    rev = "origin/${{ github.base_ref || github.ref_name }}"
    assert action["with"] == {"scenarios": "shed.toml", "rev": rev}
    assert set(action["with"]) <= set(
        yaml.safe_load((CHECKOUT / "action.yml").read_text())["inputs"]
    )


@pytest.mark.parametrize(
    ("has_pytest", "last"), [(True, "pytest"), (False, "torpor check shed.toml")]
)
def test_what_to_do_next_is_what_can_be_done(
    has_pytest: bool, last: str, shed: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr("torpor_tools.commands.init.find_spec", lambda name: has_pytest or None)
    assert init("shed", "--board", "xiao_esp32c3") == 0
    told = capsys.readouterr().out
    assert told.endswith(f"\nNow: cd shed; torpor sim shed.toml; {last}\n")


@pytest.mark.slow
def test_its_job_passes_and_fails_where_its_node_draws_more(shed: Path) -> None:
    """The steps of the action, run as a runner would."""
    assert init("shed", "--board", "xiao_esp32c3") == 0
    for words in (("init", "-q", "-b", "main"), ("add", "."), ("commit", "-qm", "A shed")):
        subprocess.run((*test_action.GIT, *words), cwd=shed, check=True)
    status, said, summary = test_action.run(shed, scenarios="shed.toml", rev="main")
    assert status == 0, said
    assert "✅ pass" in summary
    node = shed / "node.toml"
    node.write_text(node.read_text().replace("within_s = 1_800", "within_s = 1_200"))
    status, said, summary = test_action.run(shed, scenarios="shed.toml", rev="main")
    assert status == 1, said
    assert "::error file=shed.toml,line=" in said
    assert "% worse, 2 % are tolerated" in said  # and its limit holds
    assert "its limit is" not in said
    assert "report join, delta" in summary


@pytest.mark.parametrize("kind", made.BUDGETS)
def test_what_is_simulated_is_what_would_be_flashed(shed: Path, kind: str) -> None:
    assert init("shed", "--board", "lolin32_lite", "--kind", kind) == 0
    flashed, simulated = node_toml.load(shed / "node.toml"), scenario.load(str(shed / "shed.toml"))
    assert (flashed.config["name"], flashed.board) == ("shed", simulated.board)
    assert simulated.own["node"] == shed / "node.toml"
    assert [one.name for one in simulated.file.budget] == list(made.BUDGETS[kind])
    assert cli.run(["check", str(shed / "shed.toml"), "--seeds", "2"]) == 0


@pytest.mark.parametrize("kind", made.BUDGETS)
def test_each_board_may_be_each_kind(tmp_path: Path, kind: str) -> None:
    """Their pins; what they draw is simulated of one."""
    for name in board.names():
        path = tmp_path / f"{name}.toml"
        path.write_text(made.filled(f"{kind}/node.toml", "shed", name))
        assert node_toml.load(path).board.file.name == name


@pytest.mark.parametrize(
    ("value", "better", "limit"),
    [
        (100.0, "at_least", 90),
        (99.9, "at_least", 89),
        (637.7, "at_least", 570),
        (1.343, "at_most", 1.5),
        (100.0, "at_most", 110),
        (21_511, "at_most", 24_000),
        (0.0, "at_most", 0),
    ],
)
def test_a_limit_leaves_a_tenth(value: float, better: str, limit: float) -> None:
    assert made.limit(value, better) == pytest.approx(limit)


@pytest.mark.parametrize(
    ("value", "text"), [(31_174.2, "31,170"), (763.596, "763.6"), (1.2149, "1.215"), (0.0, "0")]
)
def test_a_figure_is_written_out(value: float, text: str) -> None:
    assert made.shown(value) == text


def test_every_figure_of_its_budgets_is_one() -> None:
    assert {name for names in made.BUDGETS.values() for name in names} <= set(FIGURES)


def test_a_board_of_ones_own_is_named_as_seen_from_the_node(shed: Path) -> None:
    mine = shed.parent / "mine" / "board.toml"
    mine.parent.mkdir()
    mine.write_text((CHECKOUT / "boards" / "xiao_esp32c3" / "board.toml").read_text())
    assert init("shed", "--board", "mine/board.toml") == 0
    assert 'board = "../mine/board.toml"' in (shed / "node.toml").read_text()
    assert cli.run(["sim", str(shed / "shed.toml"), "--days", "1"]) in (0, 1)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("Shed", "--board", "lolin32_lite"), "is no name of a node: Shed; begin with a to z"),
        (("x" * 25, "--board", "lolin32_lite"), "is no name of a node"),
        (("node", "--board", "lolin32_lite"), "node: its scenario would be node.toml, another"),
        (("secrets", "--board", "lolin32_lite"), "secrets: its scenario would be secrets.toml"),
        (("none/shed", "--board", "lolin32_lite"), "its folder does not exist; create it first"),
        (("shed", "--board", "bare.toml"), "bare.toml: is no board for a sensor ("),
        (("shed",), "Missing option '--board'"),
        (("here", "--board", "lolin32_lite"), "here: exists; remove it or choose another name"),
    ],
)
def test_a_wrong_word_writes_nothing(
    shed: Path, words: tuple[str, ...], told: str, capsys: Capture
) -> None:
    (shed.parent / "here").mkdir()
    text = (CHECKOUT / "boards" / "xiao_esp32c3" / "board.toml").read_text()
    (shed.parent / "bare.toml").write_text(text.replace("battery_adc = ", "cell = "))
    assert told in refused(["init", *words], shed.parent, capsys)


def test_a_disk_that_is_full_leaves_nothing(shed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.rename", full)
    assert init("shed", "--board", "lolin32_lite", "--kind", "switch") == 2
    assert list(shed.parent.iterdir()) == []
