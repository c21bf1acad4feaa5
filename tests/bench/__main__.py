"""make bench: measure, print, and write docs/performance.md."""

import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median

from host_sim.engine import native
from host_sim.sim import run
from host_sim.spec import scenario
from tests.bench import (
    engines,
    fleets,
    garden_simpy,
    goals,
    recording,
    recordings,
    replay,
    segmentation,
)
from tests.bench.goals import Row
from tests.bench.rounds import ROUNDS, interleaved, ratio, timed
from tests.interpreters import run as interpret
from tests.tools.loop import in_the_loop
from torpor_tools import loop

FEW_ROUNDS = 3  # of what takes seconds
COUNTS = (1_000, 3_000)
POLICIES = ("cascade", "txpower", "schedule", "report", "energy", "sleep")
REPORT = Path(__file__).parents[2] / "docs" / "performance.md"


def python_rows() -> list[Row]:
    """The default engine against its limit, real time and SimPy."""
    garden = scenario.load("garden", ("days=60",))
    wakes = replay.Garden(garden)
    simulated_s, bare_s, simpy_s = interleaved(
        wakes.simulated, wakes.bare, lambda: garden_simpy.Garden(garden).run
    )
    per_wake_us = median(simulated_s) / wakes.wakes * 1e6
    speed = garden.file.days * 86_400 / median(simulated_s)
    return [
        ("simulator / bare policy calls", f"{ratio(simulated_s, bare_s):.2f}", "at most 1.4"),
        ("a wake, CPython", f"{per_wake_us:.1f} µs", ""),
        ("simulated / real time, CPython", f"{speed / 1e6:.1f} million", "at least 6 million"),
        ("SimPy, a process a task / simulator", f"{ratio(simpy_s, simulated_s):.1f}", "at least 4"),
        ("SimPy, a process a task / bare policy calls", f"{ratio(simpy_s, bare_s):.1f}", "bound"),
    ]


def process_rows() -> list[Row]:
    """A year of the garden node as a whole process, start-up and tables included."""
    command = [sys.executable, "-m", "torpor_tools.cli", "sim", "garden"]
    year = partial(subprocess.run, command, check=True, stdout=subprocess.DEVNULL)
    (times,) = interleaved(lambda: year)
    return [("a year of garden, whole process", f"{median(times):.2f} s", "at most 4 s")]


def check_rows() -> list[Row]:
    """Budgets of ten scenarios, as a whole process on all cores, by the compiled engine."""
    with tempfile.TemporaryDirectory() as folder:
        text = scenario.find("garden").read_text()
        paths = [Path(folder, f"{seed}.toml") for seed in range(1, 100, 10)]
        for path in paths:
            path.write_text(text.replace("seed = 1", f"seed = {path.stem}"))
        command = [sys.executable, "-m", "torpor_tools.cli", "check", *map(str, paths)]
        ten = partial(subprocess.run, command, check=True, stdout=subprocess.DEVNULL)
        (times,) = interleaved(lambda: ten, rounds=FEW_ROUNDS)
    what = "torpor check of ten scenarios of a year, three seeds each"
    return [(what, f"{median(times):.1f} s", "stated")]


def compiled_rows() -> list[Row]:
    """The compiled engine against CPython and SimPy, on a year."""
    garden = scenario.load("garden")
    run.run(garden, engine=native.Life)
    plain_s, compiled_s, simpy_s = [], [], []
    for _ in range(ROUNDS):
        plain_s.append(run.run(garden).wall_s)
        compiled_s.append(run.run(garden, engine=native.Life).wall_s)
        simpy_s.append(timed(garden_simpy.Garden(garden).run))
    return [
        ("CPython / compiled engine, a year", f"{ratio(plain_s, compiled_s):.0f}", "at least 40"),
        ("SimPy, a process a task / compiled engine", f"{ratio(simpy_s, compiled_s):.0f}", ""),
        ("a year of garden, compiled", f"{median(compiled_s):.3f} s", "under 0.1 s"),
    ]


def recording_rows() -> list[Row]:
    """A large recording read, against the readers of tables."""
    with tempfile.TemporaryDirectory() as folder:
        csv = recordings.Csv(Path(folder))
        csv.ours()()  # compiles, or loads what was compiled
        ours_s, pandas_s, polars_s = interleaved(csv.ours, csv.pandas, csv.polars)
    return [
        ("reading a PPK2 CSV / pandas", f"{ratio(pandas_s, ours_s):.1f}", "at least 2.5"),
        ("reading a PPK2 CSV / polars", f"{ratio(polars_s, ours_s):.1f}", "stated"),
        ("reading a PPK2 CSV", f"{csv.megabytes / median(ours_s):,.0f} MB/s", "stated"),
    ]


def loop_rows() -> list[Row]:
    """A month with MicroPython's unix interpreter in the loop, through a pipe."""
    world, plain, _ = in_the_loop("garden", "30", 0)
    assert loop.difference(plain, world.calls) is None
    wall_s = world.ended_s - world.began_s
    own = sum(world.busy_us) / 1e6 / wall_s
    return [
        ("a month in the loop: calls, all equal", f"{len(world.calls):,}", "equal"),
        ("a call through the line", f"{1e6 * wall_s / len(world.calls):.0f} µs", "stated"),
        ("share of the processor's own time in it", f"{100 * own:.0f} %", "stated"),
    ]


def policy_rows() -> list[tuple[str, str]]:
    """Wasm fuel a decision."""
    out = []
    for policy in POLICIES:
        short, long = (
            interpret("wasm", "tests.bench.decisions", (policy, str(count))) for count in COUNTS
        )
        assert short.code == long.code == 0, long.stdout
        fuel = (long.fuel - short.fuel) / (COUNTS[1] - COUNTS[0])
        out.append((policy, f"{fuel:,.0f}"))
    return out


def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def main() -> None:
    """Measure everything and write the page."""
    speed: list[Row] = []
    parts = (python_rows, process_rows, compiled_rows, check_rows, recording_rows, loop_rows)
    for part in parts:
        print(f"{part.__name__.removesuffix('_rows')} ...", file=sys.stderr)
        speed += part()
    print("engines ...", file=sys.stderr)
    speed += engines.rows()
    print("fleets ...", file=sys.stderr)
    speed += fleets.rows()
    print("segmentation ...", file=sys.stderr)
    speed += segmentation.rows()
    print("recording ...", file=sys.stderr)
    speed += recording.rows()
    print("policies ...", file=sys.stderr)
    page = (
        "# Performance\n\n"
        f"Written by `make bench`: Python {platform.python_version()} on {platform.machine()}, one "
        f"core, medians of {ROUNDS} interleaved rounds; a ratio is the median of the rounds' own. "
        "Ratios hold across machines, seconds do not.\n\n"
        + table(("what", "measured", "goal", ""), goals.judged(speed))
        + f"\n\n{goals.reasons(speed)}"
        + "\n\nInstructions of one decision in MicroPython on 32-bit WebAssembly, with the heap "
        "locked: none\nallocates. Fuel counts what was executed and is the same in every run.\n\n"
        + table(("policy", "fuel a decision"), policy_rows())
        + "\n"
    )
    print(page)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
