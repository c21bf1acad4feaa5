"""The pytest plugin as its user meets it, and the supply against the kit's protocol."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from host_sim.errors import BadInput
from host_sim.lab import standing
from host_sim.lab.seeds import Job, simulate
from host_sim.spec import scenario
from tests.conftest import CHECKOUT
from tests.tools.ppk2_device import METADATA, POWER, START, STOP, Device, ua, word
from torpor_tools.hil import bench
from torpor_tools.hil.power import Switch
from torpor_tools.hil.supply import Supply

FAILS = """
def test_it(node):
    node.interrupt()
    node.link.exec_raw_no_follow("print('said', 6 * 7)")
    assert node.expect(r"said (\\d+)\\s")[1] == "42"
    node.expect("never said", 0.2)
"""


def run(
    folder: Path, *options: str, test: str = "def test_it(node): pass", **environment: str
) -> tuple[int, str]:
    """A run of pytest of somebody's own: its status, and what it prints."""
    (folder / "test_mine.py").write_text(test)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), **environment},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="the virtual board needs Linux")
def test_a_failure_tells_the_pattern_the_last_lines_and_the_log(tmp_path: Path) -> None:
    status, said = run(tmp_path, "--basetemp", str(tmp_path / "base"), test=FAILS)
    assert status == 1
    assert "NotSeen: no 'never said' in 0.2 s" in said
    report = said[said.index("- node -") :].splitlines()
    assert any(line.endswith("said 42") for line in report)
    log = tmp_path / "base" / "test_it0" / "node.log"
    assert f"log: {log}" in report
    assert "said 42" in log.read_text()


@pytest.mark.parametrize(
    ("option", "value", "line"),
    [
        ("--board", "esp33", "ERROR: no board named esp33; one of"),
        ("--bench", "none.toml", "ERROR: none.toml: no such file; check the path"),
        ("--bench", "bench.toml", "ERROR: bench.toml:1: relay: the key on is missing; add it"),
        ("--port", "none", "none: cannot be opened; is a board there, and no other program at it?"),
    ],
)
def test_a_wrong_option_is_one_line(tmp_path: Path, option: str, value: str, line: str) -> None:
    (tmp_path / "bench.toml").write_text('[relay]\noff = "true"\n')
    status, said = run(tmp_path, option, value)
    assert status != 0
    assert line in said
    assert "Traceback" not in said


def test_a_test_that_needs_a_supply_is_skipped_without_one(tmp_path: Path) -> None:
    status, said = run(tmp_path, "-rs", test="def test_it(supply): pass")
    assert status == 0
    assert "no [supply] in the file that --bench names" in said


def test_the_relay_runs_its_commands(tmp_path: Path) -> None:
    switch = Switch(bench.Relay(off=f"echo off >> {tmp_path}/did", on=f"echo on >> {tmp_path}/did"))
    switch.off()
    switch.on()
    assert (tmp_path / "did").read_text() == "off\non\n"
    with pytest.raises(subprocess.CalledProcessError):
        Switch(bench.Relay(off="false", on="true")).off()


BUDGETS = """
def test_it_lasts(power_budget):
    assert power_budget("garden.toml").battery_life_days >= 10

def test_it_lasts_longer(power_budget):
    assert power_budget("garden.toml").battery_life_days >= 9999

def test_by_task(power_budget):
    assert 1 > power_budget("garden.toml").task("report", "charge_mc_per_day")

def test_changed(power_budget):
    assert power_budget("garden.toml", "node.task.climate.period_s=3000").wakes_per_day <= 250

def test_unknown(power_budget):
    power_budget("garden.toml").battery_life

def test_missing(power_budget):
    power_budget("none.toml")
"""


def test_a_budget_that_fails_explains_itself(tmp_path: Path) -> None:
    """Against the baseline that stands beside it; by a worker of xdist, too."""
    path = tmp_path / "garden.toml"
    text = scenario.find("garden").read_text().replace("days = 365", "days = 0.2")
    path.write_text(text)
    kept = standing.of([simulate(Job(str(path), (f"seed={seed}",))) for seed in (1, 2)])
    standing.save({"garden.toml": kept}, tmp_path / "power.toml")
    path.write_text(text.replace("warmup_ms = 15", "warmup_ms = 2_015"))
    options = ("-n", "1", "--rootdir", str(tmp_path), "-p", "xdist.plugin")
    no_others = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # which take their time
    own = ("-p", "torpor_tools.pytest_torpor")
    status, said = run(tmp_path, *options, *own, test=BUDGETS, **no_others)
    assert status == 1
    assert "2 passed" in said
    assert "4 failed" in said
    lines = [" ".join(line.removeprefix("E").split()) for line in said.splitlines()]
    at = next(i for i, line in enumerate(lines) if "battery_life_days of garden.toml is" in line)
    assert lines[at].endswith("(seeds 1, 2)")
    assert lines[at + 1].startswith("in the baseline it is ")
    assert "climate sleep, scheduled (0.015 s → 2.02 s each)" in lines[at + 2]
    table = lines[at + 2 :][lines[at + 2 :].index("cause µA often long current times a day") :]
    assert any(re.fullmatch(r"together \+[1-9]\.\d", line) for line in table)
    assert "charge_mc_per_day.report of garden.toml is " in said
    assert "no figure battery_life; one of average_current_ua" in said
    assert "none.toml: no such file; name it as seen from pytest's rootdir" in said


