"""Whether a row of docs/performance.md meets its goal, and why it does not where that is known."""

import re
from collections.abc import Iterable

Row = tuple[str, str, str]  # what, measured, goal
HELD, MISSED = "held", "**missed**"
LIMIT = re.compile(r"(at most|under|at least) ([\d.,]+) ?(.*)")
QUANTITY = re.compile(r"([\d.,]+) ?(.*)")
WHY = {
    "simulator / bare policy calls": "the policies take about half of what they took when this was "
    "met, and the simulated port not as much less",
    "SimPy, a process a task / simulator": "it takes a simulator at 1.2 times the policies' own "
    "calls, as the row of those says; ours is at the ratio of the first row",
    "reading a PPK2 CSV / pandas": "not known: pandas read a third more a second than in the run "
    "before, which had 2.8, and ours a tenth more",
    "a year of garden, compiled before, whole process": "a hundredth of it is the year; the rest "
    "is Python's start and the imports of numpy, numba's loader and the command line",
    "1,000 nodes on one access point / alone, cpython": "each attempt at a frame asks the shared "
    "channel and waits for what others send; a node alone has none",
    "1,000 nodes on one access point / alone, compiled": "as on CPython",
    "states, dense, a step each 16 or 48 samples": "the machine's memory: earlier runs had 597 to "
    "693 million, and a faster sum",
}


def number(text: str) -> float:
    """A printed number."""
    return float(text.replace(",", ""))


def verdict(measured: str, goal: str) -> str:
    """Held or missed, of two quantities the one with the goal's unit; nothing without a limit."""
    limit = LIMIT.fullmatch(goal)
    if limit is None:
        return ""
    how, least_or_most, unit = limit.groups()
    found = [QUANTITY.fullmatch(part) for part in measured.split(", ")]
    (value,) = (number(one[1]) for one in found if one and one[2] == unit)
    bound = number(least_or_most)
    held = {"at most": value <= bound, "under": value < bound, "at least": value >= bound}[how]
    return HELD if held else MISSED


def judged(rows: Iterable[Row]) -> list[tuple[str, ...]]:
    """Each row, and how it ended."""
    return [(*row, verdict(row[1], row[2])) for row in rows]


def reasons(rows: Iterable[Row]) -> str:
    """A line for each goal that was missed."""
    missed = [what for what, measured, goal in rows if verdict(measured, goal) == MISSED]
    lines = [f"- {what}: {WHY.get(what, 'not looked into')}." for what in missed]
    return "\n".join(["What was missed, and why:", "", *lines]) if lines else "All goals are met."
