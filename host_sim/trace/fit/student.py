"""Student's t: the interval of a mean of few draws, which say little of their own spread."""

from collections.abc import Sequence
from math import cos, pi, sin, sqrt, tan
from statistics import pvariance

Draw = tuple[float, float]  # an amount, and what it is counted over: charge and time
LEVEL = 0.95
HALVINGS = 60  # of a right angle, to the last digit of a float


def t95(freedom: int) -> float:
    """The t within which 95 % lie, both sides, at so many degrees of freedom."""
    low, high = 0.0, pi / 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < LEVEL else (low, middle)
    return sqrt(freedom) * tan(low)


def interval(draws: Sequence[Draw]) -> tuple[float, float] | None:
    """Where the mean lies with 95 %: amount over count, of independent draws; None of one alone.

    It is Student's t times the jackknife's standard error, that of the means with one draw left out
    (Efron and Tibshirani, An Introduction to the Bootstrap, chapter 11). Where one draw outweighs
    the others there are fewer degrees of freedom: Kish's effective number of draws counts. The
    lower end is 0 at least, as no amount here is negative.
    """
    if len(draws) < 2:
        return None
    amount, count = map(sum, zip(*draws, strict=True))
    without = [(amount - mine) / (count - over) for mine, over in draws]
    error = sqrt(pvariance(without) * (len(draws) - 1))
    alike = count**2 / sum(over**2 for _, over in draws)
    half = t95(max(1, round(alike) - 1)) * error
    return max(0.0, amount / count - half), amount / count + half


def _within(angle: float, freedom: int) -> float:
    """Share within ± sqrt(freedom) * tan(angle): the finite sum for whole degrees of freedom."""
    odd = freedom % 2
    term, total = (cos(angle) if odd else 1.0), 0.0
    for i in range(1, freedom // 2 + 1):
        total += term
        term *= cos(angle) ** 2 * (2 * i - 1 + odd) / (2 * i + odd)
    inner = sin(angle) * total
    return 2 / pi * (angle + inner) if odd else inner
