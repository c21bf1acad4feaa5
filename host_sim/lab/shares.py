"""What each decision brings: switched off alone, and its share by Shapley.

Decisions help or hinder one another: a window that shares joins saves less where a join is cheap.
The Shapley value (L. Shapley, "A value for n-person games", 1953) is the mean of what a decision
brings when it is added, over all orders in which they may be added; the shares add up to the whole.
"""

from collections.abc import Callable, Collection, Sequence
from itertools import combinations
from math import comb


def shapley(names: Sequence[str], value: Callable[[Collection[str]], float]) -> dict[str, float]:
    """By name, what it adds to `value`, a function of the names that are there."""
    known = {
        frozenset(some): value(some)
        for size in range(len(names) + 1)
        for some in combinations(names, size)
    }
    out = {}
    for name in names:
        others = [one for one in names if one != name]
        out[name] = sum(
            (known[frozenset((*some, name))] - known[frozenset(some)])
            / (len(names) * comb(len(others), size))
            for size in range(len(names))
            for some in combinations(others, size)
        )
    return out
