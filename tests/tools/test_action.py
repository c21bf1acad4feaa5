"""The GitHub action, its steps run here as a runner would, on a repository of somebody's own."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from host_sim.spec import scenario
from tests.conftest import CHECKOUT, sources

ACTION: Any = yaml.safe_load((CHECKOUT / "action.yml").read_text())
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@b")
TOLERANCE = '\n[[budget]]\nname = "average_current_ua"\ntolerance_percent = 1\n'


def filled_in(text: str, given: dict[str, str]) -> str:
    """What stands for each ${{ expression }}; KeyError for one that nothing stands for."""
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: given[found[1]], text)


def run(folder: Path, **inputs: str) -> tuple[int, str, str]:
    """The step that checks, in a repository: status, what it prints, and the job's summary."""
    known = {name: one.get("default") for name, one in ACTION["inputs"].items()} | inputs
    given = {f"inputs.{name}": value for name, value in known.items()}
    given |= {"runner.temp": str(folder / "temp")}
    (step,) = (one for one in ACTION["runs"]["steps"] if one.get("name") == "check")
    (folder / "bin").mkdir(exist_ok=True)
    torpor = folder / "bin" / "torpor"
    torpor.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m torpor_tools.start "$@"\n')
    torpor.chmod(0o755)
    summary = folder / "temp" / "step"
    summary.parent.mkdir(exist_ok=True)
    environment = {name: filled_in(value, given) for name, value in step["env"].items()}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={
            **os.environ,
            **environment,
            "PATH": f"{torpor.parent}:{os.environ['PATH']}",
            "PYTHONPATH": sources(),
            "GITHUB_STEP_SUMMARY": str(summary),
        },
        text=True,
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr, summary.read_text()


def test_a_pull_request_that_costs_battery_life_fails_and_names_its_cause(tmp_path: Path) -> None:
    path = tmp_path / "nodes" / "garden.toml"
    path.parent.mkdir()
    text = scenario.find("garden").read_text().replace("days = 365", "days = 0.5") + TOLERANCE
    path.write_text(text)
    for words in (["init", "-q", "-b", "main"], ["add", "nodes"], ["commit", "-q", "-m", "one"]):
        subprocess.run([*GIT, *words], cwd=tmp_path, check=True)
    path.write_text(text.replace("warmup_ms = 15", "warmup_ms = 2_015"))
    status, said, summary = run(tmp_path, scenarios="nodes/*.toml", rev="main", seeds="2")
    assert status == 1, said
    line = text.splitlines().index('name = "average_current_ua"')
    assert f"::error file=nodes/garden.toml,line={line},title=average_current_ua::" in said
    assert "❌ FAIL" in summary
    assert "climate sleep, scheduled (0.015 s → 2.02 s each)" in summary
    files = ("badge.svg", "index.html", "junit.xml", "summary.md")
    assert sorted(one.name for one in (tmp_path / "temp" / "torpor").iterdir()) == list(files)


def test_a_limit_within_what_is_known_of_the_board_is_annotated(tmp_path: Path) -> None:
    text = scenario.find("garden").read_text().replace("days = 365", "days = 0.5")
    text = text.replace("at_least = 180", "at_least = 700")  # of 750 or so
    (tmp_path / "garden.toml").write_text(text)
    status, said, summary = run(tmp_path, scenarios="garden.toml", interval="true", seeds="1")
    assert status == 0, said
    assert "::warning file=garden.toml,line=" in said
    assert "too close to call" in summary


def test_every_expression_is_known_and_every_file_is_there() -> None:
    text = (CHECKOUT / "action.yml").read_text()
    known = {f"inputs.{name}" for name in ACTION["inputs"]}
    found = set(re.findall(r"\$\{\{ ([\w.-]+) \}\}", text))
    assert found == known | {"github.action_path", "runner.temp"}
    assert set(re.findall(r"\$TORPOR/([\w.]+)", text)) == {"requirements.txt"}
    assert (CHECKOUT / "requirements.txt").is_file()


@pytest.mark.parametrize("step", [one for one in ACTION["runs"]["steps"] if "run" in one])
def test_no_expression_is_pasted_into_a_shell(step: dict[str, str]) -> None:
    """A branch's name could be a command."""
    assert "${{" not in step["run"]
