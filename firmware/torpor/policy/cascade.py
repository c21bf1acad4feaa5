"""Wake-word-style duty cycling: a cheap stage gates a costlier one.

Stage 0 looks by itself while the node sleeps (ULP, light-sleep poll or pin). It keeps the noise
floor, and wakes the node at floor * ratio + margin. Each further stage judges a little more and
passes, rejects or asks again; it keeps a floor of its own from what it let go by.

A false wake has a price. N a day are allowed: each takes a day / N from a purse that time fills
again and that holds eight. As the purse empties, stage 0's margin rises towards a quarter of what
events were heard at so far. It never rises beyond that: an event missed is dearer than a false
wake, so a node with an empty purse still listens, pays, and says so.

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
SAVING = const(5)  # 1: the purse ran empty, and is not yet half full again
HEARD = const(6)  # what stage 0 scored in events, their running mean
EVENTS = const(7)
FALSE_WAKES = const(8)
HOLD_MS = const(9)  # an event is over when its pin has rested for so long; 0: each edge is told
LASTS = const(10)  # of the event that was told: OVER, ON or RESTS
SINCE = const(11)  # tick of the pin's last edge
HEAD = const(12)

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

SPENT = const(-1)  # told on the watched channel as the purse runs empty: the node hears less
PURSE = const(8)  # false wakes that it holds
DEBT = const(12)  # the most that can be taken from it, so that what is over its eight is paid too
_DAY_MS = const(86400000)
_FLOOR_SHIFT = const(3)
_HEARD_SHIFT = const(2)  # the mark rises to a quarter of what is heard in events


def start(r: list[int], at: int) -> None:
    """A full purse, floors at zero; what events sound like is not known yet."""
    r[at + SPENT_MS] = 0
    r[at + SAVING] = 0
    r[at + HEARD] = 0


def margin(r: list[int], at: int) -> int:
    """What stage 0's score must exceed its floor's share by: the emptier the purse, the more."""
    least = r[at + HEAD + MARGIN]
    most = r[at + HEARD] >> _HEARD_SHIFT
    if r[at + SPENT_MS] == 0 or most <= least:
        return least
    spent = r[at + SPENT_MS] // (cost_ms(r, at) >> 4)
    return least + (most - least) * spent // (PURSE * 16) if spent < PURSE * 16 else most


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


def passed(r: list[int], at: int, score: int) -> None:
    """All stages passed: an event, at which stage 0 scored this."""
    r[at + EVENTS] += 1
    if r[at + HEARD] == 0:
        r[at + HEARD] = score
    r[at + HEARD] += (score - r[at + HEARD]) >> 3


def rejected(r: list[int], at: int) -> bool:
    """A later stage said no: a false wake, paid from the purse; whether that emptied it."""
    r[at + FALSE_WAKES] += 1
    if r[at + FALSE_PER_DAY] == 0:
        return False
    cost = cost_ms(r, at)
    left = DEBT * cost - r[at + SPENT_MS]
    r[at + SPENT_MS] += cost if cost < left else left
    if r[at + SAVING] or r[at + SPENT_MS] <= (PURSE - 1) * cost:
        return False
    r[at + SAVING] = 1
    return True


def cost_ms(r: list[int], at: int) -> int:
    """What a false wake takes from the purse: the time in which one is allowed."""
    return _DAY_MS // r[at + FALSE_PER_DAY]


def elapse(r: list[int], at: int, ms: int) -> None:
    """Time went by (ms since the last call) and fills the purse."""
    if r[at + SPENT_MS] == 0:
        return
    spent = r[at + SPENT_MS] - ms
    r[at + SPENT_MS] = spent if spent > 0 else 0
    if spent <= (PURSE >> 1) * cost_ms(r, at):
        r[at + SAVING] = 0


def begins(r: list[int], at: int, level: int, now: int) -> bool:
    """The pin had an edge, and is at this level: whether an event begins, and is to be told.

    One that is at 0 again by now has begun, too.
    """
    told = r[at + LASTS]
    r[at + LASTS] = ON if level else RESTS
    r[at + SINCE] = now
    return told == OVER


def lasts_ms(r: list[int], at: int, ms: int, now: int) -> int:
    """Of so many ms those until the event that was told is over; 0: it is.

    It is, too, by a clock that was set back: since when the pin rests is not known.
    """
    if r[at + LASTS] == RESTS:
        left_ms = r[at + HOLD_MS] - ticks.diff(now, r[at + SINCE])
        if left_ms <= 0 or left_ms > r[at + HOLD_MS]:
            return 0
        if left_ms < ms:
            return left_ms
    return ms
