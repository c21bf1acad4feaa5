"""Values by their rank in a column of a Parquet file that may be longer than memory, exactly.

By radix selection: the bits of floats, signs seen to, are in the order of the floats. Each pass
over the file settles 16 of the 64 bits of the value at every rank that is asked for.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

DIGIT_BITS = 16
SHIFTS = (48, 32, 16, 0)
SIGN = np.uint64(1 << 63)

Keys = npt.NDArray[np.uint64]


def groups(path: Path, names: Sequence[str]) -> Iterator[pa.Table]:
    """Some columns, a row group after the other."""
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield file.read_row_group(group, columns=list(names))


def floats(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """Its values; to_numpy() would import pandas to ask what it thinks of them."""
    values: Any = column.drop_null().combine_chunks()
    return np.asarray(np.from_dlpack(values), dtype=np.float64)


def percentiles(path: Path, name: str, percents: Sequence[int]) -> tuple[float, ...] | None:
    """Percentiles of a column, linear between two ranks; None where it has no value."""
    count = sum(len(keys) for keys in _keys(path, name))
    if not count:
        return None
    places = [percent * (count - 1) / 100 for percent in percents]
    ranks = [min(int(place) + up, count - 1) for place in places for up in (0, 1)]
    found = [value for value, _ in at(path, name, ranks)]
    pairs = zip(places, found[::2], found[1::2], strict=True)
    return tuple(low + (high - low) * (place % 1) for place, low, high in pairs)


def at(path: Path, name: str, ranks: Sequence[int]) -> list[tuple[float, int]]:
    """The value at each rank, counted from 0, and how many equal ones stand before it."""
    begun = [0] * len(ranks)  # the upper bits of each value
    left = list(ranks)  # the rank among the values that begin so
    for shift in SHIFTS:
        counts = _counts(path, name, set(begun), shift)
        for i, first in enumerate(begun):
            upto = counts[first].cumsum()
            digit = int(np.searchsorted(upto, left[i], side="right"))
            left[i] -= int(upto[digit - 1]) if digit else 0
            begun[i] = first << DIGIT_BITS | digit
    return list(zip(_values(np.array(begun, dtype=np.uint64)), left, strict=True))


def _counts(path: Path, name: str, begun: set[int], shift: int) -> dict[int, npt.NDArray[np.int64]]:
    """How often each digit comes next in the keys that begin so."""
    counts = {first: np.zeros(1 << DIGIT_BITS, dtype=np.int64) for first in begun}
    for keys in _keys(path, name):
        upper = keys >> np.uint64(shift)
        above, digit = upper >> np.uint64(DIGIT_BITS), upper.astype(np.uint16)
        for first, found in counts.items():
            found += np.bincount(digit[above == first], minlength=len(found))
    return counts


def _keys(path: Path, name: str) -> Iterator[Keys]:
    """A column's values as ints of the same order."""
    for group in groups(path, [name]):
        bits = (floats(group[name]) + 0.0).view(np.uint64)  # of -0, those of 0
        yield np.where(bits & SIGN, ~bits, bits | SIGN)


def _values(keys: Keys) -> list[float]:
    bits = np.where(keys & SIGN, keys ^ SIGN, ~keys)
    values: list[float] = bits.view(np.float64).tolist()
    return values
