"""How sure the mean of some wakes is: by their scatter, and by what a slow instrument misses."""

from collections.abc import Sequence
from math import hypot, sqrt

import numpy as np

from host_sim.lab.wakes import Steps
from host_sim.trace.fit import student
from host_sim.trace.recording import Floats

Z95 = 1.96


def one_mc(some: Sequence[tuple[Floats, Floats]]) -> float:
    """Within how many mC of their kind's mean 95 % of single wakes lie.

    `some` has, for each kind, the charges (mC) and how often each occurred. The result is at least
    what a normal distribution of the same spread gives: where a few lie far off, that is more.
    """
    apart = np.concatenate([np.abs(mc - np.average(mc, weights=times)) for mc, times in some])
    times = np.concatenate([times for _, times in some])
    order = np.argsort(apart)
    share = np.cumsum(times[order]) / times.sum()
    held_mc = apart[order][np.searchsorted(share, 0.95)]
    return max(float(held_mc), Z95 * sqrt(times @ apart**2 / times.sum()))


def half(values: Floats) -> float:
    """Half the interval of a mean of at least two values, by Student's t."""
    t = student.t95(len(values) - 1)
    return t * float(values.std(ddof=1)) / sqrt(len(values))


def missed_mc(steps: Steps, period_s: float) -> float:
    """The rms error of a wake's charge by a recorder whose samples are instants and no means.

    Each sample stands for its whole period. A step that is shorter is met by chance, as often as it
    is long; and any part of the first and of the last sample may be awake.
    """
    mean_ma = sum(us * na for _, us, na in steps) / max(1, sum(us for _, us, _ in steps)) / 1e6
    short = [(us / 1e6, na / 1e6) for _, us, na in steps if us < period_s * 1e6]
    met = sum(period_s * seconds * (ma - mean_ma) ** 2 for seconds, ma in short)
    return hypot(sqrt(met), mean_ma * period_s / sqrt(6))
