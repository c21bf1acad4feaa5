"""Runs of scenarios for several seeds, on all cores where that is worth starting processes.

Runs of the same seed have the same world and the same chances (common random numbers): what differs
between two of them is due to what was changed.
"""

import os
from collections.abc import Callable
from concurrent.futures import as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from host_sim.engine import native
from host_sim.engine.plain import Life
from host_sim.lab import interval, pool, revision
from host_sim.lab.budget import Bounds
from host_sim.progress import Progress, silent
from host_sim.sim import engines, run, runfile
from host_sim.sim.runfile import Run
from host_sim.spec import scenario

SEEDS = 2**31
LONG_WAKES = 5 * engines.LONG_WAKES  # of all runs together: less is done before processes start

T = TypeVar("T")
J = TypeVar("J")


@dataclass(frozen=True)
class Job:
    """A run to be: of this scenario, perhaps by another source's simulator and firmware."""

    name: str
    changes: tuple[str, ...] = ()
    source: Path | None = None


def simulate(job: Job, progress: Progress = silent) -> Run:
    """Run it. Ctrl-C ends it without a result: part of a run compares with nothing."""
    if job.source:
        return revision.simulated(job.name, job.changes, job.source)
    given = scenario.load(job.name, job.changes)
    compiled = engines.is_compiled("auto", engines.wakes(given))
    result = run.run(given, engine=native.Life if compiled else Life, progress=progress)
    if not result.complete:
        raise KeyboardInterrupt
    return runfile.of(result)


def first(given: scenario.Scenario, count: int) -> list[int]:
    """So many seeds from a scenario's own on."""
    return [(given.file.seed + i) % SEEDS for i in range(count)]


def bounds(job: Job, progress: Progress) -> dict[str, Bounds | None]:
    """Within which each figure lies, by what is known of its board (interval.py)."""
    given = scenario.load(job.name, job.changes)
    return interval.of(given, engine=engines.fastest(), progress=progress).bounds


def each(
    what: Callable[..., T],
    jobs: list[J],
    wakes: float,
    progress: Progress,
) -> list[T]:
    """Do it for each, in their order; `wakes` is about how many wakes they have together.

    Told is the job and whom to tell how far it is, who hears nothing of it from another process.
    """
    workers = min(len(jobs), os.cpu_count() or 1)
    if workers < 2 or wakes < LONG_WAKES:
        out = []
        for done, job in enumerate(jobs):
            out.append(what(job, partial(_part, progress, done, len(jobs))))
        return out
    with pool.workers(workers, "is there enough memory? check fewer scenarios at once") as some:
        futures = [some.submit(what, job, silent) for job in jobs]
        for done, future in enumerate(as_completed(futures), 1):
            future.result()
            progress(done / len(jobs))
        return [future.result() for future in futures]


def _part(progress: Progress, done: int, of: int, part: float) -> None:
    progress((done + part) / of)
