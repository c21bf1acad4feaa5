"""Harvest: how fast a node may work, so that its store lasts until light comes again.

What each hour of the day brings is learned, sleep and leakage taken off: how the store's charge
changed, and what the node spent awake (an exponentially weighted mean, A. Kansal et al., ACM TECS
6:4, 2007). So would the store go over the next half day if nothing were spent; where the last hours
were darker than expected, the next are believed to be, too. What is spent must not empty it on the
way, nor is light to find it full: the node spends by the straightest line between both, which is a
taut string. Over more than half a day it would spend more evenly, but from a higher store.

Empty is a store that would not last through the longest spell of darkness that was met, at the
slowest pace: by so much would the store of a node have sunk that is never faster. In the first
week, of which nobody knows yet whether its end is dark, a weekend counts as met. More is kept for
no use: a low store wastes no light, and a capacitor takes more charge of it.
"""

from torpor.policy import const
from torpor.policy.energy import (
    CAPACITY_MC,
    DEMAND_MC,
    EXPECTED_MC,
    HOURS_KNOWN,
    LOW_PERMILLE,
    MOST_X16,
    NET_MC,
    OWED_MC,
    PLANNED_H,
    RESTED_PERMILLE,
    SEEN_MC,
    SPELL_MC,
    SPENT_UC,
    STORED_MC,
)

DAY_H = const(24)
WEEK_H = const(168)
AHEAD_H = const(12)  # planned
DARK_H = const(54)  # without any light that the store is to hold out until a week is known
_SLOWEST = const(8)
FULL_PERMILLE = const(980)  # light that comes then goes unseen
_NET_SHIFT = const(2)  # a quarter of what an hour shows is believed
_FADE_SHIFT = const(2)  # a quarter of what is seen against what is expected is of the last hour
_FORGET_SHIFT = const(10)  # an hour; of a spell half are left after a month
_MOST_MC = const(0x1000000)


def pace_x16(r: list[int], at: int, hour: int, more_x16: int) -> int:
    """Plan by the charge just read, in this hour of uptime: how much longer periods are to be.

    That is in sixteenths, 0 … MOST_X16, as is what was in force until now. What a full store spends
    comes again, or else the next plan sees it.
    """
    permille = r[at + RESTED_PERMILLE]
    stored_mc = _of(r[at + CAPACITY_MC], permille)
    hours = hour - r[at + PLANNED_H]
    if r[at + PLANNED_H] >= 0 and hours > 0:
        spent_mc = r[at + SPENT_UC] // 1000
        net_mc = (stored_mc - r[at + STORED_MC] + spent_mc) // hours
        net_mc = _MOST_MC if net_mc > _MOST_MC else -_MOST_MC if net_mc < -_MOST_MC else net_mc
        demand_mc = spent_mc * (16 + more_x16) // 16 // hours
        hours = hours if hours < DAY_H else DAY_H  # of more than a day each is taught once
        _learn(r, at, hours, net_mc)
        _demand(r, at, hours, demand_mc)
        _endure(r, at, hours, net_mc)
    r[at + STORED_MC] = stored_mc
    r[at + PLANNED_H] = hour
    r[at + SPENT_UC] = 0
    r[at + RESTED_PERMILLE] = -1
    if permille >= FULL_PERMILLE:
        return 0
    may_mc = spend_mc(r, at)
    if may_mc <= 0 or r[at + DEMAND_MC] == 0:
        return MOST_X16
    more = r[at + DEMAND_MC] * 16 // may_mc - 16
    return 0 if more < 0 else more if more < MOST_X16 else MOST_X16


def _of(mc: int, permille: int) -> int:
    """So many thousandths of it."""
    return mc // 1000 * permille + mc % 1000 * permille // 1000


