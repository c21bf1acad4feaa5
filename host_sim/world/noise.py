"""First-order noise, which passing weather and radio shadowing have in common."""

from itertools import accumulate

import numpy as np


def gauss_markov(
    random: np.random.Generator, count: int, sd: float, correlation_steps: float
) -> list[float]:
    """Zero-mean Gaussian noise whose autocorrelation falls to 1/e in so many steps.

    Its spread is `sd` from the first value on: it does not start from a transient.
    """
    keep = float(np.exp(-1 / correlation_steps))
    kicks = random.normal(0, sd * np.sqrt(1 - keep * keep), count)
    kicks[:1] = random.normal(0, sd, 1)
    return list(accumulate(kicks.tolist(), lambda level, kick: keep * level + kick))
