"""An object as a row of 64-bit cells, so that compiled code can work on it by its address.

One cell for an int, a bool or another object (its address), two for a list (address and length): of
ints, of objects (an address each) or of lists of ints (address and length each). What compiled code
writes is read back here. A list is copied; an array is taken as it is, for several to share.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from host_sim.engine.state import State

Ints = npt.NDArray[np.int64]


class Field(NamedTuple):
    """A field: its first cell, its kind, and of an object or a list of them the first one."""

    at: int
    kind: str
    example: Any = None


WIDTH = {"int": 1, "bool": 1, "object": 1, "ints": 2, "objects": 2, "rows": 2}


def values(one: object) -> dict[str, Any]:
    """The fields of an object of ours, in the order in which they are set."""
    if isinstance(one, State):
        return {name: getattr(one, name) for name in State.__slots__}
    return vars(one)


def fields(one: object) -> dict[str, Field]:
    """Where and what each field is."""
    out: dict[str, Field] = {}
    at = 0
    for name, value in values(one).items():
        kind, example = _kind(value)
        out[name] = Field(at, kind, example)
        at += WIDTH[kind]
    return out


def _kind(value: Any) -> tuple[str, Any]:
    if isinstance(value, bool | int):
        return type(value).__name__, None
    if isinstance(value, np.ndarray):
        return "ints", None
    if not isinstance(value, list):
        return "object", value
    if not value or isinstance(value[0], int):
        return "ints", None
    return ("rows", None) if isinstance(value[0], list) else ("objects", value[0])


class Memory:
    """An object's cells, its lists as arrays, and the objects within; all live as long as this.

    `known` has the memories by object: one that two others share is one in memory, too.
    """

    def __init__(self, one: object, known: dict[int, "Memory"] | None = None) -> None:
        """Copy an object's fields."""
        self.known = {} if known is None else known
        self.known[id(one)] = self
        self.fields = fields(one)
        width = sum(WIDTH[field.kind] for field in self.fields.values())
        self.row: Ints = np.zeros(width, np.int64)
        self.lists: dict[str, Ints] = {}
        self.rows: dict[str, list[Ints]] = {}
        for name, value in values(one).items():
            self._set(name, self.fields[name], value)

    def _set(self, name: str, field: Field, value: Any) -> None:
        if field.kind in ("int", "bool"):
            self.row[field.at] = value
        elif field.kind == "object":
            self.row[field.at] = self.of(value).address
        else:
            array = self.lists[name] = self._array(name, field.kind, value)
            self.row[field.at : field.at + 2] = array.ctypes.data, len(value)

    def _array(self, name: str, kind: str, value: list[Any]) -> Ints:
        if kind == "objects":
            return np.array([self.of(one).address for one in value], dtype=np.int64)
        if kind == "rows":
            rows = self.rows[name] = [np.array(one, dtype=np.int64) for one in value]
            return np.array([(row.ctypes.data, len(row)) for row in rows], dtype=np.int64)
        return np.asarray(value, dtype=np.int64)

    def of(self, one: object) -> "Memory":
        """The memory of an object within."""
        return self.known.get(id(one)) or Memory(one, self.known)

    @property
    def address(self) -> int:
        """Where the cells are."""
        return self.row.ctypes.data

    def __getitem__(self, name: str) -> int:
        """A field that is an int or a bool."""
        return int(self.row[self.fields[name].at])
