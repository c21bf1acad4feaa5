"""Chance: the 48-bit generator of POSIX drand48. Who draws keeps a seed and moves it on itself.

seed = seed * FACTOR + ADDEND & MASK, of which the upper bits are the random ones.
"""

FACTOR = 0x5DEECE66D
ADDEND = 11
MASK = 0xFFFFFFFFFFFF
LOW = 0x330E  # what a start has below its 32 bits


def start(seed: int) -> int:
    """Where the generator starts for a seed, so that small ones do not begin alike."""
    return (seed << 16 | LOW) & MASK
