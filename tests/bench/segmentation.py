"""Segmentation against one pass over the same samples: numpy's plain sum, in the same run."""

from collections.abc import Callable
from functools import partial
from statistics import median

import numpy as np

from host_sim.trace.cut import levels, pyramid, segment
from host_sim.trace.recording import Recording, Samples
from tests.bench.rounds import interleaved, ratio

SAMPLES = 100_000_000
RATE_HZ = 100_000.0
# Samples from wake to wake and awake, and the goal.
WAVES = {
    "sparse, a wake a second": (100_000, 1_000, "at least 0.8 of a sum"),
    "dense, a step each 16 or 48 samples": (64, 16, "at least 500 million samples/s"),
}


def rows() -> list[tuple[str, str, str]]:
    """Change points alone, and states: speed, and ratio to the sum."""
    out = []
    for name, (period, awake, goal) in WAVES.items():
        recording = Recording("made", RATE_HZ, _wave(period, awake))
        change_points, states = _change_points(recording), partial(segment.find, recording)
        change_points(), states()  # compiled now, if not before
        runs = (recording.current_ua.sum, change_points, states)
        sum_s, points_s, states_s = interleaved(*(lambda run=run: run for run in runs))
        for what, times in (("change points", points_s), ("states", states_s)):
            speed = f"{SAMPLES / median(times) / 1e6:,.0f} million samples/s"
            out.append((f"{what}, {name}", f"{speed}, {ratio(sum_s, times):.2f} of a sum", goal))
    return out


def _change_points(recording: Recording) -> Callable[[], object]:
    def run() -> object:
        built = pyramid.build(recording)
        return pyramid.band_runs(built, levels.of_recording(built).limits, segment.MARGIN)

    return run


def _wave(period: int, awake: int) -> Samples:
    """A sleep of 0.9 mA with noise, and wakes at 50 mA over it."""
    some = 100 * period if period > 1000 else 100_000 * period
    noise = np.random.default_rng(1).standard_normal(some, dtype=np.float32)
    wave = 900 + 30 * noise
    wave.reshape(-1, period)[:, -awake:] += 50_000
    return np.tile(wave, -(-SAMPLES // some))[:SAMPLES]
