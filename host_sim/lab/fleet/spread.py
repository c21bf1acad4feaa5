"""A plan's chunks on the cores of this machine, or on a Dask cluster; the results are the same.

A worker answers with the lines of its chunk, and only this process writes. So where a worker is
killed, another one simulates its chunk again, and no node is there twice.
"""

import os
from collections.abc import Iterator
from concurrent.futures import Future, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from host_sim.errors import BadInput, bringing
from host_sim.lab import pool
from host_sim.lab.fleet import chunk
from host_sim.lab.fleet.keep import Kept, Range
from host_sim.lab.fleet.plan import Plan
from host_sim.progress import Progress, silent

CONNECT_S = 10
AHEAD = 2  # chunks a worker has waiting, so that it is never idle
# A chunk is at most the rest by SHARE times the cores: the last ones end together.
SHARE = 2


@dataclass(frozen=True)
class Work:
    """What was done: nodes, their days, the seconds of a core that they took, and the cores."""

    nodes: int
    days: float
    core_s: float
    cores: int


def simulate(
    plan: Plan,
    kept: Kept,
    size: int,
    *,
    compiled: bool,
    scheduler: str | None = None,
    workers: int | None = None,
    progress: Progress = silent,
) -> Work:
    """Simulate what is missing, `size` nodes in a chunk at most. Ctrl-C keeps what is finished."""
    missing = kept.missing()
    left = sum(last - first for first, last in missing)
    done, of = plan.count - left, plan.count
    with ExitStack() as held:
        if scheduler is not None:
            client = held.enter_context(_client(scheduler))
            cores = sum(client.nthreads().values())
            answers = _by_dask(client, plan, chunks(missing, size), compiled)
        else:
            cores = min(workers or os.cpu_count() or 1, left)
            answers = _here(plan, chunks(missing, size, SHARE * cores), compiled, cores)
        days = core_s = 0.0
        for first, last, answer in answers:
            kept.add(first, last, answer.data)
            days += answer.days
            core_s += answer.core_s
            done += last - first
            progress(done / of)
    return Work(left, days, core_s, cores)


def chunks(missing: list[Range], most: int, shares: int = 1) -> Iterator[Range]:
    """Parts of what is missing, `most` nodes each, and no more than a share of what is left."""
    left = sum(last - first for first, last in missing)
    for first, last in missing:
        while first < last:
            end = min(first + max(1, min(most, left // shares)), last)
            yield first, end
            left -= end - first
            first = end


Answer = tuple[int, int, chunk.Timed]


def _here(plan: Plan, jobs: Iterator[Range], compiled: bool, cores: int) -> Iterator[Answer]:
    """On so many of this machine's cores: in this process, and in others beside it.

    This process simulates too: at once, while the others still start.
    """
    if cores <= 1:
        for first, last in jobs:
            yield first, last, chunk.simulate(plan, first, last, compiled)
        return
    others = cores - 1
    waiting: dict[Future[chunk.Timed], Range] = {}
    remedy = "is there enough memory? with -o what is finished is kept: run it again"
    with pool.workers(others, remedy) as some:
        for first, last in jobs:
            if len(waiting) < AHEAD * others:
                waiting[some.submit(chunk.simulate, plan, first, last, compiled)] = first, last
                continue
            yield first, last, chunk.simulate(plan, first, last, compiled)
            for future in [one for one in waiting if one.done()]:
                yield *waiting.pop(future), future.result()
        for future in as_completed(waiting):
            yield *waiting[future], future.result()


def _client(scheduler: str) -> Any:
    """Of a Dask cluster."""
    try:
        from distributed import Client
    except ModuleNotFoundError:
        remedy = f"{bringing('cluster')}, or leave --scheduler out"
        raise BadInput("Dask is not installed", remedy=remedy) from None
    try:
        return Client(scheduler, timeout=CONNECT_S)
    except (OSError, ValueError) as error:
        what = f"no Dask scheduler ({str(error).splitlines()[0]})"
        raise BadInput(what, where=scheduler, remedy="start one: dask scheduler") from None


def _by_dask(client: Any, plan: Plan, jobs: Iterator[Range], compiled: bool) -> Iterator[Answer]:
    """On a Dask cluster, which tries a chunk again whose worker was lost."""
    from distributed import as_completed

    queue: Any = as_completed(with_results=False)
    running: dict[str, Range] = {}

    def submit() -> None:
        for first, last in jobs:
            future = client.submit(chunk.simulate, plan, first, last, compiled, pure=False)
            running[str(future.key)] = first, last
            queue.add(future)
            return

    for _ in range(AHEAD * max(1, len(client.nthreads()))):
        submit()
    for future in queue:
        first, last = running.pop(str(future.key))
        yield first, last, future.result()
        future.release()
        submit()
