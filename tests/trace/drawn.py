"""Recordings to draw, made so that a picture can go wrong on them."""

import numpy as np

from host_sim.trace.cut import segment
from host_sim.trace.cut.segment import Found, Segment
from host_sim.trace.draw import view
from host_sim.trace.recording import Gap, Recording
from tests.trace.waves import wave

TITLE = 'A <b>name</b> & "more" </script> of a recording that nobody shortened ' * 3
HOLE = Gap(1.5, 7.391)


def holed(*holes: Gap) -> Recording:
    """Asleep at 20 µA with noise around it, awake at 50 mA, on the air at 120 mA."""
    whole = wave((0.02, 1), (50, 1), (120, 0.5), (0.02, 1))
    noise = np.random.default_rng(1).normal(0, 30, len(whole.current_ua)).astype(np.float32)
    return Recording("test", whole.rate_hz, whole.current_ua + noise, holes)


def labelled(states: int) -> tuple[Recording, Found]:
    """A recording of so many states, each ten times as much as the one before but two."""
    recording = wave(*[(10 ** (k % 6 - 2), 0.1) for k in range(states)])
    names = [Segment(f"a_long_state_{k}", k * 100, k * 100 + 100) for k in range(states)]
    return recording, Found(names, None, segment.find(recording).pyramid)


def curves(recording: Recording, found: Found | None = None) -> view.Curves:
    found = found or segment.find(recording)
    return view.by_state(recording, found, view.curve(recording, found, 8_000))
