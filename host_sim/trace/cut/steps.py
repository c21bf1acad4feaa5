"""Steps of the level within an awake stretch: by windows of the pyramid, then to the sample."""

from statistics import median

import numpy as np

from host_sim.trace.cut.pyramid import WINDOW_S, Pyramid
from host_sim.trace.recording import Samples

STEP_RATIO = 1.15  # between two levels


def steps(pyramid: Pyramid, start: int, end: int, rate_hz: float) -> list[int]:
    """The samples at which the median of a window leaves the level of those before it.

    The first window of a level is left out of the comparison: it holds the edge, and an inrush.
    """
    size = pyramid.size
    wide = max(1, round(WINDOW_S * rate_hz / size))  # blocks
    first = -(-start // size)
    means = pyramid.mean[first : end // size].tolist()
    found: list[int] = []
    at, settled, level = wide, 0, 0.0
    while at + wide <= len(means):
        middle = median(means[at : at + wide])
        if settled and not level / STEP_RATIO <= middle * settled <= level * STEP_RATIO:
            edge, reach = (first + at) * size, wide * size
            begin = max(edge - reach, found[-1] if found else start) + 1
            around = pyramid.samples[begin : min(edge + reach, end)]
            # At a rate so low that a window is one sample, the edge is known to the sample.
            found.append(begin + _split(around) if len(around) > 1 else edge)
            at, settled, level = -(-found[-1] // size) - first + wide, 0, 0.0
        else:
            at, settled, level = at + wide, settled + 1, level + middle
    return found


def _split(samples: Samples) -> int:
    """Where two means fit the samples best: the first sample of the second one."""
    total = np.cumsum(samples, dtype=np.float64)
    left = np.arange(1, len(samples))
    right = len(samples) - left
    apart = total[:-1] / left - (total[-1] - total[:-1]) / right
    return 1 + int(np.argmax(apart**2 * left * right))
