"""Stretches of a recording as two columns, starts and ends: joined, dropped, painted over."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Where = npt.NDArray[np.int64]  # sample numbers
Chosen = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Intervals:
    """Stretches start … end (which is not part of them), rising, without overlap."""

    start: Where
    end: Where

    @property
    def length(self) -> Where:
        """Samples in each."""
        return self.end - self.start

    def __getitem__(self, chosen: Chosen) -> "Intervals":
        return Intervals(self.start[chosen], self.end[chosen])

    def joined(self, gap: float) -> "Intervals":
        """Those less than `gap` samples apart as one."""
        if not len(self.start):
            return self
        apart = self.start[1:] - self.end[:-1] >= gap
        return Intervals(self.start[np.append(True, apart)], self.end[np.append(apart, True)])

    def holds(self, at: Where) -> Where:
        """For each sample number: which interval it lies in, or −1."""
        which = np.searchsorted(self.start, at, side="right") - 1
        if len(self.start):
            which[at >= self.end[which]] = -1
        return which


def at_least(starts: Where, bands: Where, band: int, samples: int) -> Intervals:
    """Where runs of bands lie at `band` or higher."""
    on = np.concatenate([[False], bands >= band, [False]])
    edges = np.flatnonzero(on[1:] != on[:-1])
    where = np.append(starts, samples)[edges]
    return Intervals(where[::2], where[1::2])


@dataclass(frozen=True)
class Painting:
    """The whole of a recording in codes: `code[i]` from `start[i]` to the next start."""

    start: Where
    code: Where
    samples: int

    def over(self, intervals: Intervals, code: int | npt.ArrayLike) -> "Painting":
        """Paint intervals with a code, or each with its own."""
        if not len(intervals.start):
            return self
        kept = intervals.holds(self.start) < 0
        start = np.concatenate([self.start[kept], intervals.end, intervals.start])
        codes = np.broadcast_to(np.asarray(code), intervals.start.shape)
        code = np.concatenate([self.code[kept], self.at(intervals.end), codes])
        order = np.argsort(start, kind="stable")
        start, code = start[order], code[order]
        last = np.append(start[1:] != start[:-1], True) & (start < self.samples)
        return Painting(start[last], code[last], self.samples).plain()

    def at(self, where: Where) -> Where:
        """The codes of samples."""
        codes: Where = self.code[np.searchsorted(self.start, where, side="right") - 1]
        return codes

    def plain(self) -> "Painting":
        """Neighbours of the same code as one."""
        change = np.append(True, self.code[1:] != self.code[:-1])
        return Painting(self.start[change], self.code[change], self.samples)

    def of(self, code: int) -> Intervals:
        """Where it is of a code."""
        end = np.append(self.start[1:], self.samples)
        return Intervals(self.start[self.code == code], end[self.code == code])
