"""Wake-word-style duty cycling: a cheap stage gates a costlier one.

Stage 0 looks by itself while the node sleeps (ULP, light-sleep poll or pin). It keeps the noise
floor, and wakes the node at floor * ratio + margin. Each further stage judges a little more and
passes, rejects or asks again; it keeps a floor of its own from what it let go by.

A false wake has a price. N a day are allowed: each takes a day / N from a purse that time fills
again and that holds eight. As the purse empties, stage 0's margin rises towards a quarter of what
loud events were heard at so far. It never rises beyond that: an event missed is dearer than a false
wake, so a node with an empty purse still listens, pays, and says so.

What passes all stages is told, and no stage knows whether it should have been: birds, crickets and
gusts swell as words do. But what is told more often than N events a day is the place's own noise.
Each takes a day / N from a purse of its own, four times that if it is not a quarter as loud as loud
ones are. What the purse lacks beyond a quarter raises the margin further, towards what loud events
were heard at, so that what is told is what stands out of the place. A word as loud as the noise is
lost there; one that is louder is not, and the node lives.

An edge on a pin is cheap to see and dear to tell. With a hold, an event that a pin tells of lasts
until the pin has rested at 0 for so long: its begin is told at once, its end then, and no edge
between.
"""

from torpor.policy import const, ticks

STAGES = const(0)  # 0: this node has no detector
INTERVAL_MS = const(1)  # from one look of stage 0 to the next; 0: it is an edge on the wake pin
FALSE_PER_DAY = const(2)  # 0: false wakes have no price
ASKS = const(3)  # how often one wake may ask a stage again
SPENT_MS = const(4)  # taken from the purse and not yet filled again
SAVING = const(5)  # 1: a purse ran empty, and both are not yet half full again
HEARD = const(6)  # what stage 0 scored in loud events: a mean that rises fast and falls slowly
EVENTS = const(7)
FALSE_WAKES = const(8)
HOLD_MS = const(9)  # an event is over when its pin has rested for so long; 0: each edge is told
LASTS = const(10)  # of the event that was told: OVER, ON or RESTS
SINCE = const(11)  # tick of the pin's last edge
EVENTS_PER_DAY = const(12)  # 0: events have no price, else 10 or more
TOLD_MS = const(13)  # taken from the events' purse
HEAD = const(14)

MARGIN = const(0)  # pass at floor * RATIO_X16 / 16 + MARGIN
RATIO_X16 = const(1)  # at most 1,024
BAND = const(2)  # within this below the mark: ask again
FLOOR_X16 = const(3)  # the noise floor, 1/16 score; stage 0 keeps its own
ROW = const(4)

MAX_STAGES = const(4)
SIZE = const(HEAD + MAX_STAGES * ROW)

REJECT = const(0)
AGAIN = const(1)
PASS = const(2)

OVER = const(0)
ON = const(1)
RESTS = const(2)

SPENT = const(-1)  # told on the watched channel as a purse runs empty: the node hears less
PURSE = const(8)  # false wakes that it holds
BURST = const(32)  # events that theirs holds
FREE = const(8)  # of these; a longer burst than that is rare where words are
FAINT = const(4)  # what an event takes that is less than a quarter of HEARD
_DAY_MS = const(86400000)
_FLOOR_SHIFT = const(3)
_HEARD_SHIFT = const(2)  # the mark rises to a quarter of what is heard in loud events
_RISE_SHIFT = const(2)
_FALL_SHIFT = const(6)


def start(r: list[int], at: int) -> None:
    """Full purses, floors at zero; what events sound like is not known yet."""
    r[at + SPENT_MS] = 0
    r[at + TOLD_MS] = 0
    r[at + SAVING] = 0
    r[at + HEARD] = 0


def margin(r: list[int], at: int) -> int:
    """What stage 0's score must exceed its floor's share by: the emptier a purse, the more."""
    heard = r[at + HEARD]
    asked = r[at + HEAD + MARGIN]
    if r[at + SPENT_MS]:
        spent_x16 = _x16(r, at, FALSE_PER_DAY, SPENT_MS)
        asked = _raised(asked, heard >> _HEARD_SHIFT, spent_x16, PURSE)
    if r[at + TOLD_MS]:
        told_x16 = _x16(r, at, EVENTS_PER_DAY, TOLD_MS) - FREE * 16
        asked = _raised(asked, heard, told_x16, BURST - FREE)
    return asked


