"""The reader of large recordings beside the readers of tables that people use."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas
import polars

from host_sim.trace import reader
from host_sim.trace.formats import ppk2
from host_sim.trace.recording import Recording

SAMPLES = 8_000_000
RATE_HZ = 100_000
WAKE_S, AWAKE_S = 20, 2


class Csv:
    """A PPK2 CSV of a node that wakes, and the contenders to read it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "recording.csv"
        awake = np.arange(SAMPLES) / RATE_HZ % WAKE_S < AWAKE_S
        noise = np.random.default_rng(1).normal(1, 0.02, SAMPLES)
        current_ua = (np.where(awake, 90_000, 10) * noise).astype(np.float32)
        ppk2.write(self.path, Recording("made", RATE_HZ, current_ua))
        self.megabytes = self.path.stat().st_size / 1e6

    def ours(self) -> Callable[[], object]:
        """The whole reader: times checked, gaps found, samples kept outside of memory."""
        return lambda: reader.read(self.path)

    def pandas(self) -> Callable[[], object]:
        """Into a table in memory, on one thread."""
        return lambda: pandas.read_csv(self.path)

    def polars(self) -> Callable[[], object]:
        """Into a table in memory, on all threads."""
        return lambda: polars.read_csv(self.path)
