"""How much of a long work is done, and who is told: a callback."""

from collections.abc import Callable

Progress = Callable[[float], None]  # told how much is done, of 1


def silent(done: float) -> None:
    """Progress that nobody wants to know."""
