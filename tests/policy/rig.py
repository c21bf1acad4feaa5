"""What every interpreter needs to run the policy tests."""

import sys
from array import array

MICROPYTHON = sys.implementation.name == "micropython"
NEAR_WRAP = 0x3FFFFFF0  # a clock that wraps 16 ms later

AT = 3  # where the tests put a policy's block: not at 0, so that a forgotten offset shows

if MICROPYTHON:
    from micropython import heap_lock, heap_unlock

    def blank(size: int) -> "array[int]":
        """A record as the chip has it."""
        return array("i", bytes(4 * size))

else:
    from tests.policy.words import Words

    def blank(size: int) -> Words:
        """A record whose every value and intermediate is checked to be a small int."""
        return Words(size)

    def heap_lock() -> None:
        """CPython has no lock on its heap."""

    heap_unlock = heap_lock


class _Locked:
    def __enter__(self) -> None:
        heap_lock()

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        heap_unlock()


locked = _Locked()  # `with locked:` an allocation, also of a big int, is a MemoryError
