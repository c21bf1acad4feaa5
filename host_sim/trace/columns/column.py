"""A column while it is written whose samples are checked: no NaN, nothing beyond what can be."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from host_sim.errors import BadInput
from host_sim.trace.recording import Floats, Samples
from host_sim.trace.spool import Spool

MOST_UA = 1e9  # 1,000 A: a larger number is damage, not a current
MOST_V = 1e6


class Column:
    """Samples of a current in µA or of a voltage in V."""

    def __init__(self, quantity: str, path: Path, first_line: int | None = None) -> None:
        self.quantity, self.path, self.first_line = quantity, path, first_line
        self.most = {"current": MOST_UA, "voltage": MOST_V}[quantity]
        self.samples = Spool(np.float32)
        self.length = 0

    def append(self, samples: npt.NDArray[np.floating]) -> None:
        """Add samples; BadInput names the first that is none."""
        # Two numbers instead of a row of truths; NaN is neither.
        if len(samples) and not (samples.min() >= -self.most and samples.max() <= self.most):
            sample = self.length + int(np.argmin(np.abs(samples) <= self.most))
            told = self.first_line is None
            raise BadInput(
                f"sample {sample:,} is no {self.quantity}" if told else f"no {self.quantity}",
                where=self.path,
                line=None if self.first_line is None else self.first_line + sample,
                remedy="the file is damaged",
            )
        self.samples.append(samples)
        self.length += len(samples)

    def array(self) -> Samples:
        """All samples; BadInput when there are no two."""
        if self.length < 2:
            raise BadInput("no two samples", where=self.path, remedy="record again")
        return self.samples.array()


def floats(data: bytes) -> Floats:
    """Little-endian 32-bit floats; a NaN among them is left to Column, whatever its bits."""
    with np.errstate(invalid="ignore"):
        return np.frombuffer(data, "<f4").astype(np.float64)
