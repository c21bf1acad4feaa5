"""Policies: what a node decides. Functions over a flat record of integers.

A policy owns a block of the record that starts at `at`; its fields are named offsets, its
configuration first, its state behind. It allocates nothing, stays inside 31-bit integers and
touches nothing but its block.
"""

try:
    from micropython import const
except ImportError:  # CPython: the constant is the number

    def const(value: int) -> int:
        """The number itself; MicroPython's compiler inlines it instead."""
        return value
