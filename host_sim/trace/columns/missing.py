"""Gaps in the formats that count samples: runs of NaN, as long as the time that is missing."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from host_sim.errors import BadInput
from host_sim.trace.recording import Bits, Gap, Recording
from host_sim.trace.spool import CHUNK, Array, chunks

MOST_MISSING = 100_000_000  # samples: there is no shorter way to hold them


@dataclass
class Missing:
    """Runs of missing samples, found chunk for chunk."""

    held: int = 0  # samples until now that are not missing
    runs: dict[int, int] = field(default_factory=dict)  # samples missing, by those held before

    def of(self, part: Array) -> Bits:
        """Which samples of the next chunk are held."""
        held: Bits = ~np.isnan(part)
        before = self.held + np.cumsum(held)
        at, counts = np.unique(before[~held], return_counts=True)
        for run, count in zip(at.tolist(), counts.tolist(), strict=True):
            self.runs[run] = self.runs.get(run, 0) + count
        self.held += int(held.sum())
        return held

    def gaps(self, rate_hz: float) -> tuple[Gap, ...]:
        """The runs that lie between two samples."""
        return tuple(
            Gap(at / rate_hz, count / rate_hz)
            for at, count in self.runs.items()
            if 0 < at < self.held
        )


def check_length(recording: Recording) -> None:
    """BadInput when the gaps would fill the disk; the place is the caller's to name."""
    if sum(gap.length_s for gap in recording.gaps) * recording.rate_hz > MOST_MISSING:
        raise BadInput("the gaps are too long for this format", remedy="write a .parquet")


def filled(recording: Recording, column: Array, fill: float) -> Iterator[Array]:
    """A column in parts, with as many samples of `fill` in place of a gap as it is long."""
    start = 0
    for gap in recording.gaps:
        stop = round(gap.start_s * recording.rate_hz)
        yield from chunks(column[start:stop])
        start, missing = stop, round(gap.length_s * recording.rate_hz)
        for done in range(0, missing, CHUNK):
            yield np.full(min(CHUNK, missing - done), fill, column.dtype)
    yield from chunks(column[start:])
