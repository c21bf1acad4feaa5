"""A record that proves, in CPython, that arithmetic stays in the chip's small ints.

What is read from it is a Word, an int whose operators answer Words and refuse to leave
-2**30 … 2**30 - 1, beyond which MicroPython on the chip would allocate.
"""

import operator
from collections.abc import Callable
from typing import Any

LEAST = -(1 << 30)
MOST = (1 << 30) - 1


class Word(int):
    """An int within 31 bits."""

    def __new__(cls, value: int) -> "Word":
        if not LEAST <= value <= MOST:
            raise OverflowError(f"{value} leaves 31 bits")
        return int.__new__(cls, value)

    def __neg__(self) -> "Word":
        return Word(-int(self))


def _checked(operation: Callable[[int, int], int]) -> Callable[[Word, int], Word]:
    return lambda a, b: Word(operation(int(a), int(b)))


def _swapped(operation: Callable[[int, int], int]) -> Callable[[Word, int], Word]:
    return lambda a, b: Word(operation(int(b), int(a)))


for _name in ("add", "sub", "mul", "floordiv", "mod", "lshift", "rshift", "and_", "or_", "xor"):
    _plain = _name.rstrip("_")
    setattr(Word, f"__{_plain}__", _checked(getattr(operator, _name)))
    setattr(Word, f"__r{_plain}__", _swapped(getattr(operator, _name)))


class Words(list[Any]):
    """A list of Words."""

    def __init__(self, size: int) -> None:
        super().__init__([Word(0)] * size)

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(index, slice):
            super().__setitem__(index, [Word(each) for each in value])
        else:
            super().__setitem__(index, Word(value))
