"""What is to be simulated: nodes by number, each a scenario with some of its keys changed.

What a node is depends on its number alone, so that it comes out the same wherever it runs.
"""

from dataclasses import dataclass
from math import prod
from typing import Protocol

from host_sim.errors import BadInput

MOST_NODES = 10_000_000
Axis = tuple[str, tuple[str, ...]]  # a key and its values, or the ends of them


@dataclass(frozen=True)
class Node:
    """A node of a plan: its number in the shared world, what it was given, as --set takes it."""

    index: int
    values: tuple[str, ...]
    changes: tuple[str, ...]


class Plan(Protocol):
    """Nodes by number, as a Grid or a Fleet (fleetfile.py) has them."""

    @property
    def scenario(self) -> str:
        """Its name, or the path of its file."""

    @property
    def keys(self) -> tuple[str, ...]:
        """What differs between the nodes."""

    @property
    def axes(self) -> tuple[Axis, ...]:
        """What each of these keys may get."""

    @property
    def count(self) -> int:
        """How many nodes."""

    def node(self, number: int) -> Node:
        """A node by its number."""


@dataclass(frozen=True)
class Grid:
    """Every combination of values of some keys, those of the last key soonest.

    All have the same world, but where `seed` is among the keys: what differs between two of them is
    due to the keys.
    """

    scenario: str
    axes: tuple[Axis, ...]
    changes: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """What differs between the nodes."""
        return tuple(key for key, _ in self.axes)

    @property
    def count(self) -> int:
        """How many nodes."""
        return prod(len(values) for _, values in self.axes)

    def node(self, number: int) -> Node:
        """A node by its number."""
        chosen: list[str] = []
        for _, values in reversed(self.axes):
            number, at = divmod(number, len(values))
            chosen.insert(0, values[at])
        changes = (f"{key}={value}" for key, value in zip(self.keys, chosen, strict=True))
        return Node(0, tuple(chosen), (*self.changes, *changes))


def axis(text: str) -> Axis:
    """KEY=A,B,C or KEY=FIRST..LAST of whole numbers; BadInput for anything else."""
    key, equals, given = text.partition("=")
    if not equals or not key.strip() or not given.strip():
        raise BadInput(f"--set {text} has no values", remedy="write --set key=a,b,c or key=1..9")
    first, dots, last = given.partition("..")
    if not dots:
        values = tuple(value.strip() for value in given.split(","))
        if not all(values):
            raise BadInput(f"--set {text} has an empty value", remedy="write --set key=a,b,c")
        if len(set(values)) < len(values):
            raise BadInput(f"--set {text} has a value twice", remedy="write each once")
    else:
        try:
            numbers = range(int(first), int(last) + 1)
        except ValueError:
            remedy = "write whole numbers, as in --set key=1..9"
            raise BadInput(f"--set {text} is no range", remedy=remedy) from None
        if numbers.stop - numbers.start > MOST_NODES:
            raise BadInput(f"--set {text} has too many", remedy=f"{MOST_NODES:,} nodes at most")
        values = tuple(map(str, numbers))
        if not values:
            raise BadInput(f"--set {text} is empty", remedy="write the smaller number first")
    return key.strip(), values
