"""Energy: from the battery's voltage to a mode, from a budget to an allowance.

The state of charge is read off the cell's open-circuit curve and smoothed. The node saves when
the charge is low or when it falls behind the straight line that ends at the lifetime asked for.
A budget of charge a minute fills a bucket that starts and tasks draw from; the bucket holds one
day, and a debt of one. What it does not hold is not begun, and no start is made for nothing.
"""

from torpor.policy import const

LOW_PERMILLE = const(0)
CRITICAL_PERMILLE = const(1)
BAND_PERMILLE = const(2)  # hysteresis on the way back up
TARGET_H = const(3)  # lifetime asked for, at most 1,073,741; 0: none
BUDGET_UC_MIN = const(4)  # charge a minute, µC, at most 372,827; 0: no budget
OCV_MV = const(5)  # eleven cells: open-circuit mV at 0, 10, … 100 %
SOC_PERMILLE = const(16)  # state of charge; -1 before the first reading
MODE = const(17)
BUCKET_UC = const(18)
START_UC = const(19)  # what a start takes, µC
AIR_UC_MS = const(20)  # what a ms of joining takes, µC
CAPACITY_MC = const(21)  # of a store that light fills, at most 2**28; 0: none does
RESTED_PERMILLE = const(22)  # charge as read; -1: not since the last plan (policy.harvest)
SPENT_UC = const(23)  # awake since then
MORE_X16 = const(24)  # sixteenths that the plan adds to each period
PLANNED_H = const(25)  # hour of uptime of the last plan; -1: none
STORED_MC = const(26)  # what the store held then
DEMAND_MC = const(27)  # what an hour at the tasks' own periods takes
HOURS_KNOWN = const(28)
EXPECTED_MC = const(29)  # what the last hours with light were to bring, fading
SEEN_MC = const(30)  # and what they brought
OWED_MC = const(31)  # what the slowest pace would have taken beyond what came, since light last did
SPELL_MC = const(32)  # the most of that, fading
NET_MC = const(33)  # what each hour of the day brings, sleep and leakage taken off
SIZE = const(57)

NORMAL = const(0)
SAVE = const(1)
CRITICAL = const(2)

MOST_X16 = const(112)  # eight times the period
UNLIMITED_UC = const(0x1FFFFFFF)
_DAY_MIN = const(1440)
_MOST_MS = const(100000)  # that a delivery is taken to last
_MOST_SPENT_UC = const(0x10000000)


def soc_permille(r: list[int], at: int, mv: int) -> int:
    """State of charge of a rested cell at this voltage, linear between the curve's points."""
    low = at + OCV_MV
    if mv <= r[low]:
        return 0
    for step in range(10):
        below = r[low + step]
        above = r[low + step + 1]
        if mv < above:
            return step * 100 + (mv - below) * 100 // (above - below)
    return 1000


def update(r: list[int], at: int, mv: int, uptime_h: int) -> int:
    """Take a battery reading (mV) at this age of the cell; the mode that follows."""
    soc = soc_permille(r, at, mv)
    r[at + RESTED_PERMILLE] = soc
    if r[at + SOC_PERMILLE] >= 0:
        soc = r[at + SOC_PERMILLE] + (soc - r[at + SOC_PERMILLE]) // 4
    r[at + SOC_PERMILLE] = soc
    mode = r[at + MODE]
    band = r[at + BAND_PERMILLE]
    behind = _behind_permille(r, at, soc, uptime_h)
    if soc < r[at + CRITICAL_PERMILLE]:
        mode = CRITICAL
    elif mode == CRITICAL and soc < r[at + CRITICAL_PERMILLE] + band:
        mode = CRITICAL
    elif soc < r[at + LOW_PERMILLE] or behind > band:
        mode = SAVE
    elif mode == NORMAL or (soc >= r[at + LOW_PERMILLE] + band and behind <= 0):
        mode = NORMAL
    else:
        mode = SAVE
    r[at + MODE] = mode
    return mode


def _behind_permille(r: list[int], at: int, soc: int, uptime_h: int) -> int:
    """How far the charge lies under the line from full to empty at the lifetime asked for."""
    target_h = r[at + TARGET_H]
    if target_h == 0:
        return 0
    left_h = target_h - uptime_h
    return (left_h * 1000 // target_h if left_h > 0 else 0) - soc


def allowance_uc(r: list[int], at: int, elapsed_min: int) -> int:
    """What tasks may spend now, µC, after this many minutes have refilled the bucket."""
    rate = r[at + BUDGET_UC_MIN]
    if rate == 0:
        return UNLIMITED_UC
    if elapsed_min > _DAY_MIN:
        elapsed_min = _DAY_MIN
    bucket = r[at + BUCKET_UC] + rate * elapsed_min
    full = rate * _DAY_MIN
    r[at + BUCKET_UC] = bucket if bucket < full else full
    return r[at + BUCKET_UC]


def left_uc(r: list[int], at: int) -> int:
    """What tasks may still spend, µC."""
    return r[at + BUCKET_UC] if r[at + BUDGET_UC_MIN] else UNLIMITED_UC


def spend_air(r: list[int], at: int, ms: int) -> None:
    """A delivery took so long, whatever came of it."""
    spend(r, at, (ms if ms < _MOST_MS else _MOST_MS) * r[at + AIR_UC_MS])


def spend(r: list[int], at: int, cost_uc: int) -> None:
    """This much was spent awake: out of the bucket, if there is one."""
    if r[at + SPENT_UC] < _MOST_SPENT_UC:
        r[at + SPENT_UC] += cost_uc
    rate = r[at + BUDGET_UC_MIN]
    if rate:
        left = r[at + BUCKET_UC] - cost_uc
        r[at + BUCKET_UC] = left if left > -rate * _DAY_MIN else -rate * _DAY_MIN


def wait_ms(r: list[int], at: int, cost_uc: int) -> int:
    """How long until the bucket holds a start and this much, or is full; 0 without a budget."""
    rate = r[at + BUDGET_UC_MIN]
    if rate == 0:
        return 0
    lacking = r[at + START_UC] + cost_uc - r[at + BUCKET_UC]
    room = rate * _DAY_MIN - r[at + BUCKET_UC]
    if lacking > room:
        lacking = room
    return (lacking // rate + 1) * 60000 if lacking > 0 else 0
