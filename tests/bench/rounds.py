"""Contenders timed in turn: a machine whose speed drifts slows the neighbours of a round alike.

So a ratio is the median of each round's own ratio, not the ratio of two medians.
"""

import statistics
import time
from collections.abc import Callable

ROUNDS = 15

Times = list[float]  # s, one of each round
Contender = Callable[[], Callable[[], object]]  # sets up, and hands over what is timed


def interleaved(*contenders: Contender, rounds: int = ROUNDS) -> list[Times]:
    """The times of each contender, run in turn."""
    times: list[Times] = [[] for _ in contenders]
    for _ in range(rounds):
        for contender, mine in zip(contenders, times, strict=True):
            mine.append(timed(contender()))
    return times


def timed(ready: Callable[[], object]) -> float:
    """How long a call takes, in s."""
    started = time.perf_counter()
    ready()
    return time.perf_counter() - started


def ratio(above: Times, below: Times) -> float:
    """How many times as long the one takes as the other."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))
