"""The two loops over every sample: what a block holds, and where the current leaves its band.

Both are plain Python. numba compiles them for a long recording (and keeps the result beside this
file, so once); a short one is done sooner without, and so is any where numba is not installed.
"""

from functools import cache
from typing import Any

import numpy as np

COMPILE_FROM = 8_000_000  # samples: below, loading numba (1.3 s) takes longer than it saves
_SIGN, _REST = np.int32(31), np.int32(0x7FFFFFFF)


def blocks(x: Any, keys: Any, size: int, mean: Any, spread: Any, low: Any, high: Any) -> None:
    """Of each block of `size` samples: mean, sum of squares about it, least and most.

    `keys` are the samples' bits as int32. Bits of a float, those of a negative one but its sign
    turned over, order like the float, and the least of integers is found eight at a time.
    """
    for block in range(len(mean)):
        part = x[block * size : (block + 1) * size]
        bits = keys[block * size : (block + 1) * size]
        first = part[0]
        total = square = np.float32(0)
        for i in range(len(part)):
            over = part[i] - first  # a float32 holds a sum of these without loss that matters
            total += over
            square += over * over
        least = most = bits[0] ^ ((bits[0] >> _SIGN) & _REST)
        for i in range(len(bits)):
            key = bits[i] ^ ((bits[i] >> _SIGN) & _REST)
            least = min(least, key)
            most = max(most, key)
        shift = np.float64(total) / len(part)
        mean[block] = first + shift
        spread[block] = max(0.0, square - total * shift)
        low[block] = least ^ ((least >> _SIGN) & _REST)
        high[block] = most ^ ((most >> _SIGN) & _REST)


def blocks_numpy(x: Any, size: int, mean: Any, spread: Any, low: Any, high: Any) -> None:
    """The same by numpy alone, at a tenth of the speed."""
    starts = np.arange(0, len(x), size)
    count = np.diff(np.append(starts, len(x)))
    mean[:] = np.add.reduceat(x, starts, dtype=np.float64) / count
    spread[:] = np.add.reduceat((x - np.repeat(mean, count)) ** 2, starts)
    low[:] = np.minimum.reduceat(x, starts)
    high[:] = np.maximum.reduceat(x, starts)


def walk(
    x: Any, low: Any, high: Any, size: int, up: Any, down: Any, band: int, starts: Any, bands: Any
) -> tuple[int, int]:
    """Where the samples change their band; how many changes were written, and the last band.

    A band is left upwards at `up[band]` and downwards below `down[band]`, which lies lower: noise
    on a limit is no change. A block that lies between the two as a whole is not looked into.
    """
    count = 0
    floor, ceiling = down[band], up[band]
    for block in range(len(low)):
        if low[block] >= floor and high[block] < ceiling:
            continue
        for i in range(block * size, min((block + 1) * size, len(x))):
            sample = x[i]
            if sample < floor or sample >= ceiling:
                while sample >= up[band]:
                    band += 1
                while sample < down[band]:
                    band -= 1
                floor, ceiling = down[band], up[band]
                starts[count] = i
                bands[count] = band
                count += 1
    return count, band


@cache
def compiled() -> tuple[Any, Any] | None:
    """`blocks` and `walk` as machine code, or None without numba."""
    try:
        import numba
    except ImportError:
        return None
    fast = {"reassoc", "nnan", "nsz", "contract"}  # sums in any order: that makes them vectors
    jit = numba.njit(cache=True, fastmath=fast, error_model="numpy")
    return jit(blocks), numba.njit(cache=True)(walk)
