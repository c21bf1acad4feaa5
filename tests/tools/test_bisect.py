"""torpor bisect on a small history: the commit that loses a budget, and its cause."""

import re
from pathlib import Path

import pytest

from host_sim.spec import scenario
from tests.answered import answered
from tests.refused import refused
from tests.tools.test_diff import git
from tests.tools.test_regressions import TOLERANCE, edit
from torpor_tools import cli

Capture = pytest.CaptureFixture[str]
EDITS = (
    ("delta = 300", "delta = 301"),
    ("late_s = 3_600", "late_s = 3_601"),
    ("warmup_ms = 15", "warmup_ms = 2_015"),
    ("delta = 301", "delta = 302"),
    ("drift_ppm = 40", "drift_ppm = 41"),
)


@pytest.fixture
def garden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six commits, the fourth of which leaves the sensor on."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "garden.toml"
    text = scenario.find("garden").read_text().replace("days = 365", "days = 0.5")
    path.write_text(text + TOLERANCE)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    for old, new in EDITS:
        edit(path, old, new)
        git(tmp_path, "commit", "-q", "-a", "-m", f"{old} is {new}")
    return path


def test_the_commit_is_named_with_its_cause(garden: Path, capsys: Capture) -> None:
    found = answered(capsys, "bisect", "garden.toml", "main~5", "main")
    assert found["said"].endswith(" warmup_ms = 15 is warmup_ms = 2_015")
    assert found["faults"][0].startswith("average_current_ua: ")
    assert "climate sleep, scheduled (0.015 s → 2.02 s each)" in found["why"]["headline"]
    assert [row["key"] for row in found["why"]["keys"]] == ["node.task.climate.warmup_ms"]
    assert cli.run(["bisect", "garden.toml", "main~3", "main~2", "--seeds", "2"]) == 0
    assert "warmup_ms = 15 is warmup_ms = 2_015\naverage_current_ua: " in capsys.readouterr().out


def test_a_commit_that_cannot_be_simulated_is_passed_over(garden: Path, capsys: Capture) -> None:
    text = garden.read_text()
    git(garden.parent, "reset", "-q", "--hard", "main~3")
    garden.write_text(f"{text}[broken\n")
    git(garden.parent, "commit", "-q", "-a", "-m", "not even TOML")
    garden.write_text(text)
    git(garden.parent, "commit", "-q", "-a", "-m", "TOML again")
    found = answered(capsys, "bisect", "garden.toml", "main~4", "main")
    assert found["said"].endswith(" TOML again")
    assert len(found["passed_over"]) == 1
    assert cli.run(["bisect", "garden.toml", "main~2", "main"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^or one before it that cannot be simulated: \w+ not even TOML$", said, re.M)


def test_what_is_wrong_at_a_revision_is_said_of_its_file(garden: Path, capsys: Capture) -> None:
    garden.write_text(f"{garden.read_text()}[broken\n")
    git(garden.parent, "commit", "-q", "-a", "-m", "not even TOML")
    git(garden.parent, "checkout", "-q", "main~1", "--", "garden.toml")
    said = refused(["bisect", "garden.toml", "main~4", "main"], garden.parent, capsys)
    assert re.match(r"torpor: \w+: garden.toml:\d+: ", said)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["main~5", "main~3"], "garden.toml: no budget fails at main~3; name a later commit"),
        (["main", "main~5"], "garden.toml: no budget fails at main~5; name a later commit"),
        (["main", "none"], "no revision none; name a branch, tag or commit"),
        (["main~5", "main", "--budget", "x"], "no budget x; one of battery_life_days, delivered_"),
        (["main~5", "main", "--budget", "delivered_percent"], "no budget fails at main; name a"),
    ],
)
def test_what_cannot_be_searched_is_one_line(
    args: list[str], said: str, garden: Path, capsys: Capture
) -> None:
    assert said in refused(["bisect", "garden.toml", *args], garden.parent, capsys)
