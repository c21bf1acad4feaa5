"""Budgets judged: against their limits, and against how the scenario stood before.

A figure is its mean over the seeds, and the 95 % interval of that by Student's t. A change is taken
seed by seed, each with the world and the chances that it had before, so that what they add cancels;
its own 95 % interval by Student's t says what of it may be chance. Only a change whose interval
leaves out zero is real. One seed knows no chance: there every change is real.

What a limit says, verdict() alone decides, for one run and for several. A tolerance fails where a
real change for the worse is larger.
"""

from dataclasses import dataclass
from math import isfinite

import numpy as np

from host_sim.lab import scatter
from host_sim.spec import figures
from host_sim.spec.scenariofile import Budget

PASS, FAIL, OPEN = "pass", "FAIL", "too close to call"

Bounds = tuple[float, float]


def verdict(
    value: float | None,
    holds: bool,
    limit: float | None,
    chance: Bounds | None = None,
    known: Bounds | None = None,
) -> str:
    """PASS, FAIL or OPEN: whether a value holds, and whether that is sure.

    A limit within `chance`, the interval over the seeds, is too close to call either way. Within
    `known`, the interval by what is known of the board, a limit is too close to call only where the
    value holds: one that fails stays a FAIL.
    """
    if value is None or limit is None:
        return PASS if holds else FAIL
    if chance and chance[0] < limit < chance[1]:
        return OPEN
    if not holds:
        return FAIL
    return OPEN if known and min(known[0], value) < limit < max(known[1], value) else PASS


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
        """By how much it changed for the worse, percent of what it was; negative for the better."""
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
            percent = self.worse_percent
            worse = f"{percent:.1f} % worse" if isfinite(percent) else "it was 0"
            found.append(f"{worse}, {tolerance:g} % are tolerated")
        return found

    @property
    def limit_verdict(self) -> str:
        """What the limit says."""
        mean = self.value.mean if self.value else None
        chance = self.value.bounds if self.value else None
        holds = self.budget.holds(mean)
        return verdict(mean, holds, self.budget.limit, chance, self.between)

    @property
    def verdict(self) -> str:
        """PASS, FAIL or OPEN."""
        return FAIL if self.faults else self.limit_verdict
