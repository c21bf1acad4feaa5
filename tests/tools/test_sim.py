"""torpor sim as a user meets it: statuses, JSON, files, interruptions."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest

from host_sim.home import home
from host_sim.spec import scenario
from tests.answered import answered
from tests.refused import refused
from torpor_tools import cli

NAMES = scenario.names()
HOMES = home.names()
FIVE_MINUTES = ("--days", "0.00347222222222222222")  # 300 s, to the microsecond
KEYS = {
    "simulated_s",
    "wall_s",
    "wakes",
    "charge_mc",
    "average_current_ua",
    "battery_life_days",
    "by_state",
    "by_task",
    "by_decision",
    "messages",
    "budgets",
}
VIEWS = ("by_state", "by_task", "by_decision")

Capture = pytest.CaptureFixture[str]


def as_json(capsys: Capture, *args: str, status: int = 0) -> Any:
    """The document that `torpor sim … --json` prints; nothing else may be printed."""
    assert cli.run(["sim", *args, "--json"]) == status
    printed = capsys.readouterr()
    assert printed.err == ""
    return json.loads(printed.out)


def timeless(document: Any) -> Any:
    """A result without the time that it took."""
    return {key: value for key, value in document.items() if key != "wall_s"}


@pytest.mark.parametrize("name", NAMES)
def test_json_is_one_document_whose_views_are_one_sum(name: str, capsys: Capture) -> None:
    told = as_json(capsys, name, "--days", "2")
    assert set(told) >= KEYS
    assert set(told["messages"]) >= {"sent", "delivered"}
    assert 2 * 86_400 <= told["simulated_s"] < 2 * 86_400 + 10
    for view in VIEWS:
        lines = told[view].values()
        assert sum(line["charge_mc"] for line in lines) == pytest.approx(told["charge_mc"])
        assert sum(line["duration_s"] for line in lines) == pytest.approx(told["simulated_s"])
    mean_ua = told["charge_mc"] / told["simulated_s"] * 1000
    assert told["average_current_ua"] == pytest.approx(mean_ua)
    assert (told["battery_life_days"] is None) == (name == "plug")


@pytest.mark.parametrize(("limit", "status"), [(0, 0), (-1, 1)])
def test_a_budget_holds_at_its_limit_and_fails_beyond(
    limit: int, status: int, capsys: Capture
) -> None:
    wakes = as_json(capsys, "garden", "--days", "2")["wakes"]
    budget = f'budget=[{{name="wakes_per_day", at_most={wakes / 2 + limit}}}]'
    (told,) = as_json(capsys, "garden", "--days", "2", "--set", budget, status=status)["budgets"]
    assert set(told) >= {"name", "value", "limit", "ok"}
    assert told["value"] == pytest.approx(wakes / 2, rel=1e-4)
    assert (told["name"], told["limit"], told["ok"]) == (
        "wakes_per_day",
        wakes / 2 + limit,
        not status,
    )


def test_a_name_that_none_has_is_told_those_that_there_are(tmp_path: Path, capsys: Capture) -> None:
    said = refused(["sim", "nope"], tmp_path, capsys)
    assert f"no scenario named nope; one of {', '.join(NAMES + HOMES)}, or a .toml file" in said


def test_a_failing_budget_is_shown(capsys: Capture) -> None:
    change = "budget.battery_life_days.at_least=100_000"
    assert cli.run(["sim", "garden", "--days", "1", "--set", change]) == 1
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[4:] for line in lines[-2:]] == [["FAIL", "extrapolated"], ["pass"]]


def test_a_life_says_whether_it_was_lived(capsys: Capture) -> None:
    """And a budget that the run refutes does not hold."""
    cell = ["garden", "--set", "node.battery.chemistry=2xaa-alkaline"]
    cell += ["--set", "budget.battery_life_days.at_least=50"]
    args = [*cell, "--set", "node.battery.capacity_mah=200", "--days", "40"]
    told = as_json(capsys, *args, status=1)
    assert (told["battery_life"], told["battery_end"]) == ("ended", "brown-out")
    assert told["battery_life_days"] == pytest.approx(told["simulated_s"] / 86_400)
    assert cli.run(["sim", *args]) == 1
    out = " ".join(capsys.readouterr().out.split())
    days = told["battery_life_days"]
    assert f"{days:.0f} days on 200 mAh 2xaa-alkaline, ended: brown-out" in out
    assert f"battery_life_days {days:.1f} >= 50.0 FAIL ended" in out
    args = [*cell, "--set", "node.battery.capacity_mah=100", "--days", "20"]
    assert cli.run(["sim", *args, "--compare"]) == 1
    assert "ended ended ended" in " ".join(capsys.readouterr().out.split())


def test_a_seed_repeats_bit_for_bit_and_another_differs(capsys: Capture) -> None:
    first, again, other = (
        timeless(as_json(capsys, "garden", "--days", "1", "--seed", seed)) for seed in "335"
    )
    assert first == again
    assert first["charge_mc"] != other["charge_mc"]


@pytest.mark.parametrize("name", ["door", "garden"])
def test_the_naive_node_beside_ours_is_the_baseline_alone(name: str, capsys: Capture) -> None:
    both = as_json(capsys, name, "--days", "1", "--compare")
    by = ["--engine", both["ours"]["engine"]]
    ours = as_json(capsys, name, "--days", "1", *by)
    assert cli.run(["sim", name, "--days", "1", "--baseline", "--json", *by]) in (0, 1)
    baseline = json.loads(capsys.readouterr().out)
    assert timeless(both["ours"]) == timeless(ours)
    assert timeless(both["naive"]) == timeless(baseline)
    assert ours["charge_mc"] < baseline["charge_mc"]


def test_compare_is_a_table_of_ratios(capsys: Capture) -> None:
    both = as_json(capsys, "garden", "--days", "1", "--compare")
    assert cli.run(["sim", "garden", "--days", "1", "--compare"]) == 0
    rows = (line.split() for line in capsys.readouterr().out.splitlines())
    current = next(row for row in rows if row and row[0] == "average_current_ua")
    sides = ("naive", "practice", "ours", "bound")
    values = [both[side]["average_current_ua"] for side in sides]
    assert current[1:] == [*(f"{value:,.1f}" for value in values), f"{values[2] / values[1]:.3f}"]


def test_the_shares_of_the_decisions_are_all_that_was_saved(capsys: Capture) -> None:
    both = as_json(capsys, "garden", "--days", "2", "--compare")
    drawn = {side: both[side]["average_current_ua"] for side in ("naive", "practice", "ours")}
    shares = sum(one["share_ua"] for one in both["decisions"])
    assert shares == pytest.approx(drawn["naive"] - drawn["ours"])
    assert both["bound"]["average_current_ua"] < drawn["ours"]


def test_a_title_is_printed_as_it_is_written(capsys: Capture, tmp_path: Path) -> None:
    title = "[/red] $x^$ at 5 [b]"
    plot = tmp_path / "p.png"
    args = ["sim", "garden", "--days", "1", "--set", f"title={title}"]
    assert cli.run([*args, "--plot", str(plot)]) == 0
    assert capsys.readouterr().out.startswith(f"{title}\n")
    assert cli.run([*args, "--compare"]) == 0
    assert capsys.readouterr().out.startswith(f"{title}, 1 day\n")


@pytest.mark.parametrize("compare", [[], ["--compare"]])
def test_a_plot_is_a_picture_and_is_drawn_anew(compare: list[str], tmp_path: Path) -> None:
    path = tmp_path / "year.png"
    for _ in range(2):
        assert cli.run(["sim", "garden", "--days", "1", "--plot", str(path), *compare]) == 0
    assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    picture = matplotlib.image.imread(path)
    assert picture.shape[1:] == (1600, 4)  # its height grows with its states
    assert len(np.unique(picture.reshape(-1, 4), axis=0)) > 20  # text and curves, no blank sheet


@pytest.mark.parametrize("name", ["garden", "plug"])
def test_an_export_is_read_back_with_the_charge_of_the_ledger(
    name: str, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "wake.csv"
    args = [name, *FIVE_MINUTES, "--export", str(path), "--window", "0:86.4"]
    as_json(capsys, *args, "--set", "budget=[]")
    told = as_json(capsys, name, "--days", "0.001", "--set", "budget=[]")
    read = answered(capsys, "trace", "info", str(path))
    assert (read["format"], read["rate_hz"], read["samples"]) == ("ppk2-csv", 10_000, 864_000)
    assert read["charge_mc"] == pytest.approx(told["charge_mc"], rel=1e-4)


@pytest.mark.parametrize(
    "args",
    [
        ["gardn"],
        ["none.toml"],
        ["bad.toml"],
        ["garden", "--set", "node.mood=eco"],
        ["garden", "--set", "days=soon"],
        ["garden", "--set", "seed=-1"],
        ["garden", "--set", "node.task.climate.channels.0.x=1"],
        ["garden", "--set", "world.reads.light=moon"],
        ["garden", "--days", "-1"],
        ["garden", "--days", "nan"],
        ["garden", "--days", "soon"],
        ["garden", "--engine", "rust"],
        ["garden", "--plot", "no/such/folder.png"],
        ["garden", "--plot", "."],
        ["garden", "--plot", "x" * 300],
        ["garden", "--export", "no/such/folder.csv"],
        ["garden", "--export", "/dev/null/x.csv"],
        ["garden", "--export", "w.csv", "--window", "5"],
        ["garden", "--export", "w.csv", "--window", "5:5"],
        ["garden", "--export", "w.csv", "--window", "-1:5"],
        ["garden", "--export", "w.csv", "--window", "0:3601"],
        ["garden", "--export", "w.csv", "--window", "nan:5"],
        ["garden", "--export", "w.csv", "--window", "86_390:86_401", "--days", "1"],
        ["garden", "--set", "world.wifi.recording=none.csv", "--plot", "p.png"],
        ["mine.toml", "--plot", "mine.toml"],
        ["mine.toml", "--export", "./mine.toml"],
        ["mine.toml", "--export", "link.csv"],
        [
            "mine.toml",
            "--set",
            "board=lolin32_lite/board.toml",
            "--export",
            "lolin32_lite/board.toml",
        ],
        ["mine.toml", "--set", "world.wifi.recording=rssi.csv", "--export", "rssi.csv"],
    ],
)
def test_what_cannot_be_used_is_one_line_and_nothing_is_written(
    args: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    given = scenario.load("garden")
    Path("mine.toml").write_bytes(given.path.read_bytes())
    Path("link.csv").symlink_to("mine.toml")
    Path("lolin32_lite").mkdir()
    Path("lolin32_lite/board.toml").write_bytes((given.board.folder / "board.toml").read_bytes())
    Path("rssi.csv").write_text("timestamp,sender_receiver_RSSI\n2024-01-01T00:00:00,-60\n")
    Path("bad.toml").write_text("days = ")
    refused(["sim", *args], tmp_path, capsys)


def test_an_output_may_replace_what_is_no_input(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "wake.csv"
    path.write_text("old")
    exported = ["sim", "garden", "--days", "1", "--export", str(path), "--window", "0:1"]
    refused(exported, tmp_path, capsys)
    assert cli.run([*exported, "--force"]) == 0
    assert path.read_text().startswith("Timestamp(ms),Current(uA)\n")


# The command where neither numba nor what was installed of it is to be found.
WITHOUT_NUMBA = """
import sys
from importlib import metadata
installed = metadata.version
def version(name):
    if name == "numba":
        raise metadata.PackageNotFoundError(name)
    return installed(name)
