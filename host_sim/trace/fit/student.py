"""Student's t: how many standard errors hold a share of draws, where few say how large one is."""

from math import cos, pi, sin, sqrt, tan

HALVINGS = 60  # of a right angle, to the last digit of a float


def quantile(level: float, freedom: int) -> float:
    """The t within which the share `level` lies, both sides, at `freedom` degrees of freedom."""
    low, high = 0.0, pi / 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < level else (low, middle)
    return sqrt(freedom) * tan(low)


def _within(angle: float, freedom: int) -> float:
    """Share within ± sqrt(freedom) * tan(angle): the finite sum for whole degrees of freedom."""
    odd = freedom % 2
    term, total = (cos(angle) if odd else 1.0), 0.0
    for i in range(1, freedom // 2 + 1):
        total += term
        term *= cos(angle) ** 2 * (2 * i - 1 + odd) / (2 * i + odd)
    inner = sin(angle) * total
    return 2 / pi * (angle + inner) if odd else inner