def _raised(least: int, most: int, spent_x16: int, holds: int) -> int:
    """From least to most by what is spent (sixteenths) of what a purse holds."""
    if spent_x16 <= 0 or most <= least:
        return least
    return least + (most - least) * spent_x16 // (holds * 16) if spent_x16 < holds * 16 else most


def _x16(r: list[int], at: int, per_day: int, spent_ms: int) -> int:
    """How many a purse lacks, sixteenths; by the cells of its two numbers."""
    if r[at + spent_ms] == 0:
        return 0
    return r[at + spent_ms] // (_DAY_MS // r[at + per_day] >> 4)


def mark(r: list[int], at: int, stage: int) -> int:
    """The score at which a stage behind stage 0 passes."""
    row = at + HEAD + stage * ROW
    return (r[row + FLOOR_X16] * r[row + RATIO_X16] >> 8) + r[row + MARGIN]


def judge(r: list[int], at: int, stage: int, score: int) -> int:
    """PASS, AGAIN or REJECT a score (0 … 65,535); a rejected one teaches the floor."""
    row = at + HEAD + stage * ROW
    least = mark(r, at, stage)
    if score >= least:
        return PASS
    if score >= least - r[row + BAND]:
        return AGAIN
    r[row + FLOOR_X16] += (score * 16 - r[row + FLOOR_X16]) >> _FLOOR_SHIFT
    return REJECT


def passed(r: list[int], at: int, score: int) -> bool:
    """All stages passed: an event, at which stage 0 scored this; whether that emptied a purse."""
    r[at + EVENTS] += 1
    times = FAINT if score < r[at + HEARD] >> _HEARD_SHIFT else 1
    if r[at + HEARD] == 0:
        r[at + HEARD] = score
    more = score - r[at + HEARD]
    r[at + HEARD] += more >> (_RISE_SHIFT if more > 0 else _FALL_SHIFT)
    return _pay(r, at, EVENTS_PER_DAY, TOLD_MS, BURST, times)


def rejected(r: list[int], at: int) -> bool:
    """A later stage said no: a false wake; whether that emptied a purse."""
    r[at + FALSE_WAKES] += 1
    return _pay(r, at, FALSE_PER_DAY, SPENT_MS, PURSE, 1)


def _pay(r: list[int], at: int, per_day: int, spent_ms: int, holds: int, times: int) -> bool:
    """So many are taken from a purse; whether that emptied it, and the node is to say so.

    It can be half as much again in debt, so that what is over what it holds is paid, too.
    """
    if r[at + per_day] == 0:
        return False
    one_ms = _DAY_MS // r[at + per_day]
    left_ms = (holds + (holds >> 1)) * one_ms - r[at + spent_ms]
    r[at + spent_ms] += times * one_ms if times * one_ms < left_ms else left_ms
    if r[at + SAVING] or r[at + spent_ms] <= (holds - 1) * one_ms:
        return False
    r[at + SAVING] = 1
    return True


def elapse(r: list[int], at: int, ms: int) -> None:
    """Time went by (ms since the last call) and fills the purses."""
    if r[at + SPENT_MS] == 0 and r[at + TOLD_MS] == 0:
        return
    for purse in (SPENT_MS, TOLD_MS):
        left_ms = r[at + purse] - ms
        r[at + purse] = left_ms if left_ms > 0 else 0
    if (
        _x16(r, at, FALSE_PER_DAY, SPENT_MS) <= PURSE * 8
        and _x16(r, at, EVENTS_PER_DAY, TOLD_MS) <= BURST * 8
    ):
        r[at + SAVING] = 0


def begins(r: list[int], at: int, level: int, now: int) -> bool:
    """The pin had an edge, and is at this level: whether an event begins, and is to be told.

    One that is at 0 again by now has begun, too.
    """
    told = r[at + LASTS]
    r[at + LASTS] = ON if level else RESTS
    r[at + SINCE] = now
    return told == OVER


def lasts_ms(r: list[int], at: int, ms: int, now: int, start_ms: int) -> int:
    """Of so many ms those until the event that was told is over; 0: it is.

    It ends a start before its pin has rested long enough, so that a node that sleeps until then
    is up when it has. It is over, too, by a clock that was set back: since when the pin rests is
    not known.
    """
    if r[at + LASTS] == RESTS:
        rested_ms = ticks.diff(now, r[at + SINCE])
        left_ms = r[at + HOLD_MS] - rested_ms - start_ms
        if left_ms <= 0 or rested_ms < 0:
            return 0
        if left_ms < ms:
            return left_ms
    return ms