def _learn(r: list[int], at: int, hours: int, net_mc: int) -> None:
    """So much did each of the hours since the last plan bring; at least that if all is full."""
    for past in range(hours):
        slot = at + NET_MC + (r[at + PLANNED_H] + past) % DAY_H
        if r[at + HOURS_KNOWN] < DAY_H:
            r[at + HOURS_KNOWN] += 1
            r[slot] = net_mc
            continue
        seen_mc = net_mc
        if r[at + RESTED_PERMILLE] >= FULL_PERMILLE and net_mc < r[slot]:
            seen_mc = r[slot]
        if r[slot] > 0:
            r[at + EXPECTED_MC] += (r[slot] - r[at + EXPECTED_MC]) >> _FADE_SHIFT
            r[at + SEEN_MC] += ((seen_mc if seen_mc > 0 else 0) - r[at + SEEN_MC]) >> _FADE_SHIFT
        r[slot] += (seen_mc - r[slot]) >> _NET_SHIFT


def _demand(r: list[int], at: int, hours: int, demand_mc: int) -> None:
    """So much would each of the hours have taken at the tasks' own periods: the mean of a day.

    An hour counts as an hour: a slow node has one reading in some of them, and in others none.
    """
    known = r[at + HOURS_KNOWN]
    r[at + DEMAND_MC] += ((demand_mc - r[at + DEMAND_MC]) * hours + known // 2) // known


def _endure(r: list[int], at: int, hours: int, net_mc: int) -> None:
    """How far the store of a node that is always at its slowest would have sunk, at most all."""
    owed_mc = r[at + OWED_MC] + (r[at + DEMAND_MC] // _SLOWEST - net_mc) * hours
    owed_mc = owed_mc if owed_mc < r[at + CAPACITY_MC] else r[at + CAPACITY_MC]
    r[at + OWED_MC] = owed_mc if owed_mc > 0 else 0
    r[at + SPELL_MC] -= (r[at + SPELL_MC] >> _FORGET_SHIFT) * hours
    if owed_mc > r[at + SPELL_MC]:
        r[at + SPELL_MC] = owed_mc


def trust_x16(r: list[int], at: int) -> int:
    """How much of the light that is expected to believe in, by what came of late."""
    if r[at + SEEN_MC] >= r[at + EXPECTED_MC]:
        return 16
    return r[at + SEEN_MC] * 16 // r[at + EXPECTED_MC]


def spell_mc(r: list[int], at: int) -> int:
    """What the longest spell of darkness would take at the slowest pace, at most half a store.

    Until a week is known it is at least one of DARK_H. What sleep takes is the mean of the hours
    that brought nothing: the worst of them is so by what a thousandth of a store rounds.
    """
    mc = r[at + SPELL_MC]
    if r[at + PLANNED_H] < WEEK_H:
        asleep_mc = 0
        dark = 0
        for slot in range(at + NET_MC, at + NET_MC + DAY_H):
            if r[slot] < 0:
                asleep_mc -= r[slot]
                dark += 1
        asleep_mc = asleep_mc // dark if dark else 0
        dark_mc = (r[at + DEMAND_MC] // _SLOWEST + asleep_mc) * DARK_H
        mc = dark_mc if dark_mc > mc else mc
    return mc if mc < r[at + CAPACITY_MC] // 2 else r[at + CAPACITY_MC] // 2


def spend_mc(r: list[int], at: int) -> int:
    """What may be spent awake in the next hour, mC: the first stretch of the taut string."""
    above_mc = r[at + STORED_MC] - _of(r[at + CAPACITY_MC], r[at + LOW_PERMILLE])
    room_mc = _of(r[at + CAPACITY_MC], FULL_PERMILLE) - r[at + STORED_MC]
    most = 2 * _MOST_MC
    least = -most
    comes_mc = 0
    owed_mc = r[at + OWED_MC]
    longest_mc = spell_mc(r, at)
    seen_x16 = trust_x16(r, at)
    for hours in range(1, AHEAD_H + 1):
        net_mc = r[at + NET_MC + (r[at + PLANNED_H] + hours - 1) % DAY_H]
        net_mc = net_mc * seen_x16 // 16 if net_mc > 0 else net_mc
        comes_mc += net_mc
        owed_mc += r[at + DEMAND_MC] // _SLOWEST - net_mc
        owed_mc = owed_mc if owed_mc > 0 else 0
        keep_mc = longest_mc - owed_mc if longest_mc > owed_mc else 0
        empty = (above_mc + comes_mc - keep_mc) // hours
        full = (comes_mc - room_mc) // hours
        if full > most:
            return most
        if empty < least:
            return least
        most = empty if empty < most else most
        least = full if full > least else least
    return most
