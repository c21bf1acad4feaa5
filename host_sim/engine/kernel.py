"""Virtual time: integer microseconds, and one order for everything that happens.

World events are ordered by (time, priority, sequence), so a run is a function of its scenario and
seed, bit for bit. They are known before the run; the node's own timer is the one event that is
not, and at the same microsecond it comes after them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from torpor import record

if TYPE_CHECKING:
    from host_sim.engine.port import SimPort
    from torpor.port import Port

# What happens to a node from outside, by priority at one instant.
AP_DOWN, AP_UP, COMMAND, EDGE = range(4)

NEVER_US = 1 << 61  # behind the last event: nothing sleeps that long


def ordered(events: list[tuple[int, int, int]]) -> tuple[list[int], list[int], list[int]]:
    """Sort (time_us, kind, value) by time, then kind, then the order given; three columns.

    Each column ends with a sentinel at NEVER_US, so that a reader need not test for the end.
    """
    rows = sorted(events, key=lambda event: event[:2])
    rows.append((NEVER_US, EDGE, 0))
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]


def run(
    wake: Callable[[list[int], Port, int], int],
    r: list[int],
    port: SimPort,
    cause: int,
    until_us: int,
) -> tuple[int, int, int, bool]:
    """Let the node live until this instant.

    Answers the cause of its next wake, the time (µs), the charge drawn (1,024 fC) and whether its
    cell still lives. The record is handed over a deep sleep as it is: that this equals packing and
    unpacking it, as the chip does, is a test, and long runs do it every so often.
    """
    while port.now_us < until_us and port.alive:
        sleep_ms = wake(r, port, cause)
        cause = port.sleep(r[record.SLEEP_KIND], sleep_ms)
    return cause, port.now_us, port.used, port.alive
