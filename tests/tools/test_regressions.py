"""Three regressions as a branch would bring them, each found and named by its cause.

A window that is lost, a sensor that is left on, a retry loop in the firmware; beside main.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from host_sim.spec import scenario
from tests.conftest import CHECKOUT, sources
from tests.tools.test_diff import git
from torpor_tools import cli

CHECK = ("check", "garden.toml", "--rev", "main", "--seeds", "1", "--json")
TOLERANCE = '\n[[budget]]\nname = "average_current_ua"\ntolerance_percent = 1\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node's folder. Its light is read on a grid of its own, and no reading is left out."""
    monkeypatch.chdir(tmp_path)
    text = scenario.find("garden").read_text().replace("days = 365", "days = 1")
    for was, now in (("= 300", 300), ("= 900", 700)):
        assert text.count(f"period_s {was}\n") == 1
        text = text.replace(f"period_s {was}\n", f"period_s = {now}\nlongest_s = {now}\n")
    (tmp_path / "garden.toml").write_text(text + TOLERANCE)
    return tmp_path


def commit(project: Path) -> None:
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "first")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def named(printed: str, *cause: str) -> str:
    """The sentence about a check that failed, whose first cause must be this."""
    (one,) = json.loads(printed)["scenarios"]
    assert one["budgets"][-1]["verdict"] == "FAIL"
    why: Any = one["why"]
    first = why["causes"][0]
    assert (first["task"], first["activity"], first["decision"]) == cause
    assert sum(part["change_na"] for part in why["causes"]) == pytest.approx(why["change_na"])
    return str(why["headline"])


def test_a_lost_window(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(project)
    edit(project / "garden.toml", "early_s = 300\nlate_s = 300", "early_s = 0\nlate_s = 0")
    assert cli.run(CHECK) == 1
    said = named(capsys.readouterr().out, "node", "start", "scheduled")
    was, now = map(float, re.findall(r"node start, scheduled \((\S+) → (\S+) a day\)", said)[0])
    assert now > 1.05 * was
    assert "light coalesced in 0% of its" in said
    assert "%; node.task.light.early_s 300 → 0; node.task.light.late_s 300 → 0" in said


def test_a_sensor_left_on(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(project)
    edit(project / "garden.toml", "warmup_ms = 15", "warmup_ms = 2_015")
    assert cli.run(CHECK) == 1
    said = named(capsys.readouterr().out, "climate", "sleep", "scheduled")
    assert ": +10.7 climate sleep, scheduled (0.015 s → 2.02 s each); " in said  # of 12.1 µA
    assert said.endswith("; node.task.climate.warmup_ms 15 → 2015")


def test_a_retry_loop_in_the_firmware(project: Path) -> None:
    """In a checkout of Torpor's own: the branch runs its firmware, main the one that it has."""
    for name in ("boards", "host_sim", "tools"):
        (project / name).symlink_to(CHECKOUT / name)
    shutil.copytree(CHECKOUT / "firmware", project / "firmware")
    commit(project)
    delivery = project / "firmware/torpor/delivery.py"
    edit(delivery, "in range(2):", "in range(20):")
    edit(delivery, "        if attempts:\n", "        if attempts and sends == 19:\n")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "torpor_tools.start", *CHECK],
        env={**os.environ, "PYTHONPATH": sources(project)},
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    said = named(done.stdout, "report", "message", "retry")
    assert "report message, retry (0.0 → " in said
    assert "keys" not in said
