"""torpor check as a user meets it: statuses, baselines, revisions, causes."""

import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from host_sim.errors import BadInput
from host_sim.lab import check, seeds
from host_sim.progress import Progress
from host_sim.spec import scenario
from tests.answered import answered
from tests.refused import refused
from torpor_tools import cli

Capture = pytest.CaptureFixture[str]
TOLERANCE = '\n[[budget]]\nname = "average_current_ua"\ntolerance_percent = 1\n'


@pytest.fixture
def garden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scenario of one's own in the working directory, which tolerates 1 % more current."""
    monkeypatch.chdir(tmp_path)
    path = Path("garden.toml")
    path.write_text(scenario.find("garden").read_text().replace("365", "0.5", 1) + TOLERANCE)
    return path


def told(capsys: Capture, *args: str, status: int = 0) -> Any:
    return answered(capsys, "check", *args, status=status)


def dearer(path: Path) -> None:
    text = path.read_text()
    path.write_text(text.replace("warmup_ms = 15", "warmup_ms = 2_015"))
    assert path.read_text() != text


def test_limits_alone_need_no_baseline(garden: Path, capsys: Capture) -> None:
    document = told(capsys, "garden", "--days", "0.2", "--seeds", "2")
    (one,) = document["scenarios"]
    assert (document["ok"], one["scenario"], one["seeds"]) == (True, "garden", [1, 2])
    assert [row["verdict"] for row in one["budgets"]] == ["pass", "pass"]
    assert one["why"] is None
    assert cli.run(["check", "garden.toml", "--seeds", "1"]) == 0
    told_so = "torpor: nothing to compare garden.toml with; give --baseline or --rev\n"
    assert capsys.readouterr().err == told_so


def test_a_budget_that_does_not_hold_is_status_1(garden: Path, capsys: Capture) -> None:
    limit = "budget.battery_life_days.at_least=10000"
    document = told(capsys, "garden.toml", "--set", limit, "--seeds", "1", status=1)
    (one,) = document["scenarios"]
    assert one["budgets"][0]["faults"] == ["its limit is 10,000"]


def test_a_node_that_nobody_could_flash_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Its passwords are none of a repository's; a file without a way is for a simulation alone."""
    monkeypatch.chdir(tmp_path)
    assert cli.run(["init", "bed", "--board", "lolin32_lite", "--kind", "sensor"]) == 0
    node, words = Path("bed/node.toml"), ["check", "bed/bed.toml", "--days", "7", "--seeds", "1"]
    Path("bed/secrets.toml").unlink()
    assert cli.run(words) == 0
    driver = 'driver = "sht3x.temperature"'
    node.write_text(node.read_text().replace(driver, f"{driver}\nsda = 6\nscl = 22"))
    said = "bed/node.toml:55: sensor.temperature.sda: GPIO 6 is the flash's on the esp32; take an"
    assert said in refused(words, tmp_path, capsys)
    assert cli.run(["sim", *words[1:4]]) == 0
    assert capsys.readouterr().err.startswith(f"torpor: this node could not be flashed: {said}")
    node.write_text(re.sub(r"\[(wifi|broker)\]\n.*\n", "", node.read_text()))
    assert cli.run(words) == 0
    assert "flashed" not in capsys.readouterr().err
    assert cli.run(["sim", *words[1:4]]) == 0
    assert capsys.readouterr().err == ""


