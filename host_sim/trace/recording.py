"""A recording: current over time at one rate, with its gaps known."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Gap:
    """Time that the recording does not hold: what lies between two neighbouring samples."""

    start_s: float  # of recorded time, that is without the gaps before it
    length_s: float


@dataclass(frozen=True)
class Recording:
    """Samples of current in µA, each the mean over 1 / rate_hz.

    Time is counted in samples, so that a gap is never integrated over; `channels` names what the
    file holds beside the current.
    """

    format: str
    rate_hz: float
    current_ua: Floats
    gaps: tuple[Gap, ...] = ()
    channels: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float:
        """Recorded time, gaps left out."""
        return len(self.current_ua) / self.rate_hz

    @property
    def charge_mc(self) -> float:
        """Charge of all samples."""
        return float(self.current_ua.sum()) / self.rate_hz / 1000