MARKED = """
import pytest

@pytest.mark.power_budget("garden.toml", "days=0.1")
def test_marked():
    pass

@pytest.mark.power_budget(
    "garden.toml", "days=0.1", "node.task.climate.longest_s=72", "node.task.climate.period_s=72"
)
def test_breaks():
    raise KeyError("its body does not run")

@pytest.mark.power_budget("garden.toml", 'budget=[]')
def test_none():
    pass

@pytest.mark.power_budget
def test_of_nothing():
    pass

@pytest.mark.power_budget("garden.toml", "days=0.1", changes="seed=2")
def test_of_what_it_does_not_know():
    pass

@pytest.mark.power_budget("garden.toml", "days=0.2")
def test_of_other_weather():
    pass
"""
WAKES = '\n[[budget]]\nname = "wakes_per_day"\nat_most = 400\n'


@pytest.mark.parametrize("workers", [(), ("-n", "2", "-p", "xdist.plugin")])
def test_a_test_that_is_marked_keeps_the_budgets(tmp_path: Path, workers: tuple[str, ...]) -> None:
    path = tmp_path / "garden.toml"
    text = scenario.find("garden").read_text()
    paced = text.replace('name = "climate"', 'name = "climate"\nlongest_s = 300')
    path.write_text(paced + WAKES)
    kept = standing.of([simulate(Job(str(path), ("days=0.1",)))])
    standing.save({"garden.toml": kept}, tmp_path / "power.toml")
    options = ("--rootdir", str(tmp_path), "--strict-markers", "-p", "torpor_tools.pytest_torpor")
    no_others = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    status, said = run(tmp_path, *workers, *options, test=MARKED, **no_others)
    assert status == 1
    assert "1 passed" in said
    assert "5 failed" in said
    assert re.search(r"wakes_per_day: 1,2\d\d\.0, limit <= 400, before 290\.0", said)
    assert "garden.toml does not keep its budgets" in said
    assert "node.task.climate.period_s 300 → 72" in " ".join(said.split())
    assert "node start, scheduled" in said[said.index("cause ") :]
    assert "garden.toml has no [[budget]]" in said
    assert said.count("the mark power_budget needs a scenario's name") >= 2
    assert "the baseline of garden.toml has 0.1 days, and this is 0.2; update it" in said
    assert "its body does not run" not in said


def samples(count: int, first: int = 0) -> bytes:
    return b"".join(word(1000, 2, first + i) for i in range(count))


def test_the_supply_feeds_and_measures() -> None:
    """Each time anew, whatever was on its way when it stopped; it feeds on after close."""
    with Device([samples(6_000)]) as device:
        supply = Supply(bench.Supply(device.port, mv=3_000))
        supply.on()
        for _ in range(2):
            assert supply.charge_uc(0.05) == pytest.approx(ua(1000, 2, 3_000) * 0.05, rel=1e-6)
        supply.off()
        supply.on()
        supply.close()
        assert device.told(POWER, 1)
    asked = [(STOP,), (METADATA,), (0x11, 2), (0x0D, 0x0B, 0xB8)]
    once, off, on = [(START,), (STOP,)], (POWER, 0), (POWER, 1)
    assert device.commands == [*asked, on, *once, *once, off, on]


@pytest.mark.parametrize(
    ("stream", "said"),
    [
        (samples(1_000), " samples of 2,000"),  # it stopped
        (samples(500) + samples(3_000, 520), "1,980 samples of 2,000"),  # a few on the way
    ],
)
def test_lost_samples_are_no_figure(stream: bytes, said: str) -> None:
    with Device([stream]) as device:
        supply = Supply(bench.Supply(device.port))
        with pytest.raises(OSError, match=said):
            supply.charge_uc(0.02)
        supply.close()


def test_what_is_no_kit_is_one_line(tmp_path: Path) -> None:
    with (
        Device([], calibrated=False) as device,
        pytest.raises(BadInput, match="no calibration data came back; is it a PPK2"),
    ):
        Supply(bench.Supply(device.port))
    with pytest.raises(BadInput, match="no such port"):
        Supply(bench.Supply(str(tmp_path / "none")))