metadata.version = version
sys.modules["numba"] = None
from torpor_tools.cli import main
main()
"""


@pytest.mark.parametrize(
    ("args", "status", "more"),
    [
        (["engine", "build"], 2, ""),
        (["sim", "garden", "--days", "1", "--engine", "compiled"], 2, ""),
        (["sim", "door", "--days", "7", "--compare", "--json"], 0, "; running on CPython"),
    ],
)
def test_without_numba_the_compiled_engine_is_refused_where_it_is_asked_for(
    args: list[str], status: int, more: str, tmp_path: Path
) -> None:
    """And said to be missing where it is but worth compiling; the remedy is for this Python."""
    command = [sys.executable, "-c", WITHOUT_NUMBA, *args]
    nothing_built = {**os.environ, "TORPOR_CACHE": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=nothing_built)
    remedy = f"{sys.executable} -m pip install 'torpor[compiled]'{more}"
    assert done.stderr == f"torpor: the compiled engine needs numba; {remedy}\n"
    assert (done.returncode, bool(done.stdout)) == (status, bool(more))


def test_without_numba_what_runs_long_does_so_on_cpython() -> None:
    line = ["sim", "garden", "--days", "80"]
    command = [sys.executable, "-c", WITHOUT_NUMBA, *line, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (json.loads(done.stdout)["engine"], done.stderr) == ("cpython", "")


# The command as it is, but for its progress, which it else shows from the second second on and to
# a terminal only: here it tells when the run has begun.
TELLING = """
import signal, sys
from torpor_tools import cli
from torpor_tools.show import output
signal.signal(signal.SIGINT, signal.default_int_handler)  # as in a shell's foreground
output.Progress.__call__ = lambda self, done: print("running", file=sys.stderr, flush=True)
cli.main()
"""


def interrupted(*args: str) -> tuple[int, str, list[str]]:
    """Status, stdout and what stderr says of a run that Ctrl-C ends in its midst."""
    command = [sys.executable, "-c", TELLING, "sim", *args]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr
        assert child.stderr.readline() == "running\n"
        child.send_signal(signal.SIGINT)
        out, err = child.communicate()
    return child.returncode, out, [line for line in err.splitlines() if line != "running"]


def test_ctrl_c_ends_a_run_with_what_was_simulated_and_writes_no_part_of_it(
    tmp_path: Path,
) -> None:
    said = "torpor: interrupted; the figures above cover what was simulated"
    names = {"--plot": "p.png", "--save": "run.json", "--export": "w.csv"}
    files = [word for option, name in names.items() for word in (option, str(tmp_path / name))]
    status, out, err = interrupted("plug", "--days", "365", "--json", *files)
    assert (status, err) == (cli.INTERRUPTED, [f"{said}; no file is written"])
    assert not list(tmp_path.iterdir())
    told = json.loads(out)
    assert not told["complete"]
    assert 86_400 <= told["simulated_s"] < 365 * 86_400
    assert interrupted("plug", "--days", "365")[2] == [said]


def test_ctrl_c_ends_both_runs_of_a_comparison() -> None:
    status, out, err = interrupted("plug", "--days", "365", "--compare")
    assert (status, out, err) == (cli.INTERRUPTED, "", ["torpor: interrupted"])


@pytest.mark.parametrize("args", [[], ["--json"], ["--compare"]])
def test_a_reader_that_goes_away_is_no_traceback(args: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "torpor_tools.cli", "sim", "garden", "--days", "1", *args]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (cli.BROKEN_PIPE, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_one_line() -> None:
    command = [sys.executable, "-m", "torpor_tools.cli", "sim", "garden", "--days", "1", "--json"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    told = b"torpor: standard output: No space left on device; choose another place\n"
    assert (done.returncode, done.stderr) == (2, told)
