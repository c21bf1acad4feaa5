"""Scenarios checked: each run for its seeds, and its budgets judged against how it stood."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from host_sim.errors import BadInput
from host_sim.lab import revision, seeds, standing
from host_sim.lab.budget import FAIL, Bounds, Judged, estimate
from host_sim.lab.cause import Why
from host_sim.lab.revision import Checkout
from host_sim.lab.seeds import Job
from host_sim.lab.standing import Standing
from host_sim.progress import Progress
from host_sim.sim import engines
from host_sim.spec import figures, scenario
from host_sim.spec.scenario import Scenario
from host_sim.spec.scenariofile import Budget

FEW_SEEDS = 3


@dataclass(frozen=True)
class Checked:
    """A scenario's budgets, which stand in `path`, and why it draws more or less than before.

    `between` has the interval of each figure by what is known of the board, where that was asked.
    """

    name: str
    path: Path
    budgets: tuple[Budget, ...]
    now: Standing
    before: Standing | None
    between: dict[str, Bounds | None] = field(default_factory=dict)

    @cached_property
    def rows(self) -> list[Judged]:
        """Every budget, judged."""
        return [self._judged(budget) for budget in self.budgets]

    @property
    def ok(self) -> bool:
        """Whether none fails."""
        return all(row.verdict != FAIL for row in self.rows)

    @cached_property
    def why(self) -> Why | None:
        """What changed since it stood as before; None where that is not known."""
        return Why(self.before, self.now) if self.before else None

    @property
    def moved(self) -> bool:
        """Whether a budget fails or changed, so that the cause is worth telling."""
        return any(row.moved or row.faults for row in self.rows)

    def _judged(self, budget: Budget) -> Judged:
        name = figures.label(budget.name, budget.task)
        now = self.now.figures.get(name)
        was = self.before.figures.get(name) if self.before else None
        change = [new - old for old, new in zip(was or (), now or (), strict=False)]
        return Judged(
            budget, estimate(now), estimate(was), estimate(change), self.between.get(name)
        )


@dataclass(frozen=True)
class Asked:
    """A scenario to check: its name here and in the baseline, its seeds, how it stood there."""

    name: str
    label: str
    given: Scenario
    seeds: list[int]
    was: Standing | None

    def jobs(self, changes: tuple[str, ...]) -> list[Job]:
        """A run for each seed."""
        return [Job(self.name, (*changes, f"seed={seed}")) for seed in self.seeds]


def asked(
    names: tuple[str, ...], baseline: Path | None, changes: tuple[str, ...], count: int | None
) -> list[Asked]:
    """The scenarios, read and checked; seeds are the baseline's, or `count` from a scenario's own.

    BadInput for one that has no budget, and where the baseline has other seeds or days than are
    asked for.
    """
    kept = standing.load(baseline).scenario if baseline else {}
    out = []
    for name in names:
        given = scenario.load(name, changes)
        if not given.file.budget:
            remedy = "add one: there is nothing to check"
            raise BadInput("has no [[budget]]", where=name, remedy=remedy)
        label = standing.label(name, baseline) if baseline else name
        was = kept.get(label)
        if was and baseline:
            _check_alike(name, given, was, count, baseline)
        own = seeds.first(given, count or FEW_SEEDS)
        out.append(Asked(name, label, given, was.seeds if was else own, was))
    return out


def _check_alike(
    name: str, given: Scenario, was: Standing, count: int | None, baseline: Path
) -> None:
    """BadInput where the baseline has another number of seeds, or of days."""
    if count not in (None, len(was.seeds)):
        what = f"the baseline of {name} has {len(was.seeds)} seeds"
        raise BadInput(what, where=baseline, remedy="leave --seeds out, or update it")
    days = was.keys.get("days")
    if isinstance(days, float | int) and days != given.file.days:
        what = f"the baseline of {name} has {days:g} days, and this is {given.file.days:g}"
        raise BadInput(what, where=baseline, remedy=f"give --days {days:g}, or update it")


def check(
    some: list[Asked],
    *,
    rev: str | None,
    length: tuple[str, ...],
    changes: tuple[str, ...],
    intervals: bool,
    progress: Progress,
) -> list[Checked]:
    """Run scenarios and judge their budgets; the runs of revision `rev` are without `changes`.

    With `intervals`, a limit within what is known of the board is too close to call as well.
    """
    jobs = [one.jobs((*length, *changes)) for one in some]
    with ExitStack() as held:
        if rev:
            jobs += _elsewhere(some, rev, length, held)
        wakes = sum(engines.wakes(one.given) * len(one.seeds) for one in some)
        every = [job for each in jobs for job in each]
        runs = iter(seeds.each(seeds.simulate, every, wakes, progress))
    firsts = [each[0] for each in jobs[: len(some)]] if intervals else []
    bounds = seeds.each(seeds.bounds, firsts, wakes, progress)
    told = [standing.of([next(runs) for _ in each]) if each else None for each in jobs]
    out = []
    for at, one in enumerate(some):
        now, was = told[at], told[len(some) + at] if rev else one.was
        assert now
        between = bounds[at] if intervals else {}
        out.append(
            Checked(one.label, one.given.place("budget"), one.given.file.budget, now, was, between)
        )
    return out


def _elsewhere(
    some: list[Asked], rev: str, length: tuple[str, ...], held: ExitStack
) -> list[list[Job]]:
    """The runs of a revision; none of a scenario that it does not have."""
    trees: dict[Path, Checkout] = {}
    out = []
    for one in some:
        folder = one.given.path.resolve().parent
        if folder not in trees:
            trees[folder] = held.enter_context(revision.checkout(one.name, rev))
        tree = trees[folder]
        there = tree.place(one.name)
        jobs = [Job(str(there), job.changes, tree.source) for job in one.jobs(length)]
        out.append(jobs if there.is_file() else [])
    return out
