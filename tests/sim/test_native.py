"""Code compiled once: kept whole or not at all, and never met by a program that it is not of."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory as TemporaryFolder

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.engine import cache, native, program

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TORPOR_CACHE", str(tmp_path / "kept"))
    return cache.place()


def test_what_is_kept_is_loaded_and_older_programs_go(place: Path) -> None:
    place.parent.mkdir()
    for age in range(cache.MOST + 2):
        old = place.with_name(f"{age}.o")
        old.write_bytes(b"")
        os.utime(old, (age, age))
    assert not native.is_ready()
    assert cache.keep(b"code")
    assert cache.load() == b"code"
    assert native.is_ready()
    assert {path.name for path in place.parent.iterdir()} == {
        place.name,
        *(f"{age}.o" for age in range(3, cache.MOST + 2)),
    }


@settings(max_examples=50)
@given(st.binary(min_size=1, max_size=200), st.data())
def test_what_is_torn_or_decayed_is_not_there(code: bytes, data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch, TemporaryFolder() as folder:
        patch.setenv("TORPOR_CACHE", str(folder))
        cache.keep(code)
        whole = cache.place().read_bytes()
        cut = data.draw(st.integers(0, len(whole) - 1))
        cache.place().write_bytes(whole[:cut])
        assert cache.load() is None
        flipped = bytearray(whole)
        flipped[cut] ^= 1 << data.draw(st.integers(0, 7))
        cache.place().write_bytes(flipped)
        assert cache.load() is None
        assert not native.is_ready()


def test_a_folder_that_cannot_be_written_costs_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("TORPOR_CACHE", str(tmp_path / "file"))
    assert not cache.keep(b"code")
    assert cache.load() is None


KEEP = """
import sys
from host_sim.engine import cache, program
program.key = lambda: "shared"
for _ in range(200):
    assert cache.keep(sys.argv[1].encode() * 100_000)
    assert cache.load() in {one.encode() * 100_000 for one in "ab"}
"""


def test_processes_that_build_at_once_see_whole_code_only(tmp_path: Path) -> None:
    with ThreadPoolExecutor() as pool:
        done = list(pool.map(lambda which: run(ROOT, tmp_path, KEEP, which), "ab"))
    assert done == ["", ""]
    assert [path.name for path in tmp_path.iterdir()] == ["shared.o"]


HOLD = """
import os, sys, time
from host_sim.engine import cache
with cache.alone():
    print("held", flush=True)
    sys.stdin.read(1) or os.kill(os.getpid(), 9)
