"""Wake-word-style duty cycling: a cheap stage gates a costlier one.

Stage 0 looks by itself while the node sleeps (ULP, light-sleep poll or pin) and wakes it at a
threshold; each further stage looks at a little more and passes, rejects or asks again. Every stage
keeps a noise floor from what it let go by, and its threshold follows that floor. The poll interval
is short after an event and doubles with each calm period. A false wake costs credit that time
gives back: with N allowed, no 24 hours see more than N.
"""

from torpor.policy import const

STAGES = const(0)  # 0: this node has no detector
INTERVAL_MIN_MS = const(1)  # both 0: stage 0 is an edge on the wake pin
INTERVAL_MAX_MS = const(2)
CALM_MS = const(3)  # without an event for this long, the poll interval doubles (once a wake)
FALSE_PER_DAY = const(4)  # at least 2; 0: no ceiling
ASKS = const(5)  # how often one wake may ask a stage again
INTERVAL_MS = const(6)
SINCE_MS = const(7)  # since the last event or doubling
CREDIT_MS = const(8)
EVENTS = const(9)
FALSE_WAKES = const(10)
HEAD = const(11)

MARGIN = const(0)  # pass at floor * RATIO_X16 / 16 + MARGIN
RATIO_X16 = const(1)  # at most 1,024
BAND = const(2)  # within this below the mark: ask again
FLOOR_X16 = const(3)  # the noise floor, 1/16 score
ROW = const(4)

MAX_STAGES = const(4)
SIZE = const(HEAD + MAX_STAGES * ROW)

REJECT = const(0)
AGAIN = const(1)
PASS = const(2)

_DAY_MS = const(86400000)
_FLOOR_SHIFT = const(3)


def start(r: list[int], at: int) -> None:
    """Shortest interval, full credit, floors at zero."""
    r[at + INTERVAL_MS] = r[at + INTERVAL_MIN_MS]
    r[at + SINCE_MS] = 0
    r[at + CREDIT_MS] = _DAY_MS


def mark(r: list[int], at: int, stage: int) -> int:
    """The score at which a stage passes."""
    row = at + HEAD + stage * ROW
    return (r[row + FLOOR_X16] * r[row + RATIO_X16] >> 8) + r[row + MARGIN]


def judge(r: list[int], at: int, stage: int, score: int) -> int:
    """PASS, AGAIN or REJECT a score (0 … 65,535); a rejected one teaches the floor."""
    least = mark(r, at, stage)
    if score >= least:
        return PASS
    if score >= least - r[at + HEAD + stage * ROW + BAND]:
        return AGAIN
    learn(r, at, stage, score)
    return REJECT


def learn(r: list[int], at: int, stage: int, score: int) -> None:
    """Take a score as noise: the floor moves an eighth of the way."""
    cell = at + HEAD + stage * ROW + FLOOR_X16
    r[cell] += (score * 16 - r[cell]) >> _FLOOR_SHIFT


def passed(r: list[int], at: int) -> None:
    """All stages passed: an event. Look often for a while."""
    r[at + EVENTS] += 1
    r[at + INTERVAL_MS] = r[at + INTERVAL_MIN_MS]
    r[at + SINCE_MS] = 0


def rejected(r: list[int], at: int) -> None:
    """A later stage said no: a false wake, paid from the credit."""
    r[at + FALSE_WAKES] += 1
    if r[at + FALSE_PER_DAY]:
        r[at + CREDIT_MS] -= cost_ms(r, at)


def cost_ms(r: list[int], at: int) -> int:
    """Credit of one false wake.

    The purse holds a day and a day refills it once, so N a day cost two days' credit among them.
    """
    return 2 * _DAY_MS // r[at + FALSE_PER_DAY]


def elapse(r: list[int], at: int, ms: int) -> None:
    """Time went by (ms since the last call): credit comes back, calm lengthens the interval."""
    credit = r[at + CREDIT_MS] + ms
    r[at + CREDIT_MS] = credit if credit < _DAY_MS else _DAY_MS
    since = r[at + SINCE_MS] + ms
    if since >= r[at + CALM_MS]:
        since = 0
        interval = r[at + INTERVAL_MS] * 2
        most = r[at + INTERVAL_MAX_MS]
        r[at + INTERVAL_MS] = interval if interval < most else most
    r[at + SINCE_MS] = since


def hold_ms(r: list[int], at: int) -> int:
    """ms until the detector may be armed again; 0: arm it now."""
    if r[at + FALSE_PER_DAY] == 0:
        return 0
    short = cost_ms(r, at) - r[at + CREDIT_MS]
    return short if short > 0 else 0
