"""From the times of samples, chunk by chunk, to a rate and the gaps where the clock jumps."""

from pathlib import Path

import numpy as np

from host_sim.errors import BadInput
from host_sim.trace.recording import Floats, Gap

MOST_S = 1e10  # three centuries
MOST_HZ = 1e9
JUMP = 1.5  # sample intervals between two samples that are no longer neighbours


class Clock:
    """The times of a recording. BadInput names the line of one that cannot be.

    The rate is that of the neighbours' mean interval, to five digits: the clock of an instrument
    is no better, and a printed time is rounded. What an interval is, the first chunk says.
    """

    def __init__(self, path: Path, first_line: int | None = None) -> None:
        self.path, self.first_line = path, first_line
        self.samples = 0
        self.first_s = self.last_s = self.usual_s = 0.0
        self.jumps: list[tuple[int, float]] = []  # sample after it, s

    def add(self, at_s: Floats) -> None:
        """The times of the next samples."""
        if len(at_s):
            if not self._goes_on(at_s):
                self._look(at_s)
            self.samples += len(at_s)
            self.last_s = float(at_s[-1])

    def _goes_on(self, at_s: Floats) -> bool:
        """Whether there is nothing to note: most chunks are so, and this is the fastest look."""
        most_s = JUMP * self.usual_s
        step_s = np.diff(at_s)
        return bool(
            len(step_s) > 0
            and 0 < at_s[0] - self.last_s <= most_s
            and step_s.min() > 0  # NaN is not
            and step_s.max() <= most_s
            and at_s[-1] <= MOST_S
        )

    def _look(self, at_s: Floats) -> None:
        """Note the jumps; BadInput for a time that cannot be."""
        sound = np.abs(at_s) <= MOST_S  # NaN is not
        if not sound.all():
            raise self._refuse("no time", int(np.argmin(sound)))
        if self.samples == 0:
            self.first_s = self.last_s = float(at_s[0])
            if self.first_s < 0:
                raise self._refuse("time is negative", 0)
            step_s, first = np.diff(at_s), 1
        else:
            step_s, first = np.diff(at_s, prepend=self.last_s), 0
        if (step_s <= 0).any():
            raise self._refuse("time does not rise", int(np.argmax(step_s <= 0)) + first)
        if not self.usual_s and len(step_s):
            self.usual_s = float(np.median(step_s))
        for at in np.flatnonzero(step_s > JUMP * self.usual_s):
            self.jumps.append((self.samples + int(at) + first, float(step_s[at])))

    def rate_hz(self) -> float:
        """Samples a second, gaps left out. BadInput when there are no two samples."""
        if self.samples < 2:
            raise BadInput("no two samples", where=self.path, remedy="record again")
        if self._interval_s() * MOST_HZ < 1:
            raise self._refuse("samples less than a nanosecond apart", 1)
        return float(f"{1 / self._interval_s():.5g}")

    def gaps(self) -> tuple[Gap, ...]:
        """Where the clock jumps, and by how much more than an interval."""
        rate_hz, interval_s = self.rate_hz(), self._interval_s()
        return tuple(Gap(sample / rate_hz, step_s - interval_s) for sample, step_s in self.jumps)

    def _interval_s(self) -> float:
        jumped_s = sum(step_s for _, step_s in self.jumps)
        return (self.last_s - self.first_s - jumped_s) / (self.samples - 1 - len(self.jumps))

    def _refuse(self, what: str, row: int) -> BadInput:
        line = None if self.first_line is None else self.first_line + self.samples + row
        return BadInput(what, where=self.path, line=line, remedy="the file is damaged")
