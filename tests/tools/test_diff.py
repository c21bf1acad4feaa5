"""torpor diff as a user meets it: runs, scenarios, revisions."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from host_sim.spec import scenario
from tests.conftest import CHECKOUT
from tools import cli

Capture = pytest.CaptureFixture[str]


def told(capsys: Capture, *args: str) -> Any:
    assert cli.run(["diff", *args, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_two_runs_that_were_kept_are_as_the_two_scenarios(tmp_path: Path, capsys: Capture) -> None:
    runs = []
    for name, changes in (("a", []), ("b", ["--set", "node.report.period_s=3600"])):
        runs.append(str(tmp_path / f"{name}.json"))
        assert cli.run(["sim", "garden", "--days", "2", *changes, "--save", runs[-1]]) == 0
    capsys.readouterr()
    kept = told(capsys, *runs)
    assert kept == told(capsys, "garden", "--days", "2", "--set", "node.report.period_s=3600")
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
    """A checkout of Torpor's own whose last commit's firmware sends thrice as often as now."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("boards", "host_sim", "tools"):
        (folder / name).symlink_to(CHECKOUT / name)
    shutil.copytree(CHECKOUT / "firmware", folder / "firmware")
    shutil.copy(scenario.find("garden"), folder)
    node = folder / "firmware/torpor/node.py"
    text = node.read_text()
    again = text.replace("        if attempts:\n", "        if attempts and _ > 0:\n")
    assert again != text
    node.write_text(again)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    return folder


def test_a_revision_runs_its_own_firmware_and_file(project: Path, capsys: Capture) -> None:
    """From a firmware that sends again what was acknowledged, to this one."""
    path = project / "garden.toml"
    path.write_text(path.read_text().replace("warmup_ms = 15", "warmup_ms = 16"))
    found = told(capsys, str(path), "--rev", "main", "--days", "1")
    retried = [one for one in found["causes"] if one["decision"] == "retry"]
    assert {one["task"] for one in retried} == {"report"}
    assert all(one["per_day_before"] > 10 and one["per_day_after"] == 0 for one in retried)
    (key,) = found["keys"]
    assert key == {"key": "node.task.climate.warmup_ms", "before": 15, "after": 16}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["{garden}", "--rev", "nobody"], "no revision nobody; name a branch, tag or commit"),
        (["{garden}", "--rev", "-h"], "no revision -h; name a branch, tag or commit"),
        (["{garden}", "--rev", "main", "--set", "x=1"], "--set: x: unknown key"),
        (["{new}", "--rev", "main"], "main has no such file; name a later one"),
        (["{outside}", "--rev", "main"], "is in no git repository; leave --rev out"),
        (["{garden}"], "is compared with nothing; name another, --set or --rev"),
        (["hall", "garden"], "is a home; name one of its nodes' scenarios"),
        (["run.json", "garden"], "--set, --days and --rev change nothing"),
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
    assert cli.run(["diff", "--days=1", *(names.get(arg, arg) for arg in args)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert told.err.count("\n") == 1