"""


def test_one_process_at_a_time_compiles_and_a_killed_one_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORPOR_CACHE", str(tmp_path))
    command = [sys.executable, "-c", HOLD]
    with subprocess.Popen(command, cwd=ROOT, stdin=-1, stdout=-1, text=True) as child:
        assert child.stdout
        assert child.stdin
        assert child.stdout.readline() == "held\n"
        with open(tmp_path / "lock") as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        child.stdin.close()  # and it is killed
        with cache.alone():
            assert child.wait() == -9


def run(tree: Path, kept: Path, program: str, *args: str) -> str:
    """What a program prints that runs the sources of a tree."""
    env = {
        **os.environ,
        "PYTHONPATH": f"{tree}{os.pathsep}{tree / 'firmware'}",
        "TORPOR_CACHE": str(kept),
        "PYTHONDONTWRITEBYTECODE": "1",  # by its time, two edits within a second are one
    }
    done = subprocess.run(
        [sys.executable, "-c", program, *args], capture_output=True, text=True, cwd=tree, env=env
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


EDITS = {
    "firmware/torpor/detector.py": ("asks > 0", "asks > 1"),
    "firmware/torpor/ahead.py": ("UPTIME_MIN] // 60", "UPTIME_MIN] // 61"),
    "firmware/torpor/life.py": ("record.SWITCH", "record.SENSOR"),
    "firmware/torpor/switch.py": ("    why = 0\n", "    why = 1\n"),
    "firmware/torpor/policy/backoff.py": ("_DOUBLINGS = const(6)", "_DOUBLINGS = const(7)"),
    "firmware/torpor/policy/cascade.py": ("_DAY_MS = const(86400000)", "_DAY_MS = const(1)"),
    "firmware/torpor/policy/energy.py": ("_DAY_MIN = const(1440)", "_DAY_MIN = const(1441)"),
    "firmware/torpor/policy/harvest.py": ("DARK_H = const(54)", "DARK_H = const(55)"),
    "firmware/torpor/policy/loudness.py": ("QUIET = const(64)", "QUIET = const(65)"),
    "firmware/torpor/policy/patience.py": ("LINK_MS = const(8000)", "LINK_MS = const(8001)"),
    "firmware/torpor/policy/report.py": ("CAPACITY // 2", "CAPACITY // 3"),
    "firmware/torpor/policy/sampling.py": ("_MOST_16THS = const(64)", "_MOST_16THS = const(63)"),
    "firmware/torpor/policy/sleep.py": ("gap_ms >= r", "gap_ms > r"),
    "firmware/torpor/policy/spread.py": ("_FACTOR = const(75)", "_FACTOR = const(74)"),
    "firmware/torpor/policy/surge.py": ("_HOUR_MIN = const(60)", "_HOUR_MIN = const(61)"),
    "firmware/torpor/policy/ticks.py": ("HALF = const(0x20000000)", "HALF = const(0x10000000)"),
    "firmware/torpor/policy/txpower.py": ("_HALVING_X16 = const(22)", "_HALVING_X16 = const(23)"),
    "firmware/torpor/policy/schedule.py": (
        "def next_ms",
        "def nexxt_ms() -> int:\n    return 1\n\n\ndef next_ms",
    ),
    "firmware/torpor/port.py": ("NODE = const(8)", "NODE = const(7)"),
    "firmware/torpor/record.py": ("WAKES = const(4)", "WAKES = const(5)"),
    "firmware/torpor/delivery.py": ("MINUTE_MS = const(60000)", "MINUTE_MS = const(60001)"),
    "firmware/torpor/node.py": ("SOUND_MIN = const(120)", "SOUND_MIN = const(121)"),
    "firmware/torpor/sensor.py": ("    why = 0\n", "    why = 1\n"),
    "firmware/torpor/monitor.py": ("_WAITS = const(3)", "_WAITS = const(4)"),
    "host_sim/engine/alarm.py": ("CELL_MS = 32", "CELL_MS = 64"),
    "host_sim/engine/chance.py": ("0x5DEECE66D", "0x5DEECE66B"),
    "host_sim/engine/ether.py": ("CAPTURE_QDB = 10 * 4", "CAPTURE_QDB = 9 * 4"),
    "host_sim/engine/home.py": ("AWAKE = -1", "AWAKE = -2"),
    "host_sim/engine/hearing.py": ("us // HOUR_US + 1", "us // HOUR_US + 2"),
    "host_sim/engine/kernel.py": ("port.now_us < until_us", "port.now_us <= until_us"),
    "host_sim/engine/frames.py": ("PATIENCE_US = 1_000_000", "PATIENCE_US = 1_000_001"),
    "host_sim/engine/gateway.py": ("IN_VAIN = TRIES + 1", "IN_VAIN = TRIES + 2"),
    "host_sim/engine/link.py": ("min(ATTEMPTS, 1 +", "min(ATTEMPTS, 2 +"),
    "host_sim/engine/monitor.py": ("looked - 1  #", "looked  #"),
    "host_sim/engine/parts.py": ("PER_FIRST_QDB = -80", "PER_FIRST_QDB = -81"),
    "host_sim/engine/port.py": ("end_us < self.end_us", "end_us <= self.end_us"),
    "host_sim/engine/replay.py": (">> 17", ">> 16"),
    "host_sim/engine/store.py": ("(minute + 1)", "(minute + 2)"),
    "host_sim/engine/state.py": (">> 32", ">> 33"),
    "host_sim/engine/reference.py": ("field.at + 1", "1 + field.at"),
    "host_sim/engine/bind.py": ("speed_level=3", "speed_level=2"),
    "host_sim/hardware/states.py": ("range(7)", "[*range(6), 5]"),
    "host_sim/hardware/mac.py": ("GAP_US = 582", "GAP_US = 583"),
    "host_sim/hardware/cell.py": ("CHARGE_SHIFT = 10", "CHARGE_SHIFT = 9"),
    "host_sim/units.py": ("60 * SECOND_US", "61 * SECOND_US"),
}
KEY = "from host_sim.engine import program; print(program.key())"
# What is not ours is imported once: each edit is met by a process that has imported none of ours.
KEYS = """
import hashlib, importlib.metadata, json, os, sys, numpy
from pathlib import Path
for name, (old, new) in json.loads(sys.argv[1]).items():
    before = Path(name).read_text()
    assert old in before, name
    Path(name).write_text(before.replace(old, new))
    if os.fork() == 0:
        from host_sim.engine import program
        print(name, program.key())
        sys.exit()
    assert os.wait()[1] == 0, name
    Path(name).write_text(before)
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources."""
    out = tmp_path_factory.mktemp("tree")
    for folder in ("firmware", "host_sim", "boards"):
        shutil.copytree(ROOT / folder, out / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return out


def edited(path: Path, old: str, new: str) -> str:
    """Edit a file; what it was."""
    before = path.read_text()
    assert old in before
    path.write_text(before.replace(old, new))
    return before


def test_every_bound_file_is_edited_here() -> None:
    bound = [*program.MODULES, *(module for _, module in program.CLASSES)]
    files = {Path(module.__file__ or "").relative_to(ROOT).as_posix() for module in bound}
    assert files <= set(EDITS)


def test_what_is_not_bound_leaves_the_program_as_it_is(tree: Path, tmp_path: Path) -> None:
    key = run(tree, tmp_path, KEY)
    before = edited(tree / "firmware/torpor/port.py", "The port: ", "The door: ")
    assert run(tree, tmp_path, KEY) == key
    (tree / "firmware/torpor/port.py").write_text(before)


def test_an_edit_of_any_bound_file_is_another_program(tree: Path, tmp_path: Path) -> None:
    printed = run(tree, tmp_path, KEYS, json.dumps(EDITS))
    keys = dict(line.split() for line in printed.splitlines())
    assert list(keys) == list(EDITS)
    unedited = run(tree, tmp_path, KEY).strip()
    assert unedited == program.key()
    assert [name for name, key in keys.items() if key == unedited] == []


LIVE = """
import json
from host_sim.engine import native, plain
from host_sim.sim import run
from host_sim.spec import scenario
given = scenario.load("garden", ("days=20", "world.wifi.mean_dbm=-95"))
print(json.dumps([run.run(given, engine=one).ledger.us for one in (plain.Life, native.Life)]))
"""


@pytest.mark.slow  # it compiles twice
def test_an_edit_never_meets_an_old_result(tree: Path) -> None:
    plain, compiled = json.loads(run(tree, cache.root(), LIVE))
    assert compiled == plain
    name = "host_sim/hardware/mac.py"
    before = edited(tree / name, *EDITS[name])
    plain_after, compiled_after = json.loads(run(tree, cache.root(), LIVE))
    (tree / name).write_text(before)
    assert plain_after != plain
    assert compiled_after == plain_after
