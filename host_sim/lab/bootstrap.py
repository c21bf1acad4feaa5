"""Where a mean lies with 95 %: the percentile bootstrap, over what is independent.

Recordings, links and seeds are; samples of one recording are not. B. Efron and R. Tibshirani, An
Introduction to the Bootstrap (1993), chapter 13.
"""

from collections.abc import Sequence

import numpy as np

DRAWS = 2000
SEED = 1


def ratio(amounts: Sequence[float], counts: Sequence[float]) -> tuple[float, float] | None:
    """The interval of amount over count, a pair for each recording; None of fewer than two."""
    if len(amounts) < 2:
        return None
    some = np.random.default_rng(SEED).integers(len(amounts), size=(DRAWS, len(amounts)))
    drawn = np.asarray(amounts)[some].sum(axis=1) / np.asarray(counts)[some].sum(axis=1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return float(low), float(high)


def mean(values: Sequence[float]) -> tuple[float, float] | None:
    """The interval of a mean."""
    return ratio(values, [1.0] * len(values))
