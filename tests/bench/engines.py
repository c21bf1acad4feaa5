"""The compiled engine from nothing and from disk, years on both cores, and many nodes at once."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from statistics import median

from host_sim.engine import native, plain
from host_sim.home import home
from host_sim.home import run as homes
from host_sim.sim import build, run
from host_sim.spec import scenario
from tests.bench.goals import Row
from tests.bench.rounds import Times, interleaved, ratio

STARTS = 7
NODES = 1_000
YEARS = [(name, seed) for seed in range(5) for name in ("garden", "door")]


def rows() -> list[Row]:
    """All that is measured of the engines."""
    return [*start_rows(), *home_rows()]


# A child's most memory as the system has it counts that of the process that forked it.
MEASURED = """
import sys
from pathlib import Path
from torpor_tools import cli
cli.run(sys.argv[1:])
status = Path("/proc/self/status").read_text()
print(status.partition("VmHWM:")[2].split()[0], file=sys.stderr)
"""


def process_s(*args: str, **env: str) -> float:
    """How long a program takes as a whole process."""
    started = time.perf_counter()
    command = [sys.executable, "-m", *args]
    subprocess.run(command, stdout=subprocess.DEVNULL, env={**os.environ, **env}, check=True)
    return time.perf_counter() - started


def memory_mib(*args: str, **env: str) -> float:
    """The most memory that a command of torpor's takes."""
    command = [sys.executable, "-c", MEASURED, *args]
    told = subprocess.run(
        command, capture_output=True, env={**os.environ, **env}, check=True, text=True
    ).stderr
    return int(told.split()[-1]) / 1024


def start_rows() -> list[Row]:
    """A year of garden as a whole process, cold and warm; ten years on two processes."""
    year = ("sim", "garden", "--engine")
    with tempfile.TemporaryDirectory() as empty:
        env = {"TORPOR_CACHE": empty}
        compiled = ("torpor_tools.cli", *year, "compiled")
        cold_s = process_s(*compiled, **env)
        warm_s = median(process_s(*compiled, **env) for _ in range(STARTS))
        mib = [memory_mib(*year, engine, **env) for engine in ("cpython", "compiled")]
        years_s = median(process_s("tests.bench.engines", **env) for _ in range(STARTS))
    return [
        ("a year of garden, compiled and run, whole process", f"{cold_s:.1f} s", "stated"),
        ("a year of garden, compiled before, whole process", f"{warm_s:.2f} s", "at most 1 s"),
        ("a year of garden, memory, CPython", f"{mib[0]:.0f} MiB", "stated"),
        ("a year of garden, memory, compiled", f"{mib[1]:.0f} MiB", "stated"),
        ("ten scenarios of a year on two processes", f"{years_s:.2f} s", "under 3 s"),
    ]


def year(name_seed: tuple[str, int]) -> float:
    """A year of a scenario by the compiled engine; its mean current."""
    name, seed = name_seed
    given = scenario.load(name, ("days=365", f"seed={seed}"))
    return run.run(given, engine=native.Life).ledger.average_current_ua


def home_rows() -> list[Row]:
    """A thousand nodes in one virtual time against the same nodes one by one."""
    spread = 'nodes.bed.set=["node.report.spread_s=600"]'
    given = home.load("thousand", ("days=0.5", f"nodes.bed.count={NODES}", spread))
    out = []
    for lives, life in ((plain.Lives, plain.Life), (native.Lives, native.Life)):
        together_s, alone_s = interleaved(
            partial(_together, given, lives), partial(_alone, given, life), rounds=5
        )
        out += _compared(lives.name, together_s, alone_s)
    return out


def _compared(name: str, together_s: Times, alone_s: Times) -> list[Row]:
    what = f"{NODES:,} nodes on one access point / alone, {name}"
    return [
        (what, f"{ratio(together_s, alone_s):.2f}", "at most 1.3"),
        (f"{NODES:,} nodes, half a day, {name}", f"{median(together_s):.2f} s", "stated"),
    ]


def _together(given: home.Home, lives: type[plain.Lives]) -> Callable[[], object]:
    """From the scenarios to the results, as torpor sim does it."""
    return partial(homes.run_home, given, engine=lives)


def _alone(given: home.Home, life: type[plain.Life]) -> Callable[[], object]:
    """The same nodes one behind the other."""

    def each() -> None:
        devices = homes.devices(given)
        for i, member in enumerate(given.members):
            one = life(build.parts(member.scenario, i, arrays=life.arrays), devices[i])
            one.live(build.end_us(member.scenario))
            run.outcome(member.scenario, one.parts, one.r, one.now_us)

    return each


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as pool:
        print(list(pool.map(year, YEARS)))
