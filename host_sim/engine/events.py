"""What happens to a node from outside, in one order: time, then kind, then the order given."""

# By priority at one instant.
AP_DOWN, AP_UP, COMMAND, EDGE = range(4)

NEVER_US = 1 << 61  # behind the last event: nothing sleeps that long


def ordered(events: list[tuple[int, int, int]]) -> tuple[list[int], list[int], list[int]]:
    """Sort (time_us, kind, value) by time, then kind, then the order given; three columns.

    Each column ends with a sentinel at NEVER_US, so that a reader need not test for the end.
    """
    rows = sorted(events, key=lambda event: event[:2])
    rows.append((NEVER_US, EDGE, 0))
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]
