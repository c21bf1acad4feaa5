"""When a contact opens and closes: at random, or as its openings have it."""

from bisect import bisect_left
from itertools import pairwise

import numpy as np

from host_sim.units import DAY_US
from host_sim.world.noise import poisson_us


def random_edges(per_day: float, open_us: int, days: int, seed: int) -> list[int]:
    """When one opened and closed in turn, µs, so often a day on average (a Poisson process)."""
    opened: list[int] = []
    for at_us in poisson_us(np.random.default_rng([seed, 5]), DAY_US / per_day):
        if not opened or at_us > opened[-1]:
            opened.append(at_us)
        if at_us >= days * DAY_US:  # the first behind the end bounds the last before it
            return edges(opened, open_us, days)
    raise AssertionError("the stream has no end")


def edges(opened: list[int], open_us: int, days: int) -> list[int]:
    """Openings, and after each its closing; the last opening only bounds the one before."""
    out: list[int] = []
    for at, following in pairwise(opened):
        out += [at, min(at + open_us, (at + following) // 2)]
    return out[: bisect_left(out, days * DAY_US)]
