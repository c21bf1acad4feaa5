"""Time on a clock that wraps at 2**30 ms (12.4 days).

Written so that no intermediate leaves the 31-bit range: beyond it MicroPython allocates.
"""

from torpor.policy import const

MASK = const(0x3FFFFFFF)
HALF = const(0x20000000)  # differences are right up to 6.2 days either way


def diff(a: int, b: int) -> int:
    """a - b in ms, in -2**29 .. 2**29 - 1."""
    return (((a - b) & MASK) ^ HALF) - HALF  # the sign of a 30-bit number


def add(a: int, ms: int) -> int:
    """The tick `ms` after a, for 0 <= ms < 2**30."""
    return (a - MASK - 1 + ms) & MASK
