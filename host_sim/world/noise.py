"""Chance that is the same however long it is asked for: noise in steps, and events in a stream."""

from collections.abc import Iterator
from itertools import accumulate

import numpy as np
import numpy.typing as npt


def gauss_markov(
    normal: npt.NDArray[np.float64], sd: float, correlation_steps: float
) -> list[float]:
    """Zero-mean Gaussian noise whose autocorrelation falls to 1/e in so many steps.

    One value for each standard normal number given, and of no later one: longer noise begins as
    shorter noise does. Its spread is `sd` from the first value on: it does not start from a
    transient.
    """
    keep = float(np.exp(-1 / correlation_steps))
    kicks = normal * (sd * np.sqrt(1 - keep * keep))
    kicks[:1] = normal[:1] * sd
    return list(accumulate(kicks.tolist(), lambda level, kick: keep * level + kick))


def poisson_us(random: np.random.Generator, mean_us: float) -> Iterator[int]:
    """Instants of a Poisson process without end (µs), so long apart on average, gap after gap."""
    at_us = 0.0
    while True:
        at_us += random.exponential(mean_us)
        yield int(at_us)
