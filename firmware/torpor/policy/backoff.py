"""Backoff: time pays for what fails.

What fails is tried again soon, then after twice as long each time. But a failure takes charge, and
where a fault lasts there are many. So failures may take a part of what the node draws without them,
at once no more than CREDIT_MIN minutes of that part bring; what they take beyond is a debt, and
nothing is tried before time has paid for it, or a day is over. Whatever fails, and in whatever
order, a day costs no more than that. A delivery that takes longer than usual fails by so much; one
as usual, or that lost a question, ends the debt, for a weak link is no lasting fault: what it loses
is tried again soon. So is what fails once, in no more time than a join takes that has no answer:
that may be chance, and is waited for only when the next fails, too. So that two cost little more
than one, the next join has only what the first left of the time for both.
"""

from torpor.policy import const

RATE_UC_MIN = const(0)  # what failures may take, µC a minute, at most 372,827; 0: all
CPU_UC_MS = const(1)  # what a ms awake takes, µC, the radio off
AIR_UC_MS = const(2)  # and on
START_UC = const(3)  # what a start takes, µC
USUAL_MS = const(4)  # what a delivery takes; 0: not known yet
LOST_MS = const(5)  # that a question which is lost is waited for
OWED_UC = const(6)  # what failures took, less what was paid; negative: one, that may be chance
PAID_MIN = const(7)  # uptime up to which it was
SIZE = const(8)

CREDIT_MIN = const(720)
MOST_MIN = const(1440)
_JOIN_MS = const(2000)
_CHANCE_MS = const(8500)  # a full join that times out; not a hang, which the watchdog ends at 9 s
_LATE_MS = const(11000)  # a full join at its limit, and a connection that is late as well
_TWICE_MS = const(9800)  # a full join that times out, and a second one
_AGAIN_MS = const(2800)  # which loses nothing, on channel 11: 2.5 s (docs/radio.md)
_MOST_MS = const(100000)  # that a failure is taken to last
_DOUBLINGS = const(6)
_LEARN = const(5)  # of what a delivery took longer, a 32nd is usual from then on


def failed(r: list[int], at: int, ms: int, on_air: int, uptime_min: int) -> None:
    """A start, and so long awake for nothing; it may have joined before the radio was off."""
    ms = _within(ms, _MOST_MS)
    air_ms = ms if on_air else _within(ms, _JOIN_MS)
    awake_uc = air_ms * r[at + AIR_UC_MS] + (ms - air_ms) * r[at + CPU_UC_MS]
    _owe(r, at, r[at + START_UC] + awake_uc, on_air and ms <= _CHANCE_MS, uptime_min)


def delivered(r: list[int], at: int, ms: int, uptime_min: int) -> None:
    """A delivery that took so long. One as usual says that the fault is over: so is the debt."""
    usual_ms = r[at + USUAL_MS]
    longer_ms = ms - usual_ms
    r[at + USUAL_MS] = usual_ms + (longer_ms >> _LEARN) if usual_ms and longer_ms > 0 else ms
    if longer_ms < (usual_ms >> 1) + r[at + LOST_MS]:
        r[at + OWED_UC] = 0
    elif usual_ms:
        uc = _within(longer_ms, _MOST_MS) * r[at + AIR_UC_MS]
        _owe(r, at, uc, longer_ms <= _LATE_MS, uptime_min)


def wait_min(r: list[int], at: int, failures: int, uptime_min: int) -> int:
    """Minutes to wait after so many failures in a row: doubled by each, longer while in debt."""
    least = 1 << _within(failures - 1, _DOUBLINGS) if failures > 0 else 0
    left = debt_min(r, at, uptime_min)
    return left if left > least else least


def debt_min(r: list[int], at: int, uptime_min: int) -> int:
    """Minutes, at most a day, until what was taken beyond the credit is paid for."""
    rate = r[at + RATE_UC_MIN]
    if rate == 0:
        return 0
    _owe(r, at, 0, 0, uptime_min)
    debt = r[at + OWED_UC] - rate * CREDIT_MIN
    return (debt + rate - 1) // rate if debt > 0 else 0


def spare_ms(r: list[int], at: int) -> int:
    """How long the next join may take, where one failure was before it that may be chance."""
    owed = r[at + OWED_UC]
    if owed >= 0 or r[at + AIR_UC_MS] == 0:
        return _MOST_MS
    ms = _TWICE_MS + owed // r[at + AIR_UC_MS]
    return ms if ms > _AGAIN_MS else _AGAIN_MS


def _owe(r: list[int], at: int, uc: int, by_chance: int, uptime_min: int) -> None:
    """Pay for the time since the last payment, then add this; what a day cannot pay is let go."""
    rate = r[at + RATE_UC_MIN]
    if rate == 0:
        return
    owed = r[at + OWED_UC]
    once = owed < 0
    owed = abs(owed) - rate * _within(uptime_min - r[at + PAID_MIN], MOST_MIN)
    if uc:
        once = owed <= 0 and by_chance > 0
    owed = (owed if owed > 0 else 0) + uc
    r[at + PAID_MIN] = uptime_min
    r[at + OWED_UC] = -owed if once else _within(owed, rate * (CREDIT_MIN + MOST_MIN))


def _within(value: int, most: int) -> int:
    """At least nothing, and at most so much."""
    return 0 if value < 0 else value if value < most else most
