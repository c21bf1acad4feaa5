"""Power budgets in a user's own tests: what the fixture `power_budget` answers, and its mark.

A figure is a number that knows whose it is, so that an assertion on it can explain itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from statistics import fmean

from rich.console import Console

from host_sim.lab import standing, told
from host_sim.lab.budget import FAIL
from host_sim.lab.cause import Why
from host_sim.lab.check import Checked
from host_sim.lab.seeds import Job, simulate
from host_sim.lab.standing import Standing
from host_sim.spec import figures, scenario
from host_sim.spec.changes import once
from host_sim.spec.scenario import Scenario
from torpor_tools.show import cause, check


class Power:
    """Runs of a scenario. Each figure of theirs is an attribute, that of a task by task()."""

    def __init__(self, name: str, given: Scenario, now: Standing, before: Standing | None) -> None:
        """`before` is how it stood in the baseline."""
        self.name, self.given, self.now, self.before = name, given, now, before

    def __repr__(self) -> str:
        return f"power_budget({self.name!r})"

    def __getattr__(self, name: str) -> Figure:
        """A figure of host_sim.spec.figures by its name."""
        if name not in figures.NAMES:
            raise AttributeError(f"no figure {name}; one of {', '.join(figures.NAMES)}")
        return self._figure(name)

    def task(self, task: str, name: str) -> Figure:
        """A figure of one task's."""
        return self._figure(figures.label(name, task))

    def broken(self) -> str:
        """Which of the scenario's budgets fail, and why; nothing where all hold."""
        budgets = self.given.file.budget
        if not budgets:
            return f"{self.name} has no [[budget]]"
        was = self.before.keys.get("days") if self.before else None
        if was not in (None, self.given.file.days):  # other weather, as torpor check has it
            what = f"the baseline of {self.name} has {was:g} days"
            return f"{what}, and this is {self.given.file.days:g}; update it, or take its days"
        checked = Checked(self.name, self.given.path, budgets, self.now, self.before)
        if checked.ok:
            return ""
        lines = [check.sentence(row) for row in checked.rows if row.verdict == FAIL]
        if checked.why:
            lines += [told.headline(checked.why), "", table(checked.why)]
        return "\n".join([f"{self.name} does not keep its budgets", *lines]).rstrip()

    def _figure(self, label: str) -> Figure:
        if label not in self.now.figures:
            raise AttributeError(f"{self.name} has no {label}; tasks: {', '.join(self.now.tasks)}")
        return Figure(fmean(self.now.figures[label]), label, self)


class Figure(float):
    """A figure, the mean over the seeds."""

    label: str
    of: Power

    def __new__(cls, value: float, label: str, of: Power) -> Figure:
        """As a float."""
        made = super().__new__(cls, value)
        made.label, made.of = label, of
        return made

    def explained(self) -> Iterator[str]:
        """What it was, and why it is another: a line each."""
        before, now = self.of.before, self.of.now
        seeds = ", ".join(map(str, now.seeds))
        yield f"{self.label} of {self.of.name} is {float(self):,.1f} (seeds {seeds})"
        if before:
            if was := before.figures.get(self.label):
                yield f"in the baseline it is {fmean(was):,.1f}"
            yield told.headline(Why(before, now))

    def table(self) -> str:
        """The causes as plain text."""
        if not self.of.before:
            return "no baseline of it: torpor check --update-baseline makes one"
        return table(Why(self.of.before, self.of.now))


def table(why: Why) -> str:
    """The causes of a change as plain text; nothing where there is none."""
    if why.same:
        return ""
    text = StringIO()
    Console(file=text, width=80, color_system=None).print(cause.causes(why))
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def measured(name: str, changes: tuple[str, ...], baseline: Path | None) -> Power:
    """Run a scenario for the seeds that the baseline has of it, else for its own."""
    once(changes)
    before = None
    if baseline:
        before = standing.load(baseline).scenario.get(standing.label(name, baseline))
    given = scenario.load(name, changes)
    seeds = before.seeds if before else [given.file.seed]
    runs = [simulate(Job(name, (*changes, f"seed={seed}"))) for seed in seeds]
    return Power(name, given, standing.of(runs), before)
