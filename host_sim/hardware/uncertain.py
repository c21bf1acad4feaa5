"""How far each number of a board may be from the truth: its interval, by its tag or its own word.

A table with a tag and a source is one uncertain quantity: its currents and times are wrong by one
factor. Tables that cite the same source for the same numbers are one measurement, and one quantity.
The factor is log-normal: in 80 of 100 boards the truth lies between the number divided by 1 + p and
the number times 1 + p, p being `error_percent` where the table has it, else what recordings of the
board leave open (`ci95_…`), else what numbers of its tag are usually off by (PERCENT). A state's
quantiles say how its current varies, and nothing of how sure its mean is.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import msgspec
from msgspec.structs import replace

from host_sim.hardware import price, states
from host_sim.hardware.board import Board

SHARE = 0.8  # of boards whose truth an interval holds
Z = NormalDist().inv_cdf(0.5 + SHARE / 2)  # its half-width, standard deviations

# By tag, %, and twice as much for what a board draws asleep: leakage and a regulator's own current
# vary more than what a circuit draws at work. docs/interval.md has the pairs of published numbers
# that these were chosen by.
PERCENT = {"D": 20, "V": 20, "M": 25, "S": 20, "I": 35}
ASLEEP_NA = 2_000_000
METER_PERCENT = 2  # what is left of a calibrated number: the meter's own error, and the next board

DRAWN = {"na", "nc", "us", "mohm", "each"}  # in the names of what is drawn; a voltage is not
KNOWN = ("sd_", "quantiles_", "ci95_")  # begin the keys of how sure a number is
CALIBRATED = (("current_na", "ci95_na"), ("duration_us", "ci95_us"))

Place = tuple[str, ...]  # of a table: states, deep_sleep

ASLEEP = "record it asleep for a minute by a meter that reads µA, then torpor calibrate"
AWAKE = "record some wakes, then torpor calibrate"
MARKED = "record some wakes with marker pins wired, then torpor calibrate --labels"
HOW = {  # by place, the longest that fits
    ("states",): AWAKE,
    ("states", "deep_sleep"): ASLEEP,
    ("states", "light_sleep"): ASLEEP,
    ("phases",): MARKED,
    ("factors",): "record some starts, then torpor calibrate",
    ("radio", "tx"): "record bursts at a power that is known, then torpor calibrate --tx-dbm",
    ("radio", "slow"): "record a switch at rest, then torpor calibrate",
    ("supply",): "read the voltage on both sides of the regulator under a load of 300 mA",
    (): MARKED,
}


@dataclass(frozen=True)
class Quantity:
    """What is not known exactly: `spread` is the half-width of its interval, in `unit`.

    In % it is a factor, else an offset. `places` are the tables that it moves.
    """

    name: str
    spread: float
    tag: str
    source: str
    measure: str
    unit: str = "%"
    places: tuple[Place, ...] = ()

    def at(self, z: float) -> float:
        """The factor, or the offset, so many standard deviations from what is taken as true."""
        by = z / Z
        return float((1 + self.spread / 100) ** by) if self.unit == "%" else by * self.spread


def tables(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every table of a board's file that has a tag and a source, and where it stands."""
    if isinstance(value, msgspec.Struct):
        below = {name: getattr(value, name) for name in value.__struct_fields__}
        if "tag" in below and "source" in below:
            yield place, value
    else:
        below = value if isinstance(value, dict) else {}
    for name, one in below.items():
        yield from tables(one, (*place, name))


def numbers(table: Any) -> dict[str, Any]:
    """The numbers of a table that are drawn, by key: currents, charges and times."""
    return {
        name: value
        for name in table.__struct_fields__
        if not name.startswith(KNOWN)
        and DRAWN & set(name.split("_"))
        and isinstance(value := getattr(table, name), int | float | list)
    }


def percent(table: Any) -> float:
    """Half the width of a table's interval, %."""
    if (own := getattr(table, "error_percent", None)) is not None:
        return float(own)
    for key, interval in CALIBRATED:
        if ci95 := getattr(table, interval, None):
            mean = getattr(table, key)
            off = max(ci95[1] / mean, mean / max(1, ci95[0]))
            return float(max(METER_PERCENT, 100 * (off ** (Z / NormalDist().inv_cdf(0.975)) - 1)))
    na = getattr(table, "current_na", None)
    return PERCENT[table.tag] * (2 if isinstance(na, int) and na < ASLEEP_NA else 1)


def of(board: Board) -> list[Quantity]:
    """A board's uncertain quantities, in the file's order."""
    alike: dict[Any, list[tuple[Place, Any]]] = {}
    for place, table in tables(board.file):
        cited = table.tag, table.source, percent(table), repr(numbers(table))
        alike.setdefault(cited, []).append((place, table))
    return [_quantity([place for place, _ in same], same[0][1]) for same in alike.values()]


def _quantity(places: list[Place], table: Any) -> Quantity:
    first, *others = places
    how = next(HOW[first[:depth]] for depth in range(len(first), -1, -1) if first[:depth] in HOW)
    names = [".".join(first), *(place[-1] for place in others)]
    return Quantity(
        ", ".join(names), percent(table), table.tag, table.source, how, places=tuple(places)
    )


def drawn(board: Board, factors: Mapping[Place, float]) -> Board:
    """A board whose tables are off by these factors; a phase still holds its frames.

    A start's factors are the board's `scale`, which leaves alone what was measured of it.
    """
    file = _drawn(board.file, (), {at: by for at, by in factors.items() if at[0] != "factors"})
    for part in states.ALL_PARTS:
        phase, least_us = file.phases[part.phase], price.air_us(part)
        if phase.duration_us < least_us:
            file.phases[part.phase] = replace(phase, duration_us=least_us)
    scale = {at[1]: by for at, by in factors.items() if at[0] == "factors"}
    return dataclasses.replace(board, file=file, scale=scale)


def _drawn(value: Any, place: Place, factors: Mapping[Place, float]) -> Any:
    """A copy of all tables below a place."""
    if isinstance(value, dict):
        return {name: _drawn(below, (*place, name), factors) for name, below in value.items()}
    if not isinstance(value, msgspec.Struct):
        return value
    new = {
        name: _drawn(getattr(value, name), (*place, name), factors)
        for name in value.__struct_fields__
    }
    if place in factors:
        new |= {name: _times(old, factors[place]) for name, old in numbers(value).items()}
    return replace(value, **new)


def _times(old: Any, factor: float) -> Any:
    if isinstance(old, list):
        return [_times(one, factor) for one in old]
    return max(min(1, old), round(old * factor)) if isinstance(old, int) else old * factor
