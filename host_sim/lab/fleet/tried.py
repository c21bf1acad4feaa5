"""What a plan's nodes may be given, tried before the work: each value, and those of two keys."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, islice, product

from host_sim.errors import BadInput
from host_sim.lab.fleet.plan import Axis
from host_sim.spec.scenario import Read

MOST = 4_000  # that are tried: some seconds
Given = tuple[tuple[str, str], ...]  # keys with a value each


@dataclass(frozen=True)
class Refused:
    """What a scenario may not be given, and why; the last of the keys is to blame."""

    given: Given
    error: BadInput

    @property
    def key(self) -> str:
        """The last key."""
        return self.given[-1][0]

    @property
    def why(self) -> str:
        """The fault, and the other value where it takes two."""
        others = "".join(f"with {key}={value}: " for key, value in self.given[:-1])
        return f"{others}{self.error}"


def refused(
    read: Read, all_have: tuple[str, ...], first: tuple[str, ...], axes: Sequence[Axis]
) -> Refused | None:
    """The first that is refused of the values that each key may get, beside those of a first node.

    Where that node is refused itself, each is tried beside what `all_have`, and then its own.
    """
    if error := _fault(read, first):
        parts = (change.partition("=") for change in first[len(all_have) :])
        own = tuple((key, value) for key, _, value in parts)
        alone = chain(islice(_each(axes), MOST), ((one,) for one in own))
        return _first(read, all_have, alone) or Refused(own, error)
    return _first(read, first, islice(chain(_each(axes), _pairs(axes)), MOST))


def _first(read: Read, changes: tuple[str, ...], some: Iterable[Given]) -> Refused | None:
    refusals = (_refused(read, changes, given) for given in some)
    return next((one for one in refusals if one), None)


def _each(axes: Sequence[Axis]) -> Iterator[Given]:
    return (((key, value),) for key, values in axes for value in values)


def _pairs(axes: Sequence[Axis]) -> Iterator[Given]:
    """The values of each two keys: what a scenario refuses of a combination lies between two."""
    for (key, values), (other, others) in combinations(axes, 2):
        for one, two in product(values, others):
            yield (key, one), (other, two)


def _refused(read: Read, changes: tuple[str, ...], given: Given) -> Refused | None:
    """In the place of what these changes have for the same keys: one may rename its task."""
    keys = {key for key, _ in given}
    others = (change for change in changes if change.partition("=")[0] not in keys)
    error = _fault(read, (*others, *(f"{key}={value}" for key, value in given)))
    return Refused(given, error) if error else None


def _fault(read: Read, changes: tuple[str, ...]) -> BadInput | None:
    try:
        read.changed(changes)
    except BadInput as error:
        return error
    return None
