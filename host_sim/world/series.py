"""A quantity over time, laid out ahead of a run as integers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Series:
    """Values read as values[time // step_us % len(values)]."""

    step_us: int
    values: list[int]
