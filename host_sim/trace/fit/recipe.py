"""The recipe of a firmware's wake: which states it goes through, how long, and at what charge.

Where all wakes go through the same states in the same order, each step is a phase of its own;
where the order varies, and where there are bursts, a state's time is added up. A batch's steps
grow with the records in it: time and charge are base + records * slope by least squares.

Each step keeps the charge that was recorded in it, so a recipe holds its files' charge: over the
wakes that it was fitted on, predicted and recorded sums agree within 0.1 %. (A mean and a least
squares line with a base leave no sum of errors; what remains is rounding to nC and µs.)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from host_sim.trace.cut.digest import Row
from host_sim.trace.fit.evidence import TX, Evidence

SHORT_S = 0.02  # an inrush or an edge: it goes to the stretch before


@dataclass(frozen=True)
class Part:
    """One step: a state for a time, at a charge, and what each record of a batch adds to both."""

    state: str
    duration_s: float
    per_record_s: float
    charge_mc: float
    per_record_mc: float


@dataclass
class Stretch:
    """Time and charge of one state in one wake."""

    state: str
    seconds: float
    charge_mc: float


def make(evidence: Iterable[Evidence]) -> list[Part]:
    """The recipe that all these wakes are of."""
    records, columns = table(evidence)
    return [_part(step, records) for step in zip(*columns, strict=True)]


def table(evidence: Iterable[Evidence]) -> tuple[list[int], list[list[Stretch]]]:
    """Each wake's records and its steps, which are the same states in all of them."""
    wakes = [(one.records or 0, wake) for one in evidence for wake in one.wakes()]
    columns = [in_order(wake) for _, wake in wakes]
    orders = {tuple(stretch.state for stretch in column) for column in columns}
    if len(orders) > 1 or any(row.state == TX for _, wake in wakes for row in wake):
        columns = [_summed(wake) for _, wake in wakes]
        names = dict.fromkeys(stretch.state for column in columns for stretch in column)
        columns = [_aligned(column, names) for column in columns]
    return [records for records, _ in wakes], columns


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


def _part(stretches: Sequence[Stretch], records: list[int]) -> Part:
    base_s, slope_s = _line(records, [stretch.seconds for stretch in stretches])
    base_mc, slope_mc = _line(records, [stretch.charge_mc for stretch in stretches])
    return Part(stretches[0].state, base_s, slope_s, base_mc, slope_mc)


def _line(records: list[int], values: list[float]) -> tuple[float, float]:
    """Value at no record, and by record."""
    if len(set(records)) == 1:
        return sum(values) / len(values), 0.0
    slope, base = np.polyfit(records, values, 1)
    return float(base), float(slope)
