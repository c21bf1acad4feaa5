"""Student's t: how many standard errors hold a share of draws, where few say how large one is."""

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

    It is Student's t times the standard error that the means without each draw tell, the
    jackknife (Efron and Tibshirani, An Introduction to the Bootstrap, chapter 11). A draw that
    outweighs the others leaves less freedom: Kish's effective number of draws counts. Nothing that
    is meant here is less than 0.
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
