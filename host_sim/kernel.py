"""Virtual time: integer microseconds, and one order for everything that happens.

World events are ordered by (time, priority, sequence), so a run is a function of its scenario and
seed, bit for bit. They are known before the run; the node's own timer is the one event that is
not, and at the same microsecond it comes after them.
"""

from collections.abc import Callable

from torpor import record

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


def run(wake: Callable, r: list[int], port, cause: int, until_us: int) -> int:
    """Let the node live until this instant; the cause of its next wake.

    The record is handed over a sleep as it is. That this equals packing and unpacking it, as deep
    sleep does on the chip, is a test, and every chunk of a long run does it once.
    """
    while port.now_us < until_us and port.alive:
        sleep_ms = wake(r, port, cause)
        cause = port.sleep(r[record.SLEEP_KIND], sleep_ms)
    return cause
