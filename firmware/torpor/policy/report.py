"""What to tell, and when: send-on-delta with a heartbeat, in batches.

A reading is queued when it lies a delta away from the last one told (Miskowicz, Sensors 2006, 6,
49-63); the queue is delivered within the channel's time limit, together with whatever else is in
it and the newest reading of each channel. A reading that comes later than its period has that much
less time left, and stands for the time in which none was taken: also where it is no news it goes
along with the next message, while there is room. When the queue is full the oldest reading is
dropped and counted.
"""

from torpor.policy import const
from torpor.policy.ticks import HALF, MASK, diff

CHANNELS = const(0)
QUEUED = const(1)  # readings in the queue
DROPPED = const(2)  # readings lost to a full queue
HEAD = const(3)

DELTA = const(0)  # 0: every reading is news
WITHIN_MS = const(1)  # a change is delivered within this
KNOWN = const(2)  # 1: LAST and NEWEST hold readings
LAST = const(3)  # the value told last, or to be told
NEWEST = const(4)
NEWEST_AT = const(5)  # its tick
ROW = const(6)

MAX_CHANNELS = const(8)
QUEUE = const(HEAD + MAX_CHANNELS * ROW)  # then three cells a reading: channel, value, tick
CELLS = const(3)
CAPACITY = const(24)
RIDERS = const(8)  # readings beyond which what is no news is left behind
NEWS = const(QUEUE + CAPACITY * CELLS)  # 1: what waits is not only what goes along
SIZE = const(NEWS + 1)

QUIET = const(-1)
_DAY_MS = const(86400000)  # a clock that was set back by less does not make a reading an old one


def offer(r: list[int], at: int, channel: int, value: int, now: int, late_ms: int) -> int:
    """Take a reading (-2**29 … 2**29 - 1) that comes so much later than its period.

    Answers the ms within which it must be delivered, or QUIET when it is no news.
    """
    row = at + HEAD + channel * ROW
    moved = value - r[row + LAST]
    if r[row + KNOWN] and -r[row + DELTA] < moved < r[row + DELTA]:
        if late_ms and r[at + QUEUED] < RIDERS:
            _put(r, at, channel, value, now)
        r[row + NEWEST] = value
        r[row + NEWEST_AT] = now
        return QUIET
    r[row + KNOWN] = 1
    queue(r, at, channel, value, now)
    left_ms = within_ms(r, at, channel) - late_ms
    return left_ms if left_ms > 0 else 0


def queue(r: list[int], at: int, channel: int, value: int, now: int) -> None:
    """Put a reading at the queue's end, at the cost of the oldest when it is full."""
    if r[at + QUEUED] == CAPACITY:
        forget(r, at, 1)
        r[at + DROPPED] += 1
    _put(r, at, channel, value, now)
    r[at + NEWS] = 1
    row = at + HEAD + channel * ROW
    r[row + LAST] = value
    r[row + NEWEST] = value
    r[row + NEWEST_AT] = now


def _put(r: list[int], at: int, channel: int, value: int, now: int) -> None:
    cell = at + QUEUE + r[at + QUEUED] * CELLS
    r[cell] = channel
    r[cell + 1] = value
    r[cell + 2] = now
    r[at + QUEUED] += 1


def heartbeat(r: list[int], at: int) -> None:
    """The node has joined: queue the newest reading of each channel, while there is room."""
    for channel in range(r[at + CHANNELS]):
        row = at + HEAD + channel * ROW
        if r[row + KNOWN]:
            if _waits(r, at, channel, r[row + NEWEST]):
                r[row + LAST] = r[row + NEWEST]
            elif r[at + QUEUED] < CAPACITY:
                queue(r, at, channel, r[row + NEWEST], r[row + NEWEST_AT])


def keep_age(r: list[int], at: int, now: int) -> None:
    """Have what is more than 6.2 days old seem no older, lest it seem new as ticks wrap.

    Ask no less often than each five days.
    """
    for cell in range(at + QUEUE + 2, at + QUEUE + 2 + r[at + QUEUED] * CELLS, CELLS):
        _keep_age(r, cell, now)
    for channel in range(r[at + CHANNELS]):
        _keep_age(r, at + HEAD + channel * ROW + NEWEST_AT, now)


def _keep_age(r: list[int], cell: int, now: int) -> None:
    if diff(now, r[cell]) < -_DAY_MS:
        r[cell] = now - HALF + 1 & MASK


def _waits(r: list[int], at: int, channel: int, value: int) -> bool:
    """Whether this is the value of the last reading of a channel in the queue."""
    waits = False
    for cell in range(at + QUEUE, at + QUEUE + r[at + QUEUED] * CELLS, CELLS):
        if r[cell] == channel:
            waits = r[cell + 1] == value
    return waits


def forget(r: list[int], at: int, count: int) -> None:
    """The first `count` readings were acknowledged: drop them, the rest moves up."""
    left = r[at + QUEUED] - count
    base = at + QUEUE
    for cell in range(left * CELLS):
        r[base + cell] = r[base + count * CELLS + cell]
    r[at + QUEUED] = left
    if left == 0:
        r[at + NEWS] = 0


def within_ms(r: list[int], at: int, channel: int) -> int:
    """The time within which the channel's news is to be delivered, ms."""
    # Half full is reason enough to go: the next outage needs room.
    return r[at + HEAD + channel * ROW + WITHIN_MS] if r[at + QUEUED] < CAPACITY // 2 else 0
