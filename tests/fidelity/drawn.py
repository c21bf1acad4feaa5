"""Boards as they may be, for the interval of what is predicted from one."""

from collections.abc import Callable, Sequence

import numpy as np

from host_sim.hardware import uncertain
from host_sim.hardware.board import Board

DRAWS = 300
Draw = Callable[[Board], Board]


def as_filed(of: Board) -> Board:
    """A board as its file has it."""
    return of


def _draw(number: int) -> Draw:
    """Boards whose numbers are off within their intervals, the same ones for a number."""

    def as_it_may_be(of: Board) -> Board:
        some = uncertain.of(of)
        off = np.random.default_rng([1, number]).standard_normal(len(some)).tolist()
        by = {at: one.at(z) for one, z in zip(some, off, strict=True) for at in one.places}
        return uncertain.drawn(of, by)

    return as_it_may_be


def intervals(predict: Callable[[Draw], Sequence[float]]) -> list[tuple[float, float]]:
    """80 % of what such boards let each of several figures be."""
    tails = (1 - uncertain.SHARE) / 2
    values = np.array([predict(_draw(number)) for number in range(DRAWS)])
    low, high = np.quantile(values, [tails, 1 - tails], axis=0).tolist()
    return list(zip(low, high, strict=True))
