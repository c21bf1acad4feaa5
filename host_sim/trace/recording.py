"""A recording: current over time at one rate, with its gaps known."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from host_sim.trace.spool import chunks

Floats = npt.NDArray[np.float64]
Samples = npt.NDArray[np.float32]  # seven digits: no instrument here resolves more
Bits = npt.NDArray[np.uint8]
MOST_PIXELS = 2_000  # of a wake that is drawn


@dataclass(frozen=True)
class Gap:
    """Time that the recording does not hold: what lies between two neighbouring samples."""

    start_s: float  # of recorded time, that is without the gaps before it
    length_s: float


@dataclass(frozen=True)
class Recording:
    """Samples of current in µA, each the mean over 1 / rate_hz.

    Time is counted in samples, so that a gap is never integrated over. `voltage_v` has a sample
    for each of current where the file holds it, and so has `digital`, of which bit i is the
    channel `channels[i]`. The columns may be larger than memory: walk them with spool.chunks.
    """

    format: str
    rate_hz: float
    current_ua: Samples
    gaps: tuple[Gap, ...] = ()
    channels: tuple[str, ...] = ()
    digital: Bits | None = None
    voltage_v: Samples | None = None
    clipped_samples: int = 0  # at the end of the instrument's range: the current was more

    @property
    def duration_s(self) -> float:
        """Recorded time, gaps left out."""
        return len(self.current_ua) / self.rate_hz

    @property
    def charge_mc(self) -> float:
        """Charge of all samples."""
        total_ua = sum(float(part.sum(dtype=np.float64)) for part in chunks(self.current_ua))
        return total_ua / self.rate_hz / 1000

    @property
    def energy_mj(self) -> float | None:
        """Energy of all samples, or None where no voltage was recorded."""
        if self.voltage_v is None:
            return None
        both = zip(chunks(self.current_ua), chunks(self.voltage_v), strict=True)
        total_uw = sum(float(np.dot(ua.astype(np.float64), v)) for ua, v in both)
        return total_uw / self.rate_hz / 1000


def drawn(samples: Samples) -> Samples:
    """For a picture of a wake: of more samples than it shows, least and most in turn."""
    per_pixel = -(-len(samples) // MOST_PIXELS)
    if per_pixel <= 2:
        return samples
    pixels = np.pad(samples, (0, -len(samples) % per_pixel), mode="edge").reshape(-1, per_pixel)
    return np.column_stack([pixels.min(axis=1), pixels.max(axis=1)]).ravel()
