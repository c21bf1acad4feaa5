"""The commit that broke a budget: a binary search between a good commit and a bad one.

Each commit is simulated with its own scenario, simulator and firmware. Its figures are judged by
the budgets of the file as it is now, and by how the good commit stood. A commit that cannot be
simulated is passed over.
"""

from dataclasses import dataclass
from functools import cache
from math import log2

from host_sim.errors import BadInput
from host_sim.lab import revision, seeds, standing
from host_sim.lab.cause import Why
from host_sim.lab.check import Checked
from host_sim.lab.seeds import Job
from host_sim.lab.standing import Standing
from host_sim.progress import Progress
from host_sim.spec import figures, scenario


@dataclass(frozen=True)
class Found:
    """The first commit that fails, its faults, and why it draws more than the last that does not.

    `passed_over` lie between these two: one of them may be the one that broke the budget.
    """

    commit: str
    faults: list[str]
    why: Why
    passed_over: list[str]


def search(
    name: str,
    good: str,
    bad: str,
    *,
    budget: str | None,
    length: tuple[str, ...],
    count: int,
    progress: Progress,
) -> Found:
    """The commit that broke a budget, or any of them; BadInput where none fails at `bad`."""
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
    holds, fails, left = commits[0], commits[-1], commits[1:-1]
    while left:
        progress(1 - log2(len(left) + 1) / log2(len(commits)))
        at = len(left) // 2
        try:
            if faults(left[at]):
                fails, left = left[at], left[:at]
            else:
                holds, left = left[at], left[at + 1 :]
        except BadInput:
            del left[at]
    passed_over = commits[commits.index(holds) + 1 : commits.index(fails)]
    return Found(fails, faults(fails), Why(stood(holds), stood(fails)), passed_over)


def _stood(name: str, commit: str, some: list[tuple[str, ...]]) -> Standing:
    """How a scenario stood at a commit; BadInput where that cannot simulate it."""
    with revision.checkout(name, commit) as there:
        place = there.place(name)
        if not place.is_file():
            raise BadInput(f"{commit} has no such file", where=name, remedy="name later commits")
        jobs = [Job(str(place), changes, there.source) for changes in some]
        return standing.of([seeds.simulate(job) for job in jobs])