def test_a_limit_within_what_is_known_of_the_board_is_too_close_to_call(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same board passes by its own file alone."""
    monkeypatch.setattr("host_sim.lab.interval.DRAWS", 45)
    monkeypatch.setattr("host_sim.lab.interval.FEW_DRAWS", 45)
    args = ("garden", "--days", "0.1", "--seeds", "1")
    (row, _) = told(capsys, *args)["scenarios"][0]["budgets"]
    limit = f"budget.battery_life_days.at_least={0.99 * row['value']}"
    for more, verdict in (((), "pass"), (("--interval",), "too close to call")):
        (row, _) = told(capsys, *args, "--set", limit, *more)["scenarios"][0]["budgets"]
        assert row["verdict"] == verdict
        assert bool(row["between"]) == bool(more)


def test_a_regression_fails_against_the_baseline_and_names_its_cause(
    garden: Path, capsys: Capture
) -> None:
    base = ("garden.toml", "--baseline", "power.toml")
    told(capsys, *base, "--update-baseline", "--seeds", "3")  # two tell no life of half a day
    before = Path("power.toml").read_text()
    same = told(capsys, *base)
    assert [row["change"] for row in same["scenarios"][0]["budgets"]] == [0, 0, 0]
    dearer(garden)
    document = told(capsys, *base, status=1)
    (one,) = document["scenarios"]
    assert [row["verdict"] for row in one["budgets"]] == ["pass", "pass", "FAIL"]
    assert [row["moved"] for row in one["budgets"]] == [True, False, True]
    assert "climate sleep, scheduled (0.015 s → 2.02 s each)" in one["why"]["headline"]
    parts = [part["change_na"] for part in one["why"]["causes"]]
    assert sum(parts) == pytest.approx(one["why"]["change_na"])
    assert Path("power.toml").read_text() == before
    told(capsys, *base, "--update-baseline", "--seeds", "1")
    assert told(capsys, *base)["ok"]


def test_a_smaller_cell_is_a_sentence_and_no_table(garden: Path, capsys: Capture) -> None:
    """There were rows of +0.0 below it."""
    base = ("garden.toml", "--baseline", "power.toml", "--markdown", "power.md")
    told(capsys, *base, "--update-baseline", "--seeds", "3")
    garden.write_text(garden.read_text().replace("capacity_mah = 3_000", "capacity_mah = 400"))
    assert cli.run(["check", *base]) == 1
    for said in (capsys.readouterr().out, Path("power.md").read_text()):
        assert "µA: node.battery.capacity_mah 3000 → 400" in said
        assert "together" not in said


def test_a_figure_that_the_baseline_lacks_is_told(garden: Path, capsys: Capture) -> None:
    """It passed without a word."""
    base = ("garden.toml", "--baseline", "power.toml", "--seeds", "1")
    told(capsys, *base, "--update-baseline")
    by_task = '\n[[budget]]\nname = "charge_mc_per_day"\ntask = "air"\ntolerance_percent = 1\n'
    garden.write_text(garden.read_text().replace('"climate"', '"air"') + by_task)
    assert cli.run(["check", *base]) == 0
    told_so = "torpor: nothing to compare charge_mc_per_day.air of garden.toml with\n"
    assert capsys.readouterr().err == told_so


def test_a_revision_is_compared_with_without_a_baseline(garden: Path, capsys: Capture) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *words], check=True)
    Path("new.toml").write_text(garden.read_text())
    dearer(garden)
    files = ["--junit", "a.xml", "--markdown", "a.md", "--badge", "a.svg"]
    for _ in range(2):  # what it wrote itself it writes anew
        line = ["check", "garden.toml", "new.toml", "--rev", "main", "--seeds", "1", *files]
        assert cli.run([*line, "--github"]) == 1
        out, err = capsys.readouterr()
    assert "\n::error file=garden.toml,line=" in out
    assert all(Path(name).stat().st_size > 500 for name in files[1::2])
    assert "climate sleep, scheduled (0.015 s → 2.02 s each)" in " ".join(out.split())
    assert err == "torpor: nothing to compare new.toml with\n"  # main does not have it


def test_a_baseline_keeps_what_others_have_and_its_seeds(garden: Path, capsys: Capture) -> None:
    base = ("--baseline", "power.toml", "--days", "0.2")
    told(capsys, "garden.toml", *base, "--update-baseline", "--seeds", "2")
    told(capsys, "garden", *base, "--update-baseline", "--seeds", "1")
    both = told(capsys, "garden.toml", "garden", *base)
    assert [one["seeds"] for one in both["scenarios"]] == [[1, 2], [1]]
    for more, said in (
        (["--seeds", "3"], "has 2 seeds; leave --seeds out, or update it"),
        (["--days", "0.3"], "days, and this is 0.3; give --days 0."),
    ):
        assert said in refused(["check", "garden.toml", *base, *more], garden.parent, capsys)


def test_what_is_named_twice_is_checked_once(garden: Path, capsys: Capture) -> None:
    twice = told(capsys, "garden.toml", "garden.toml", "--seeds", "1")
    assert len(twice["scenarios"]) == 1


def test_a_file_that_is_no_baseline_is_told_before_the_work(
    garden: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(check, "check", lambda *_, **how: pytest.fail("it works"))
    Path("true.toml").write_text("a = true\n")
    line = ["check", "garden.toml", "--baseline", "true.toml", "--update-baseline"]
    said = refused(line, garden.parent, capsys)
    assert said.startswith("torpor: true.toml: no baseline of torpor's; write one by torpor check")


def killed(job: seeds.Job, progress: Progress) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow  # two processes more
def test_a_process_that_is_killed_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    with pytest.raises(BadInput, match="a process that simulated was killed; is there enough"):
        seeds.each(killed, [seeds.Job("door")] * 2, seeds.LONG_WAKES, lambda done: None)


@pytest.mark.slow  # two processes more
def test_all_cores_give_what_one_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [seeds.Job("door", ("days=0.1", f"seed={seed}")) for seed in (1, 2)]
    done: list[float] = []
    alone = seeds.each(seeds.simulate, jobs, 0, done.append)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert seeds.each(seeds.simulate, jobs, seeds.LONG_WAKES, done.append) == alone
    assert [share for share in done if share in (0.5, 1)][-2:] == [0.5, 1]
    assert [one.seed for one in alone] == [1, 2]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["hall"], "hall: is a home; name one of its nodes' scenarios"),
        (["garden", "--set", "budget=[]"], "garden: has no [[budget]]; add one: there is nothing"),
        (["garden", "--update-baseline"], "--update-baseline needs a file; name it by --baseline"),
        (["garden", "--baseline", "none.toml"], "none.toml: no such file; make it by --update-ba"),
        (["garden", "--baseline", "x.toml", "--rev", "a"], "two things to compare with; give one"),
        (["garden", "--github", "--json"], "--github's lines are none of JSON's; leave one of"),
        (["garden.toml", "--rev", "main"], "garden.toml: is in no git repository; compare no rev"),
    ],
)
def test_what_cannot_be_checked_is_one_line(
    args: list[str], said: str, garden: Path, capsys: Capture
) -> None:
    assert said in refused(["check", "--days=1", *args], garden.parent, capsys)
