"""What is told of a recording at a glance, in bounded memory.

Median and 99th percentile of more than a chunk of samples are read off a histogram of the floats'
leading bits, and are right to 1 part in 4,096; of less they are exact.
"""

from dataclasses import asdict
from typing import Any

import numpy as np

from host_sim.trace.recording import Recording, Samples
from host_sim.trace.spool import CHUNK, chunks

_BITS = 20  # of a float: sign, exponent and eleven of the fraction


def facts(recording: Recording) -> dict[str, Any]:
    """Format, samples, rate_hz, duration_s, gaps, current_ma, charge_mc and so on."""
    least, greatest, median, p99 = _spread(recording.current_ua)
    volts = recording.voltage_v
    return {
        "format": recording.format,
        "samples": len(recording.current_ua),
        "rate_hz": recording.rate_hz,
        "duration_s": recording.duration_s,
        "gaps": [asdict(gap) for gap in recording.gaps],
        "current_ma": {
            "min": least / 1000,
            "median": median / 1000,
            "mean": recording.charge_mc / recording.duration_s,
            "p99": p99 / 1000,
            "max": greatest / 1000,
        },
        "charge_mc": recording.charge_mc,
        "energy_mj": recording.energy_mj,
        "voltage_v": None if volts is None else _mean(volts),
        "clipped_samples": recording.clipped_samples,
        "channels": list(recording.channels),
    }


def _mean(samples: Samples) -> float:
    return sum(float(part.sum(dtype=np.float64)) for part in chunks(samples)) / len(samples)


def _spread(samples: Samples) -> tuple[float, float, float, float]:
    """Least, greatest, median, 99th percentile."""
    if len(samples) <= CHUNK:
        median, p99 = np.percentile(samples, (50, 99))
        return float(samples.min()), float(samples.max()), float(median), float(p99)
    counts = np.zeros(1 << _BITS, np.int64)
    least, greatest = np.inf, -np.inf
    for part in chunks(samples):
        least, greatest = min(least, float(part.min())), max(greatest, float(part.max()))
        counts += np.bincount(_bins(part), minlength=len(counts))
    below = np.cumsum(counts)
    median, p99 = (
        _value(int(np.searchsorted(below, share * len(samples)))) for share in (0.5, 0.99)
    )
    return least, greatest, min(max(median, least), greatest), min(max(p99, least), greatest)


def _bins(samples: Samples) -> Any:
    """The leading bits of each float, in the order of the values."""
    bits = np.ascontiguousarray(samples).view(np.uint32)
    ordered = np.where(bits >> 31, ~bits, bits | 0x80000000)
    return ordered >> (32 - _BITS)


def _value(index: int) -> float:
    """The middle of a bin."""
    ordered = np.uint32((index << (32 - _BITS)) | 1 << (31 - _BITS))
    bits = ordered & np.uint32(0x7FFFFFFF) if ordered >> 31 else ~ordered
    return float(np.array([bits], np.uint32).view(np.float32)[0])
