"""Which commit a budget was lost by: a search by halves between a good one and a bad.

What each commit's own scenario, simulator and firmware give is judged by the budgets of the file as
it is now, and by how the good one stood.
"""

from dataclasses import dataclass
from functools import cache
from math import ceil, log2

from host_sim.errors import BadInput
from host_sim.lab import revision, seeds, standing
from host_sim.lab.cause import Why
from host_sim.lab.check import Checked
from host_sim.lab.seeds import Job, Progress
from host_sim.lab.standing import Standing
from host_sim.spec import figures, scenario


@dataclass(frozen=True)
class Found:
    """The first commit that fails, its faults, and why it draws more than the one before."""

    commit: str
    faults: list[str]
    why: Why


def search(
    name: str,
    good: str,
    bad: str,
    *,
    budget: str | None = None,
    length: tuple[str, ...] = (),
    count: int = 1,
    progress: Progress = lambda done: None,
) -> Found:
    """The commit after which a budget, or any, fails up to `bad`; BadInput where there is none."""
    given = scenario.load(name, length)
    labels = [figures.label(one.name, one.task) for one in given.file.budget]
    if budget is not None and budget not in labels:
        raise BadInput(f"no budget {budget}", where=name, remedy=f"one of {', '.join(labels)}")
    some = [(*length, f"seed={seed}") for seed in seeds.first(given, count)]
    stood = cache(lambda commit: _stood(name, commit, some))

    def faults(commit: str) -> list[str]:
        checked = Checked(
            name, given.place("budget"), given.file.budget, stood(commit), stood(good)
        )
        rows = [row for row in checked.rows if budget in (None, row.name)]
        return [f"{row.name}: {fault}" for row in rows for fault in row.faults]

    commits = [good, *revision.commits(name, good, bad)]
    if not faults(commits[-1]):
        raise BadInput(f"no budget fails at {bad}", where=name, remedy="name a later commit")
    if faults(good):
        raise BadInput(f"a budget fails at {good}", where=name, remedy="name an earlier commit")
    low, high = 0, len(commits) - 1
    while high - low > 1:
        progress(1 - ceil(log2(high - low)) / ceil(log2(len(commits))))
        middle = (low + high) // 2
        low, high = (low, middle) if faults(commits[middle]) else (middle, high)
    why = Why(stood(commits[low]), stood(commits[high]))
    return Found(commits[high], faults(commits[high]), why)


def _stood(name: str, commit: str, some: list[tuple[str, ...]]) -> Standing:
    """How a scenario stood at a commit; BadInput where that cannot simulate it."""
    with revision.checkout(name, commit) as there:
        place = there.place(name)
        if not place.is_file():
            raise BadInput(f"{commit} has no such file", where=name, remedy="name later commits")
        jobs = [Job(str(place), changes, there.source) for changes in some]
        return standing.of([seeds.simulate(job) for job in jobs])
