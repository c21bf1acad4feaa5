"""What the budgets of a home's nodes say: each, or of many nodes the worst."""

from collections import defaultdict
from typing import Any

from rich.markup import escape

from host_sim.sim.result import Result
from torpor_tools.show import report

Named = tuple[str, Result]  # a node's name, and what it gave


def rows(named: list[Named], *, each: bool) -> list[list[str]]:
    """A node and the cells of its budget: each, or of each limit the worst and how many fail."""
    judged = [(name, budget) for name, result in named for budget in result.budgets()]
    if each:
        return [[escape(name), *report.judged(budget)] for name, budget in judged]
    alike: dict[tuple[object, ...], list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for name, budget in judged:
        alike[budget["name"], budget["bound"], budget["limit"]].append((name, budget))
    return [_worst(some) for some in alike.values()]


def _worst(some: list[tuple[str, dict[str, Any]]]) -> list[str]:
    name, budget = min(some, key=lambda one: _spare(one[1]))
    *cells, how = report.judged(budget)
    failed = sum(not one["ok"] for _, one in some)
    return [escape(name), *cells, f"{failed:,} of {len(some):,} fail" if failed else how]


def _spare(budget: dict[str, Any]) -> float:
    """How far a value is on the good side of its limit; of none, nothing is further."""
    if budget["value"] is None:
        return float("-inf")
    spare: float = budget["limit"] - budget["value"]
    return spare if budget["bound"] == "at_most" else -spare
