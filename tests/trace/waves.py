"""Waveforms whose states are known, because they were made so."""

import numpy as np

from host_sim.trace.recording import Recording

Part = tuple[float, float]  # mA, s


def wave(*parts: Part, rate_hz: float = 1000.0) -> Recording:
    """A recording of (mA, seconds) after each other."""
    samples = [np.full(round(s * rate_hz), ma * 1000, np.float32) for ma, s in parts]
    return Recording("test", rate_hz, np.concatenate(samples))
