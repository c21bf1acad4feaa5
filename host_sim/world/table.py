"""A world of the user's own: a CSV with the columns `seconds` and `value`.

A value holds until the next row, the first one before it too. Seconds count from the start of the
run, which is a midnight, and the table is repeated by whole days, the last of its own included, so
that its hours stay in place.
"""

import csv
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

from host_sim.errors import BadInput
from host_sim.files import inputs
from host_sim.units import DAY_S
from host_sim.world.series import Series

MOST_DAYS = 3_660
MOST_CELLS = 5_000_000  # a value is held in memory for each step of the times' common divisor
MOST = 500_000_000  # so that the difference of two values is a small int on the chip
NEEDED = "columns needed: seconds, value"

Row = tuple[int, float]  # ms, value


def rows(path: Path) -> list[Row]:
    """The rows in the order of the file; BadInput for what is none, or does not rise in time."""
    lines = csv.DictReader(inputs.text(path).splitlines())
    out: list[Row] = []
    try:
        for line in lines:
            ms, value = _row(line, path, lines.line_num)
            if out and ms <= out[-1][0]:
                raise _bad("its time is not after the row above", path, lines.line_num, "sort them")
            out.append((ms, value))
    except csv.Error as error:
        raise BadInput(f"is no CSV ({error})", where=path, remedy=NEEDED) from None
    if not out:
        raise BadInput("no rows", where=path, remedy=NEEDED)
    return out


def series(path: Path, scale: float) -> Series:
    """What a channel reads: each value times `scale`, rounded; BadInput also for too many steps."""
    given = rows(path)
    period_ms = _period_ms(given)
    step_ms = math.gcd(period_ms, *(ms for ms, _ in given))
    if period_ms // step_ms > MOST_CELLS:
        what = f"{period_ms // step_ms:,} steps of {step_ms / 1000:g} s"
        raise BadInput(
            what, where=path, remedy="round its seconds: the steps' common divisor counts"
        )
    values: list[int] = []
    ends = [*(ms for ms, _ in given[1:]), period_ms]
    for (_, value), until_ms in zip(given, ends, strict=True):
        values += [_scaled(value, scale, path)] * (until_ms // step_ms - len(values))
    return Series(step_ms * 1000, values)


def edges(path: Path, days: int) -> list[int]:
    """When a contact opened (1) and closed (0) in turn, µs; a row without a change is no edge."""
    given = rows(path)
    changes = [now for before, now in pairwise([(0, 0.0), *given]) if before[1] != now[1]]
    for _, value in changes:
        if value not in (0, 1):
            raise BadInput(f"{value:g} is no contact", where=path, remedy="1 open, 0 closed")
    if len(changes) % 2:
        raise BadInput("it ends open", where=path, remedy="add the row in which it closes")
    period_ms = _period_ms(given)
    repeats = range(days * DAY_S * 1000 // period_ms + 1)
    every = [(again * period_ms + ms) * 1000 for again in repeats for ms, _ in changes]
    return [at for at in every if at < days * DAY_S * 1_000_000]


def _row(line: dict[str | None, Any], path: Path, number: int) -> Row:
    if any(line.get(None, ())):  # as 5 of 21,5, which would be read as 21
        remedy = "write a decimal as 21.5, and a comma between columns only"
        raise _bad("more cells than columns in this row", path, number, remedy)
    try:
        seconds, value = float(line["seconds"]), float(line["value"])
    except (KeyError, TypeError, ValueError):
        raise _bad("no seconds and value in this row", path, number, NEEDED) from None
    if not 0 <= seconds < MOST_DAYS * DAY_S:
        remedy = "count seconds from the start of the run, ten years at most"
        raise _bad(f"a time of {seconds:g} s", path, number, remedy)
    if not math.isfinite(value):
        raise _bad("NaN and infinity are no quantities", path, number, "write a number")
    return round(seconds * 1000), value


def _period_ms(given: list[Row]) -> int:
    """Whole days, the last row's included."""
    return (given[-1][0] // (DAY_S * 1000) + 1) * DAY_S * 1000


def _scaled(value: float, scale: float, path: Path) -> int:
    if abs(value * scale) > MOST:
        what = f"{value:g} times {scale:g} is more than {MOST:,}"
        raise BadInput(what, where=path, remedy="choose another scale")
    return round(value * scale)


def _bad(what: str, path: Path, line: int, remedy: str) -> BadInput:
    return BadInput(what, where=path, line=line, remedy=remedy)
