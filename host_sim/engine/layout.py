"""An object as a row of 64-bit cells, so that compiled code can work on it by its address.

One cell for an int, a bool or another object (its address), two for a list of ints (address and
length). What compiled code writes is read back here.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from host_sim.engine.hearing import Hearing
from host_sim.engine.port import SimPort
from host_sim.engine.state import State

Ints = npt.NDArray[np.int64]
WIDTH: dict[type, int] = {list: 2}  # cells; of anything else 1


def fields(one: object) -> dict[str, Any]:
    """The fields of an object of ours, in the order in which they are set."""
    if isinstance(one, State):
        return {name: getattr(one, name) for name in State.__slots__}
    return vars(one)


def cells(one: object) -> dict[str, tuple[int, type]]:
    """Of each field the first cell and the type."""
    out, at = {}, 0
    for name, value in fields(one).items():
        out[name] = at, type(value)
        at += WIDTH.get(type(value), 1)
    return out


class Memory:
    """An object's cells, and its lists as arrays; both live as long as this does."""

    def __init__(self, one: SimPort | Hearing) -> None:
        """Copy an object's fields."""
        self.cells = cells(one)
        width = sum(WIDTH.get(of, 1) for _, of in self.cells.values())
        self.row: Ints = np.zeros(width, np.int64)
        self.lists: dict[str, Ints] = {}
        self.parts: dict[str, Memory] = {}
        for name, value in fields(one).items():
            at, of = self.cells[name]
            if of is list:
                self.lists[name] = array = np.array(value, dtype=np.int64)
                self.row[at : at + 2] = array.ctypes.data, len(array)
            elif of is Hearing:
                self.parts[name] = Memory(value)
                self.row[at] = self.parts[name].address
            else:
                self.row[at] = value

    @property
    def address(self) -> int:
        """Where the cells are."""
        return self.row.ctypes.data

    def __getitem__(self, name: str) -> int:
        """A field that is an int or a bool."""
        return int(self.row[self.cells[name][0]])
