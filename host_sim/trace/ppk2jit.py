"""Rows of the Power Profiler's CSV, parsed by numba where they are plain: sign, digits, a point.

Anything else in a block (an exponent, a blank, a wrong field) is numpy's to read or to refuse.
Importing this takes what importing numba takes, so only large files do.
"""

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

COMMA, POINT, MINUS, NEWLINE, RETURN, ZERO, ONE = b",.-\n\r01"
MOST_DIGITS = 15  # of a number: exact in a float
POWERS = 10.0 ** np.arange(MOST_DIGITS + 1)

jit: Any = numba.njit(cache=True, nogil=True)
Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]


def parse(data: bytes, digital: bool) -> tuple[Floats, Floats, Bytes] | None:
    """Times in ms, currents in µA and digital channels of whole lines; None where one is odd."""
    block = np.frombuffer(data, np.uint8)
    most = data.count(b"\n")
    at_ms, current_ua, bits = np.empty(most), np.empty(most), np.empty(most, np.uint8)
    if not rows(block, digital, at_ms, current_ua, bits):
        return None
    return at_ms, current_ua, bits


@jit  # type: ignore[untyped-decorator]
def rows(block: Bytes, digital: bool, at_ms: Floats, current_ua: Floats, bits: Bytes) -> bool:
    """Fill the columns, a row a line; False at the first odd one."""
    at = 0
    for row in range(len(at_ms)):
        at_ms[row], at = number(block, at)
        if at < 0 or block[at] != COMMA:
            return False
        current_ua[row], at = number(block, at + 1)
        if at < 0:
            return False
        if digital:
            if block[at] != COMMA or len(block) - at < 10:
                return False
            value = 0
            for bit in range(8):  # D0 comes first
                digit = block[at + 1 + bit]
                if digit != ZERO and digit != ONE:
                    return False
                value |= (digit - ZERO) << bit
            bits[row] = value
            at += 9
        if block[at] == RETURN and at + 1 < len(block):
            at += 1
        if block[at] != NEWLINE:
            return False
        at += 1
    return at == len(block)


@jit  # type: ignore[untyped-decorator]
def number(block: Bytes, at: int) -> tuple[float, int]:
    """A number and where it ends, -1 where there is none. The block's last byte is a line end."""
    negative = block[at] == MINUS
    if negative:
        at += 1
    value = 0
    digits = 0
    behind = -1  # digits behind the point
    while True:
        byte = block[at]
        if ZERO <= byte <= ZERO + 9:
            value = value * 10 + (byte - ZERO)
            digits += 1
            if behind >= 0:
                behind += 1
        elif byte == POINT and behind < 0:
            behind = 0
        else:
            break
        at += 1
    if digits == 0 or digits > MOST_DIGITS:
        return 0.0, -1
    found = value / POWERS[behind] if behind > 0 else float(value)
    return (-found if negative else found), at
