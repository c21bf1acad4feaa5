"""When to read again: once the value can have moved.

How fast a channel moves is learned from its own readings, as the variance a second of a random
walk: a step of a given size in twice the time is half of it. It rises by half of what a reading
shows too much and falls by a quarter of what it shows too little, so that a quiet hour is believed
slowly and a restless one at once. The next reading is due when the spread of such a walk has grown
to the root of a half of a delta.
"""

from torpor.policy import const

VARIANCE = const(0)  # a cell a channel: (delta/16)² in 2**16 s; 0: nothing is known
MAX_CHANNELS = const(8)
SIZE = const(8)

_MOST_16THS = const(64)  # a step of more than four deltas counts as four
_COARSE = const(0x100000)
_REACH = const(0x800000)  # half of a delta's 16² sixteenths, times 2**16
_MOST_S = const(268435)  # schedule.MAX_SLEEP_MS


def learn(r: list[int], at: int, channel: int, moved: int, delta: int, elapsed_ms: int) -> None:
    """Take how far a channel moved (either way) in a time, by its delta (at least 1).

    What was read first says nothing of its speed: until it moves or rests once more, the time
    between the two readings is taken for the right one.
    """
    elapsed_s = elapsed_ms // 1000
    if elapsed_s < 1:
        elapsed_s = 1
    if moved < 0:
        moved = -moved
    if moved >> 2 >= delta:
        steps = _MOST_16THS
    elif delta < _COARSE:
        steps = moved * 16 // delta
    else:
        steps = moved // (delta >> 4)  # the same, within 31 bits
    seen = (steps * steps << 16) // elapsed_s
    known = r[at + channel]
    if known == 0:
        known = _REACH // elapsed_s
    if seen > known:
        known += (seen - known) >> 1
    else:
        known -= (known - seen) >> 2
    r[at + channel] = known if known else 1


def pace_ms(r: list[int], at: int, channel: int) -> int:
    """How long the channel may go unread, ms; 0 while nothing is known of it."""
    known = r[at + channel]
    if known == 0:
        return 0
    pace_s = _REACH // known
    return (pace_s if pace_s < _MOST_S else _MOST_S) * 1000
