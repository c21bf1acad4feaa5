"""Budgets judged: against their limits, and against how the scenario stood before.

A figure is its mean over the seeds, and the 95 % interval of that by Student's t. A change is taken
seed by seed, each with the world and the chances that it had before, so that what they add cancels;
its own 95 % interval by Student's t says what of it may be chance. Only a change whose interval
leaves out zero is real. One seed knows no chance: there every change is real.

A limit within a figure's interval is too close to call, which neither passes nor fails. What is
known of the board (interval.py), where that was asked for, makes a limit within its interval too
close to call where it would pass, and takes back no fail. A tolerance fails where a real change for
the worse is larger.
"""

from dataclasses import dataclass

import numpy as np

from host_sim.lab import interval, scatter
from host_sim.lab.interval import Bounds
from host_sim.spec import figures
from host_sim.spec.scenariofile import Budget

PASS, FAIL, OPEN = interval.PASS, "FAIL", interval.OPEN


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds, and half the width of its 95 % interval: 0 of one seed."""

    mean: float
    half: float

    @property
    def bounds(self) -> tuple[float, float]:
        """The interval."""
        return self.mean - self.half, self.mean + self.half

    @property
    def real(self) -> bool:
        """Whether it is another than zero, and not by chance."""
        return abs(self.mean) > self.half


def estimate(values: list[float] | None) -> Estimate | None:
    """The mean of independent values, by Student's t; None of none."""
    if not values:
        return None
    half = scatter.half(np.array(values)) if len(values) > 1 else 0.0
    return Estimate(sum(values) / len(values), half)


@dataclass(frozen=True)
class Judged:
    """A budget with its figure, the figure before, and the change; None where there is none.

    `between` is the interval by what is known of the board.
    """

    budget: Budget
    value: Estimate | None
    before: Estimate | None
    change: Estimate | None
    between: Bounds | None = None

    @property
    def name(self) -> str:
        """The figure's, with its task."""
        return figures.label(self.budget.name, self.budget.task)

    @property
    def moved(self) -> bool:
        """Whether it changed, and not by chance."""
        return self.change is not None and self.change.real

    @property
    def worse_percent(self) -> float:
        """By how much it changed for the worse, of what it was; below 0 for the better."""
        if not self.change or not self.before or not self.change.mean:
            return 0.0
        worse = self.change.mean if self.budget.bound == "at_most" else -self.change.mean
        was = abs(self.before.mean)
        return 100 * worse / was if was else float("inf") * worse

    @property
    def faults(self) -> list[str]:
        """Why it fails; nothing where it does not."""
        found = []
        if not self.value:
            found.append("there is no such value")
        elif self.limit_verdict == FAIL:
            found.append(f"its limit is {self.budget.limit:,.10g}")
        tolerance = self.budget.tolerance_percent
        if tolerance is not None and self.moved and self.worse_percent > tolerance:
            found.append(f"{self.worse_percent:.1f} % worse, {tolerance:g} % are tolerated")
        return found

    @property
    def limit_verdict(self) -> str:
        """What the limit says."""
        limit = self.budget.limit
        if not self.value:
            return FAIL
        if _within(limit, self.value.bounds):
            return OPEN
        if not self.budget.holds(self.value.mean):
            return FAIL
        return OPEN if _within(limit, self.between) else PASS

    @property
    def verdict(self) -> str:
        """PASS, FAIL or OPEN."""
        return FAIL if self.faults else self.limit_verdict


def _within(limit: float | None, span: Bounds | None) -> bool:
    return limit is not None and span is not None and span[0] < limit < span[1]
