"""Why one run draws more than another: more often, for longer, or at a higher current.

What a cell of the ledger adds to the mean current is rate × duration × current: how often it was
booked to, how long that took, and the current meanwhile. A change of the product is shared among
its three factors by Shapley's value (L. S. Shapley, 1953): what each adds, averaged over all orders
in which they may change. The parts are fractions and add up exactly.
"""

from dataclasses import dataclass
from fractions import Fraction

from host_sim.engine.ledger import Ledger
from host_sim.hardware import states
from host_sim.sim.cube import Cell, cells

Factors = tuple[Fraction, Fraction, Fraction]


@dataclass(frozen=True)
class Change:
    """A cell's part of the change of the mean current, nA (a femtocoulomb a microsecond)."""

    task: str
    decision: str
    state: str
    rate: Fraction
    duration: Fraction
    current: Fraction

    @property
    def total(self) -> Fraction:
        """All three."""
        return self.rate + self.duration + self.current


def change(before: Ledger, after: Ledger) -> list[Change]:
    """Each cell that either run booked to; the totals' sum is what the mean current changed by.

    What only one of them did is a change of rate. The runs may differ in length.
    """
    was, now = _factors(before), _factors(after)
    out = []
    for key in was | now:
        old, new = was.get(key), now.get(key)
        out.append(Change(*key, *shared(old, new)))
    return out


def shared(old: Factors | None, new: Factors | None) -> Factors:
    """The change of a product, by factor; what one side never did has the other's length."""
    (a, b, c), (x, y, z) = old or _never(new), new or _never(old)
    return (
        (x - a) * _between(b, y, c, z),
        (y - b) * _between(a, x, c, z),
        (z - c) * _between(a, x, b, y),
    )


def _factors(books: Ledger) -> dict[tuple[str, str, str], Factors]:
    """Rate (a microsecond), duration (µs) and current (nA) of each cell."""
    price_na = dict(zip(states.NAMES, books.current_na, strict=True))
    all_us = books.duration_us or 1
    return {cell[:3]: _of(cell, price_na[cell.state], all_us) for cell in cells(books)}


def _of(cell: Cell, price_na: int, all_us: int) -> Factors:
    times = cell.times or 1  # books that did not count
    current = Fraction(cell.charge_fc(price_na), cell.us) if cell.us else Fraction(price_na)
    return Fraction(times, all_us), Fraction(cell.us, times), current


def _never(other: Factors | None) -> Factors:
    """As the other run, but never."""
    assert other
    return Fraction(0), *other[1:]


def _between(a: Fraction, x: Fraction, b: Fraction, y: Fraction) -> Fraction:
    """The mean of the product of the other two, over the orders in which they may have changed."""
    return (2 * a * b + a * y + x * b + 2 * x * y) / 6
