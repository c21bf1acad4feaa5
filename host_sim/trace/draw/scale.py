"""An axis that shows microamperes beside a hundred milliamperes, and zero and below.

A logarithm has no place for the zeros and the negative noise of a sleep. The inverse hyperbolic
sine has: it is linear below a knee and logarithmic above it.
"""

from collections.abc import Iterable
from math import floor, log10

import numpy as np

from host_sim.trace.recording import Floats

EVEN_RATIO = 30  # of the peak to the lowest level, up to which a linear axis shows both
SMALLEST_KNEE_MA = 1e-4
UNITS = (("A", 1e3), ("mA", 1.0), ("µA", 1e-3), ("nA", 1e-6))


def knee_ma(parts: Iterable[Floats]) -> tuple[float, bool]:
    """The decade of the lowest level of some mA, and whether a linear axis would hide that level.

    A level is the median of one part, regardless of its sign; NaN is left out.
    """
    parts = [np.abs(part[~np.isnan(part)]) for part in parts]
    parts = [part for part in parts if len(part)]
    lowest = min((float(np.median(part)) for part in parts), default=0.0)
    peak = max((float(part.max()) for part in parts), default=0.0)
    knee = 10.0 ** floor(log10(max(lowest, SMALLEST_KNEE_MA)) + 1e-6)
    return knee, peak > EVEN_RATIO * max(lowest, SMALLEST_KNEE_MA)


def decades(knee: float, low: float, high: float) -> list[float]:
    """Zero, the knee and its powers of ten, to both sides, within low and high."""
    powers = [knee]
    while powers[-1] * 10 <= max(-low, high):
        powers.append(powers[-1] * 10)
    every = [-power for power in reversed(powers)] + [0.0] + powers
    return [value for value in every if low <= value <= high]


def label(ma: float) -> str:
    """A current with its unit: 10 µA, 100 mA."""
    for unit, size in UNITS:
        if abs(ma) >= size * (1 - 1e-9):
            return f"{ma / size:,.6g} {unit}"
    return f"{ma / UNITS[-1][1]:.3g} nA" if ma else "0"
