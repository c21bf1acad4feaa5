"""The two-sample Kolmogorov-Smirnov test: whether two samples can be of one distribution.

The p-value is the asymptotic one (Smirnov 1948) with Stephens's correction for small samples
(J. R. Stat. Soc. B 32, 1970). Ties make it too large rather than too small: a small p is evidence,
a large one is none where a sample has few values.
"""

import numpy as np
from numpy.typing import ArrayLike

TERMS = 100  # of the series, which has converged long before


def p_value(first: ArrayLike, second: ArrayLike) -> float:
    """The chance of samples at least so far apart, were they of one distribution.

    Raises ValueError where one has no values.
    """
    a, b = np.sort(np.asarray(first, float)), np.sort(np.asarray(second, float))
    if not len(a) or not len(b):
        raise ValueError("a sample without values")
    at = np.concatenate([a, b])
    below = np.searchsorted(a, at, "right") / len(a) - np.searchsorted(b, at, "right") / len(b)
    root = float(np.sqrt(len(a) * len(b) / (len(a) + len(b))))
    x = (root + 0.12 + 0.11 / root) * float(np.abs(below).max())
    if x < 0.2:
        return 1.0  # 1 - 1e-12 and more; the series alternates too long to sum
    k = np.arange(1, TERMS + 1)
    return float(np.clip(2 * np.sum((-1.0) ** (k - 1) * np.exp(-2 * (k * x) ** 2)), 0, 1))
