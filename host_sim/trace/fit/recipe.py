"""The recipe of a firmware's wake: which states it goes through, and how long each takes.

Where all wakes go through the same states in the same order, each step is a phase of its own;
where the order varies, and where there are Wi-Fi bursts, a state's time is added up. A batch's
steps grow with the records in it: time, and charge, are base + records * slope by least squares.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from host_sim.trace.cut.digest import Row
from host_sim.trace.fit.evidence import TX, Evidence

SHORT_S = 0.02  # an inrush or an edge: it goes to the stretch before


@dataclass(frozen=True)
class Part:
    """One step: a state for a time, at a charge of its own unless the board's current is meant."""

    state: str
    duration_s: float
    per_record_s: float
    charge_mc: float | None = None
    per_record_mc: float = 0.0


@dataclass
class Stretch:
    """Time and charge of one state in one wake."""

    state: str
    seconds: float
    charge_mc: float


def make(evidence: Iterable[Evidence], board_ma: Mapping[str, float]) -> list[Part]:
    """The recipe that all these wakes are of; `board_ma` has the board's listen and tx.

    A state that the same evidence calibrates is priced by the board. Any other is something that
    this firmware does besides, and keeps its own mean.
    """
    wakes = [(one, wake) for one in evidence for wake in one.wakes()]
    columns = [in_order(wake) for _, wake in wakes]
    orders = {tuple(stretch.state for stretch in column) for column in columns}
    if len(orders) > 1 or any(TX in one.states for one, _ in wakes):
        columns = [_summed(wake) for _, wake in wakes]
        names = dict.fromkeys(stretch.state for column in columns for stretch in column)
        columns = [_aligned(column, names) for column in columns]
    known = {seen: own for one, _ in wakes for own, seen in one.states.items()}
    if known.get(TX):
        for column in columns:
            _split_air(column, board_ma)
    records = [one.records or 0 for one, _ in wakes]
    return [_part(list(step), known, records) for step in zip(*columns, strict=True)]


def in_order(wake: Sequence[Row]) -> list[Stretch]:
    """A wake's stretches one after the other, short ones and levels of one state merged."""
    out: list[Stretch] = []
    for row in wake:
        if out and (row.duration_s < SHORT_S or out[-1].state == row.state):
            out[-1].seconds += row.duration_s
            out[-1].charge_mc += row.charge_mc
        else:
            out.append(Stretch(row.state, row.duration_s, row.charge_mc))
    return out


def _summed(wake: Sequence[Row]) -> list[Stretch]:
    out: dict[str, Stretch] = {}
    for row in wake:
        stretch = out.setdefault(row.state, Stretch(row.state, 0.0, 0.0))
        stretch.seconds += row.duration_s
        stretch.charge_mc += row.charge_mc
    return list(out.values())


def _aligned(column: list[Stretch], names: Iterable[str]) -> list[Stretch]:
    have = {stretch.state: stretch for stretch in column}
    return [have.get(name, Stretch(name, 0.0, 0.0)) for name in names]


def _split_air(column: list[Stretch], board_ma: Mapping[str, float]) -> None:
    """Give listening the time that bursts are not on the air: a sample holds a burst in part."""
    by_state = {stretch.state: stretch for stretch in column}
    if TX not in by_state or "listen" not in by_state:
        return
    tx, listen = by_state[TX], by_state["listen"]
    over_mc = tx.charge_mc - board_ma["listen"] * tx.seconds
    air_s = over_mc / (board_ma[TX] - board_ma["listen"])
    listen.seconds += tx.seconds - air_s
    tx.seconds = air_s


def _part(stretches: list[Stretch], known: Mapping[str, str], records: list[int]) -> Part:
    base_s, slope_s = _line(records, [stretch.seconds for stretch in stretches])
    seen = stretches[0].state
    if seen in known:
        return Part(known[seen], base_s, slope_s)
    return Part(
        seen, base_s, slope_s, *_line(records, [stretch.charge_mc for stretch in stretches])
    )


def _line(records: list[int], values: list[float]) -> tuple[float, float]:
    """Value at no record, and by record."""
    if len(set(records)) == 1:
        return sum(values) / len(values), 0.0
    slope, base = np.polyfit(records, values, 1)
    return float(base), float(slope)
