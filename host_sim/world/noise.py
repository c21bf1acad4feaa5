"""Chance that is the same however long it is asked for: noise in steps, and events in a stream."""

from collections.abc import Iterator
from itertools import accumulate

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
BLOCK = 64  # steps; blocks are worked out side by side


def gauss_markov(normal: Floats, sd: float, correlation_steps: float) -> Floats:
    """Zero-mean Gaussian noise whose autocorrelation falls to 1/e in so many steps.

    One value for each standard normal number given, and of no later one: longer noise begins as
    shorter noise does. Its spread is `sd` from the first value on: it does not start from a
    transient.
    """
    keep = float(np.exp(-1 / correlation_steps))
    blocks = -(-len(normal) // BLOCK)
    kicks = np.zeros(blocks * BLOCK)
    kicks[: len(normal)] = normal * (sd * np.sqrt(1 - keep * keep))
    kicks[:1] = normal[:1] * sd
    level = kicks.reshape(blocks, BLOCK)
    for step in range(1, BLOCK):  # each block as if it began at 0
        level[:, step] += keep * level[:, step - 1]
    fades = keep ** np.arange(1, BLOCK + 1)
    fade = float(fades[-1])
    before = accumulate(level[:, -1].tolist(), lambda last, own: own + last * fade, initial=0.0)
    level += np.outer(list(before)[:blocks], fades)
    return level.ravel()[: len(normal)]


def poisson_us(random: np.random.Generator, mean_us: float) -> Iterator[int]:
    """Instants of a Poisson process without end (µs), so long apart on average, gap after gap."""
    at_us = 0.0
    while True:
        at_us += random.exponential(mean_us)
        yield int(at_us)
