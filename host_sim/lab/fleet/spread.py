"""A plan's chunks on the cores of this machine, or on a Dask cluster; the results are the same.

Whoever simulates a chunk answers with its lines, and only this process writes. So a worker that is
killed loses its chunk, which another one simulates again, and doubles nothing.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from host_sim.errors import BadInput
from host_sim.lab import pool
from host_sim.lab.fleet import chunk
from host_sim.lab.fleet.keep import Kept
from host_sim.lab.fleet.plan import Plan

CONNECT_S = 10
AHEAD = 2  # chunks a worker has waiting, so that it is never idle
Progress = Callable[[float], None]


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
    *,
    compiled: bool,
    scheduler: str | None = None,
    workers: int | None = None,
    progress: Progress = lambda done: None,
) -> Work:
    """Simulate what is missing. Ctrl-C keeps what is finished."""
    missing = kept.missing()
    done = of = plan.count
    done -= sum(_last(plan, kept, first) - first for first in missing)
    simulated = of - done
    jobs = ((first, _last(plan, kept, first)) for first in missing)
    with ExitStack() as held:
        if scheduler:
            client = held.enter_context(_client(scheduler))
            cores = sum(client.nthreads().values())
            answers = _by_dask(client, plan, jobs, compiled)
        else:
            cores = min(workers or os.cpu_count() or 1, len(missing))
            answers = _here(plan, jobs, compiled, cores)
        days = core_s = 0.0
        for first, last, answer in answers:
            kept.add(first, answer.data)
            days += answer.days
            core_s += answer.core_s
            done += last - first
            progress(done / of)
    return Work(simulated, days, core_s, cores)


def _last(plan: Plan, kept: Kept, first: int) -> int:
    return min(first + kept.size, plan.count)


Job = tuple[int, int]
Answer = tuple[int, int, chunk.Timed]


def _here(plan: Plan, jobs: Iterator[Job], compiled: bool, count: int) -> Iterator[Answer]:
    """On so many of this machine's cores, each a process."""
    if count <= 1:
        for first, last in jobs:
            yield first, last, chunk.simulate(plan, first, last, compiled)
        return
    waiting: dict[Future[chunk.Timed], Job] = {}
    remedy = "what is finished is kept: the same command goes on from there"
    with pool.workers(count, remedy) as some:
        while True:
            for first, last in jobs:
                waiting[some.submit(chunk.simulate, plan, first, last, compiled)] = first, last
                if len(waiting) >= AHEAD * count:
                    break
            if not waiting:
                return
            finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in finished:
                first, last = waiting.pop(future)
                yield first, last, future.result()


def _client(scheduler: str) -> Any:
    """Of a Dask cluster."""
    try:
        from distributed import Client
    except ModuleNotFoundError:
        remedy = "pip install 'torpor[cluster]', or leave --scheduler out"
        raise BadInput("Dask is not installed", remedy=remedy) from None
    try:
        return Client(scheduler, timeout=CONNECT_S)
    except (OSError, ValueError) as error:
        what = f"no Dask scheduler ({str(error).splitlines()[0]})"
        raise BadInput(what, where=scheduler, remedy="start one: dask scheduler") from None


def _by_dask(client: Any, plan: Plan, jobs: Iterator[Job], compiled: bool) -> Iterator[Answer]:
    """On a Dask cluster, which tries a chunk again whose worker was lost."""
    from distributed import as_completed

    queue: Any = as_completed(with_results=False)
    running: dict[str, Job] = {}

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
