"""Chance: waits that differ between nodes, so that many do not act at the same instant.

After a power cut all nodes of a home start at once, and after an outage of its access point all
have something to tell. The generator is Lehmer's with the factor 75 modulo the prime 65,537, whose
products stay inside 31 bits.
"""

from torpor.policy import const

STATE = const(0)  # 0 … 65,536; its start is the node's own
WITHIN_MS = const(1)  # waits are shorter than this, at most 2**28; 0: there are none
SIZE = const(2)

_FACTOR = const(75)
_PRIME = const(65537)


def wait_ms(r: list[int], at: int, least_ms: int) -> int:
    """A random part of WITHIN_MS, or of this where it is more."""
    within_ms = r[at + WITHIN_MS]
    return part_ms(r, at, within_ms if within_ms > least_ms else least_ms)


def part_ms(r: list[int], at: int, within_ms: int) -> int:
    """A random part of so many ms."""
    r[at + STATE] = (r[at + STATE] * _FACTOR + 74) % _PRIME
    part = r[at + STATE] >> 2 & 0x3FFF
    return (within_ms >> 14) * part + ((within_ms & 0x3FFF) * part >> 14)
