"""Rows of the Power Profiler's CSV, parsed by numba where they are plain: sign, digits, a point.

Anything else in a block (an exponent, a blank, a wrong field) is numpy's to read or to refuse.
Importing this takes what importing numba takes, so only large files do. Places are unsigned: for
signed ones numba looks at each index whether it counts from the end, which costs a third.
"""

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from host_sim.trace.columns.csvblocks import Text
from host_sim.trace.recording import Bits, Floats, Samples

COMMA, POINT, MINUS, NEWLINE, RETURN, LOW, HIGH, BOTH = b",.-\n\r01X"
SHORTEST = 4  # bytes of a row: 0,1 and its end
CHANNELS = 8
MOST_DIGITS = 15  # of a number: exact in a float
POWERS = 10.0 ** np.arange(MOST_DIGITS + 1)
NOWHERE, NEXT, NINE, TEN, ZERO = (np.uint64(n) for n in (0, 1, 9, 10, LOW))

# _nrt=False: no reference counts, which nothing here needs; two calls a number cost a third.
OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False}
jit: Any = numba.njit(**OPTIONS)
Bytes = npt.NDArray[np.uint8]


def parse(data: Text | bytes, digital: bool) -> tuple[Floats, Samples, Bits] | None:
    """Times in ms, currents in µA and digital channels of whole lines; None where one is odd."""
    most = len(data) // SHORTEST
    at_ms, current_ua, bits = np.empty(most), np.empty(most, np.float32), np.empty(most, np.uint8)
    found = int(rows(np.frombuffer(data, np.uint8), digital, at_ms, current_ua, bits))
    return (at_ms[:found], current_ua[:found], bits[:found]) if found else None


@jit  # type: ignore[untyped-decorator]
def rows(block: Bytes, digital: bool, at_ms: Floats, current_ua: Samples, bits: Bits) -> Any:
    """Fill the columns, a row a line, and count them; 0 where one is odd."""
    at, end, row = NOWHERE, np.uint64(len(block)), NOWHERE
    while at < end:
        at_ms[row], at = number(block, at)
        if at == NOWHERE or block[at] != COMMA:
            return NOWHERE
        if block[at + NEXT] == MINUS:
            found, at = number(block, at + NEXT + NEXT)
            current_ua[row] = -found
        else:
            current_ua[row], at = number(block, at + NEXT)
        if digital and at != NOWHERE:
            bits[row], at = states(block, at)
        if at == NOWHERE:
            return NOWHERE
        if block[at] == RETURN and at + NEXT < end:
            at += NEXT
        if block[at] != NEWLINE:
            return NOWHERE
        at += NEXT
        row += NEXT
    return row


@jit  # type: ignore[untyped-decorator]
def number(block: Bytes, at: Any) -> tuple[float, Any]:
    """A number and where it ends, NOWHERE without one. The block's last byte is a line end."""
    first, value, behind = at, NOWHERE, NOWHERE
    digit = np.uint64(block[at]) - ZERO  # of what comes before 0 it is more than 9 too
    while digit <= NINE:
        value = value * TEN + digit
        at += NEXT
        digit = np.uint64(block[at]) - ZERO
    digits = at - first
    if block[at] == POINT:
        at += NEXT
        point = at
        digit = np.uint64(block[at]) - ZERO
        while digit <= NINE:
            value = value * TEN + digit
            at += NEXT
            digit = np.uint64(block[at]) - ZERO
        behind = at - point
        digits += behind
    if digits == NOWHERE or digits > MOST_DIGITS:
        return 0.0, NOWHERE
    return value / POWERS[behind], at


@jit  # type: ignore[untyped-decorator]
def states(block: Bytes, at: Any) -> tuple[int, Any]:
    """A comma, then the channels, D0 first, as a byte, and where they end; or NOWHERE."""
    if block[at] != COMMA or np.uint64(len(block)) - at < CHANNELS + 2:
        return 0, NOWHERE
    byte = 0
    for bit in range(CHANNELS):
        at += NEXT
        state = block[at]
        if state in (HIGH, BOTH):
            byte |= 1 << bit
        elif state not in (LOW, MINUS):
            return 0, NOWHERE
    return byte, at + NEXT
