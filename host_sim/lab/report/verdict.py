"""Budgets as the page shows them, of one run or of a check over seeds, and what they say together.

A figure's value, `half` of its 95 % interval over seeds, and low and high, between which it lies by
what is known of the board; each None where it was not asked for.
"""

from typing import Any

from host_sim.lab import budget
from host_sim.lab.budget import Judged
from host_sim.lab.interval import Interval
from host_sim.sim.result import Result
from host_sim.spec.figures import FIGURES

HELD, FAILED, OPEN = "holds", "fails", budget.OPEN


def of_run(result: Result, between: Interval | None) -> list[dict[str, Any]]:
    """Of one run."""
    rows = between.budgets(result) if between else result.budgets()
    return [
        _row(one["name"], one["value"])
        | {"bound": one["bound"], "limit": one["limit"]}
        | _between(one.get("interval"))
        | {"verdict": _word(one.get("verdict", budget.PASS if one["ok"] else budget.FAIL))}
        for one in rows
    ]


def of_check(rows: list[Judged]) -> list[dict[str, Any]]:
    """Of a check, with what it was before."""
    return [
        _row(one.name, one.value.mean if one.value else None)
        | {"bound": one.budget.bound, "limit": one.budget.limit}
        | _between(one.between)
        | {
            "verdict": _word(one.verdict),
            "half": one.value and one.value.half,
            "before": one.before and one.before.mean,
            "change": one.change and one.change.mean,
            "moved": one.moved,
            "faults": one.faults,
        }
        for one in rows
    ]


def together(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What all say, in a word and in a sentence."""
    said = [row["verdict"] for row in rows]
    failed, left_open = said.count(FAILED), said.count(OPEN)
    if not rows:
        return {"verdict": None, "text": "no budgets"}
    if failed:
        text = f"{failed} of {len(rows)} budgets {'fails' if failed == 1 else 'fail'}"
    elif left_open:
        text = f"{left_open} of {len(rows)} budgets too close to call"
    else:
        text = "the budget holds" if len(rows) == 1 else f"all {len(rows)} budgets hold"
    return {"verdict": FAILED if failed else OPEN if left_open else HELD, "text": text}


def _row(name: str, value: float | None) -> dict[str, Any]:
    figure = FIGURES[name.partition(".")[0]]
    return {"name": name, "title": figure.title, "unit": figure.unit, "value": value}


def _between(bounds: tuple[float, float] | None) -> dict[str, Any]:
    low, high = bounds or (None, None)
    return {"low": low, "high": high}


def _word(verdict: str) -> str:
    return {budget.PASS: HELD, budget.FAIL: FAILED}.get(verdict, verdict)
