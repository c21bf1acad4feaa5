"""Task sets: windows on grids whose periods do not divide each other."""

from dataclasses import dataclass

import numpy as np

Window = tuple[int, int]  # opens, closes, s

# I: of no product that we know, but of the kind: climate, wind, rain, soil; a message, an upload.
STATION = ((300, 60, 60), (420, 90, 90), (660, 120, 180), (1_500, 300, 300))
STATION_RADIO = ((1_700, 300, 300), (5_000, 600, 900))


@dataclass(frozen=True)
class Timed:
    """A task due each period, from `early_s` before to `late_s` after; `radio` is by a join."""

    period_s: int
    early_s: int
    late_s: int
    radio: bool

    def window(self, k: int) -> Window:
        """The window of its k-th time; at the start, the 0th, all were served."""
        return k * self.period_s - self.early_s, k * self.period_s + self.late_s

    def windows(self, horizon_s: int) -> list[Window]:
        """All that close within the horizon."""
        last = (horizon_s - self.late_s) // self.period_s
        return [self.window(k) for k in range(1, last + 1)]


Tasks = tuple[Timed, ...]


def station() -> Tasks:
    """A weather station."""
    sensing = [Timed(*row, radio=False) for row in STATION]
    return (*sensing, *(Timed(*row, radio=True) for row in STATION_RADIO))


def some(seed: int, sensing: int | None = None, width: float | None = None) -> Tasks:
    """A random set: 2 to 5 tasks that sense and 1 or 2 that tell, their periods any number of s.

    `sensing` and `width`, a window's share of its period, may be given.
    """
    random = np.random.default_rng([seed, 6])
    count = int(random.integers(2, 6))
    radios = int(random.integers(1, 3))
    out = []
    for i in range((sensing or count) + radios):
        radio = i >= (sensing or count)
        period_s = int(np.exp(random.uniform(np.log(120), np.log(1_800)))) * (3 if radio else 1)
        share = random.uniform(0.05, 0.6)
        open_s = int(period_s * (share if width is None else width))
        early_s = int(random.integers(0, open_s + 1))
        out.append(Timed(period_s, early_s, open_s - early_s, radio))
    return tuple(out)
