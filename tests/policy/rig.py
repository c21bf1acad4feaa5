"""What every interpreter needs to run the policy tests."""

import sys
from array import array

MICROPYTHON = sys.implementation.name == "micropython"
NEAR_WRAP = 0x3FFFFFF0  # a clock that wraps 16 ms later

AT = 3  # where the tests put a policy's block: not at 0, so that a forgotten offset shows

if MICROPYTHON:
    import micropython

    def blank(size):
        """A record as the chip has it."""
        return array("i", bytes(4 * size))

    def lock(on):
        """Lock the heap, or unlock it."""
        if on:
            micropython.heap_lock()
        else:
            micropython.heap_unlock()

else:
    from tests.policy.words import Words

    def blank(size):
        """A record whose every value and intermediate is checked to be a small int."""
        return Words(size)

    def lock(on):
        """CPython has no lock on its heap."""


class _Locked:
    def __enter__(self) -> None:
        lock(True)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        lock(False)


locked = _Locked()  # `with locked:` an allocation, also of a big int, is a MemoryError
