"""torpor diff as a user meets it: runs, scenarios, revisions."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from host_sim.spec import scenario
from tests.answered import answered
from tests.refused import refused
from torpor_tools import cli

Capture = pytest.CaptureFixture[str]


def told(capsys: Capture, *args: str) -> Any:
    return answered(capsys, "diff", *args)


def test_two_runs_that_were_kept_are_as_the_two_scenarios(tmp_path: Path, capsys: Capture) -> None:
    runs = []
    for name, changes in (("a", []), ("b", ["--set", "node.report.period_s=3600"])):
        runs.append(str(tmp_path / f"{name}.json"))
        assert cli.run(["sim", "garden", "--days", "0.5", *changes, "--save", runs[-1]]) == 0
    capsys.readouterr()
    kept = told(capsys, *runs)
    assert kept == told(capsys, "garden", "--days", "0.5", "--set", "node.report.period_s=3600")
    assert sum(one["change_na"] for one in kept["causes"]) == pytest.approx(kept["change_na"])
    was, now = (kept[side]["figures"]["average_current_ua"] for side in ("before", "after"))
    assert kept["change_na"] / 1000 == pytest.approx(now - was)
    assert kept["keys"] == [{"key": "node.report.period_s", "before": 10_800, "after": 3_600}]


def git(folder: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words],
        cwd=folder,
        check=True,
        capture_output=True,
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one scenario."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(scenario.find("garden"), folder)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    return folder


def test_a_revision_has_its_own_file(project: Path, capsys: Capture) -> None:
    path = project / "garden.toml"
    path.write_text(path.read_text().replace("warmup_ms = 15", "warmup_ms = 16"))
    found = told(capsys, str(path), "--rev", "main", "--days", "0.2")
    assert found["keys"] == [{"key": "node.task.climate.warmup_ms", "before": 15, "after": 16}]
    both = told(capsys, str(path), "--rev", "main..HEAD", "--days", "0.2")
    assert (both["change_na"], both["keys"]) == (0, [])
    assert "warmup_ms = 16" in path.read_text()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["{garden}", "--rev", "nobody"], "no revision nobody; name a branch, tag or commit"),
        (["{garden}", "--rev", "-h"], "no revision -h; name a branch, tag or commit"),
        (["{garden}", "--rev", "main", "--set", "x=1"], "--set: x: unknown key"),
        (["{new}", "--rev", "main"], "new.toml: main has no such file; name a later one"),
        (["{outside}", "--rev", "main"], "is in no git repository; compare no revisions"),
        (["{garden}"], "is compared with nothing; name another, --set or --rev"),
        (["nope"], "no scenario named nope; one of door, "),
        (["none.json"], "none.json: no such file"),
        (["hall", "garden"], "is a home; name one of its nodes' scenarios"),
        (["hall"], "is a home; name one of its nodes' scenarios"),
        (
            ["run.json", "garden"],
            "run.json: a run that is over: --set, --days and --rev change nothing",
        ),
    ],
)
def test_what_cannot_be_compared_is_one_line(
    args: list[str], said: str, project: Path, tmp_path: Path, capsys: Capture
) -> None:
    new = project / "new.toml"
    for path in (new, tmp_path / "outside.toml"):
        shutil.copy(scenario.find("garden"), path)
    names = {
        "{garden}": str(project / "garden.toml"),
        "{new}": str(new),
        "{outside}": str(tmp_path / "outside.toml"),
    }
    named = (names.get(arg, arg) for arg in args)
    assert said in refused(["diff", "--days=0.2", *named], tmp_path, capsys)


def test_a_run_that_is_over_has_no_revision(tmp_path: Path, capsys: Capture) -> None:
    said = refused(["diff", "garden", "run.json", "--rev", "..main"], tmp_path, capsys)
    assert said.startswith("torpor: run.json: a run that is over: ")
