"""What each decision brings: its share by Shapley.

Decisions help or hinder one another: a window that shares joins saves less where a join is cheap.
The Shapley value (L. Shapley, "A value for n-person games", 1953) is the mean of what a decision
brings when it is added, over all orders in which they may be added; the shares add up to the whole.
Of many decisions some orders are drawn, each with its reverse (J. Castro et al., "Polynomial
calculation of the Shapley value based on sampling", 2009): the shares still add up.
"""

from collections.abc import Callable, Collection, Sequence
from functools import cache
from itertools import permutations
from random import Random

EXACT = 4  # decisions of which every order is tried
DRAWN = 4  # orders of more, and as many reverses
SEED = 1

Value = Callable[[Collection[str]], float]


def runs(names: Sequence[str]) -> int:
    """How often `value` is asked at most."""
    return 2 ** len(names) if len(names) <= EXACT else 2 * DRAWN * (len(names) - 1) + 2


def shapley(names: Sequence[str], value: Value) -> dict[str, float]:
    """By name, what it adds to `value`, a function of the names that are there."""
    known = cache(lambda some: value(sorted(some)))
    out = dict.fromkeys(names, 0.0)
    orders = _orders(names)
    for order in orders:
        there: frozenset[str] = frozenset()
        for name in order:
            out[name] += (known(there | {name}) - known(there)) / len(orders)
            there |= {name}
    return out


def _orders(names: Sequence[str]) -> list[tuple[str, ...]]:
    if len(names) <= EXACT:
        return list(permutations(names))
    random = Random(SEED)
    drawn = [tuple(random.sample(names, len(names))) for _ in range(DRAWN)]
    return drawn + [order[::-1] for order in drawn]
