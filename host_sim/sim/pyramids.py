"""A run's current at a few resolutions: least, mean and most of each bin, to draw any length of it.

Of a log (wakelog.py), so no sample is ever made. Means are exact but for a wake that a bin's edge
cuts, whose charge is taken to flow evenly; such a wake's least and most count in both bins.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from host_sim.sim.wakelog import Log
from host_sim.trace.recording import Floats
from host_sim.world.series import Ints

FINEST = 1 << 15  # bins: of a year, 16 minutes each
COARSER = 4
LEAST_BINS = 256
LEAST_US = 1_000


@dataclass(frozen=True)
class Level:
    """Currents in µA; the last bin may be short."""

    bin_us: int
    low: Floats
    mean: Floats
    high: Floats


@dataclass(frozen=True)
class Spans:
    """A run as wakes and sleeps in turn: when each starts (µs), its fC, and its least and most."""

    start_us: Ints
    fc: Floats
    low_ua: Floats
    high_ua: Floats
    end_us: int


def spans(log: Log) -> Spans:
    """Of a log that has at least one wake."""
    shape = np.array(log.wakes.shape, dtype=np.int64)
    us = np.array([one.us for one in log.shapes], dtype=np.int64)[shape]
    fc = np.array([float(one.fc) for one in log.shapes])[shape]
    currents = [[part.na for part in one.parts] or [0] for one in log.shapes]
    low = np.array([min(some) for some in currents])[shape] / 1000
    high = np.array([max(some) for some in currents])[shape] / 1000
    start = np.array(log.wakes.start_us[: len(shape)], dtype=np.int64)
    asleep_us = np.diff(np.append(start, log.now_us)) - us
    asleep_fc = np.array(log.wakes.asleep_fc)
    asleep = asleep_fc / np.maximum(asleep_us, 1) / 1000
    most = np.array(log.wakes.asleep_na) / 1000
    return Spans(
        _turns(start, start + us),
        _turns(fc, asleep_fc),
        _turns(low, asleep),
        _turns(high, most),
        log.now_us,
    )


def levels(some: Spans, finest: int = FINEST) -> list[Level]:
    """From the finest on, each of bins COARSER times as long."""
    bin_us = max(LEAST_US, -(-some.end_us // finest))
    out = [_level(some, bin_us)]
    while len(out[-1].mean) > LEAST_BINS * COARSER:
        bin_us *= COARSER
        out.append(_level(some, bin_us))
    return out


def _level(some: Spans, bin_us: int) -> Level:
    bins = -(-some.end_us // bin_us)
    edges = np.minimum(np.arange(bins + 1, dtype=np.int64) * bin_us, some.end_us)
    at_us = np.append(some.start_us, some.end_us)
    drawn = np.interp(edges, at_us, np.concatenate([[0.0], np.cumsum(some.fc)]))
    covers = np.searchsorted(some.start_us, edges[:-1], side="right") - 1  # each bin's left edge
    began = some.start_us // bin_us
    inside = (some.start_us < some.end_us) & (np.diff(at_us) > 0)
    low, high = some.low_ua[covers], some.high_ua[covers]
    np.minimum.at(low, began[inside], some.low_ua[inside])
    np.maximum.at(high, began[inside], some.high_ua[inside])
    return Level(bin_us, low, np.diff(drawn) / np.diff(edges) / 1000, high)


def _turns(wakes: npt.NDArray[np.generic], sleeps: npt.NDArray[np.generic]) -> npt.NDArray:  # type: ignore[type-arg]
    return np.column_stack([wakes, sleeps]).ravel()
