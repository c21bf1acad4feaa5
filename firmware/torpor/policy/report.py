"""What to tell, and when: send-on-delta with a heartbeat, in batches.

A reading is queued when it lies a delta away from the last one queued (Miskowicz, Sensors 2006,
6, 49-63); the queue is delivered within the channel's time limit, together with whatever else is
in it. A heartbeat delivers the newest reading of each channel. When the queue is full the oldest
reading is dropped and counted.
"""

from torpor.policy import const

CHANNELS = const(0)
QUEUED = const(1)  # readings in the queue
DROPPED = const(2)  # readings lost to a full queue
HEAD = const(3)

DELTA = const(0)  # 0: every reading is news
WITHIN_MS = const(1)  # a change is delivered within this
KNOWN = const(2)  # 1: LAST and NEWEST hold readings
LAST = const(3)  # the value queued last
NEWEST = const(4)
NEWEST_AT = const(5)  # its tick
ROW = const(6)

MAX_CHANNELS = const(8)
QUEUE = const(HEAD + MAX_CHANNELS * ROW)  # then three cells a reading: channel, value, tick
CELLS = const(3)
CAPACITY = const(24)
SIZE = const(QUEUE + CAPACITY * CELLS)

QUIET = const(-1)


def offer(r: list[int], at: int, channel: int, value: int, now: int) -> int:
    """Take a reading (-2**29 … 2**29 - 1).

    Answers the ms within which it must be delivered, or QUIET when it is no news.
    """
    row = at + HEAD + channel * ROW
    moved = value - r[row + LAST]
    if r[row + KNOWN] and -r[row + DELTA] < moved < r[row + DELTA]:
        r[row + NEWEST] = value
        r[row + NEWEST_AT] = now
        return QUIET
    r[row + KNOWN] = 1
    queue(r, at, channel, value, now)
    return within_ms(r, at, channel)


def queue(r: list[int], at: int, channel: int, value: int, now: int) -> None:
    """Put a reading at the queue's end, at the cost of the oldest when it is full."""
    if r[at + QUEUED] == CAPACITY:
        forget(r, at, 1)
        r[at + DROPPED] += 1
    cell = at + QUEUE + r[at + QUEUED] * CELLS
    r[cell] = channel
    r[cell + 1] = value
    r[cell + 2] = now
    r[at + QUEUED] += 1
    row = at + HEAD + channel * ROW
    r[row + LAST] = value
    r[row + NEWEST] = value
    r[row + NEWEST_AT] = now


def heartbeat(r: list[int], at: int) -> None:
    """Queue the newest reading of each channel that has none in the queue, while there is room."""
    for channel in range(r[at + CHANNELS]):
        row = at + HEAD + channel * ROW
        if r[row + KNOWN] and r[at + QUEUED] < CAPACITY and not _waits(r, at, channel):
            queue(r, at, channel, r[row + NEWEST], r[row + NEWEST_AT])


def _waits(r: list[int], at: int, channel: int) -> bool:
    for cell in range(at + QUEUE, at + QUEUE + r[at + QUEUED] * CELLS, CELLS):
        if r[cell] == channel:
            return True
    return False


def forget(r: list[int], at: int, count: int) -> None:
    """The first `count` readings were acknowledged: drop them, the rest moves up."""
    left = r[at + QUEUED] - count
    base = at + QUEUE
    for cell in range(left * CELLS):
        r[base + cell] = r[base + count * CELLS + cell]
    r[at + QUEUED] = left


def within_ms(r: list[int], at: int, channel: int) -> int:
    """The time within which the channel's news is to be delivered, ms."""
    # Half full is reason enough to go: the next outage needs room.
    return r[at + HEAD + channel * ROW + WITHIN_MS] if r[at + QUEUED] < CAPACITY // 2 else 0
