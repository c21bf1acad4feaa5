"""The ledger's cube by name: what was booked to a task, a decision and a state.

Most of its cells are empty; a Cell is one that is not.
"""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import NamedTuple

from host_sim.engine.ledger import CELLS, DECISION_NAMES, Ledger
from host_sim.hardware import states
from host_sim.hardware.cell import CHARGE_SHIFT
from torpor import port


class Cell(NamedTuple):
    """Time, how often it was booked to, and charge beyond the state's current, 1,024 fC."""

    task: str
    decision: str
    state: str
    us: int
    times: int
    extra: int

    def charge_fc(self, price_na: int) -> int:
        """All of its charge, fC, at the state's current."""
        return self.us * price_na + (self.extra << CHARGE_SHIFT)


def cells(books: Ledger) -> Iterator[Cell]:
    """The cells that were booked to, in the ledger's order."""
    names = slots(books.task_names)
    for at, row in enumerate(zip(books.us, books.times, books.extra, strict=True)):
        if any(row):
            slot, state = divmod(at, states.STATES)
            task, decision = divmod(slot, port.DECISIONS)
            yield Cell(names[task], DECISION_NAMES[decision], states.NAMES[state], *row)


def ledger(some: Iterable[Cell], price_na: dict[str, int], tasks: list[str]) -> Ledger:
    """The ledger of such cells; ValueError for a task, decision or state that there is not."""
    us, times, extra = [0] * CELLS, [0] * CELLS, [0] * CELLS
    places = {
        name: at for at, name in enumerate(product(slots(tasks), DECISION_NAMES, states.NAMES))
    }
    for cell in some:
        if cell[:3] not in places:
            raise ValueError(f"no {'.'.join(cell[:3])}")
        at = places[cell[:3]]
        us[at], times[at], extra[at] = cell.us, cell.times, cell.extra
    return Ledger(us, [price_na[name] for name in states.NAMES], tasks, extra, times)


def slots(tasks: list[str]) -> list[str]:
    """The ledger's slots by name; those of no task have a number."""
    return [*tasks, *(f"?{at}" for at in range(len(tasks), port.NODE)), "node"]
