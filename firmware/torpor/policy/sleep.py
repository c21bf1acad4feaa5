"""How deep to sleep: by the board's break-even times.

A deeper state draws less but costs charge to leave. Where only a timer ends the gap, its length
alone says which is best. Where an event may end it sooner, the next is often near: a door that
opens closes. So the lengths of the gaps behind events are counted, and the node lingers in light
sleep for as long as cost least over those, before it sleeps deeply: ski rental, by experience. A
board's break-even is the longest it lingers, so what it pays is at most twice the best in hindsight
of any one length (A. Karlin et al., "Competitive randomized algorithms for nonuniform problems",
Algorithmica 11, 1994).
"""

from torpor.policy import const, ticks

# In order of what is lost: IDLE keeps everything, DEEP the retained record only.
IDLE = const(0)
MODEM = const(1)  # associated, the radio off between beacons
LIGHT = const(2)  # RAM kept, the radio off
DEEP = const(3)

LIGHT_MS = const(0)  # from this gap on light sleep costs less than idling
DEEP_MS = const(1)  # from this gap on deep sleep costs less than light sleep
DEEPEST = const(2)  # the deepest state allowed (DEEP, LIGHT, IDLE)
ASSOCIATED = const(3)  # 1: the node stays reachable, so the radio is never left
LINGERS = const(4)  # 1: behind an event, light sleep first
MEASURING = const(5)  # 1: the gap behind an event is not over
SINCE = const(6)  # tick at which it began
GAPS = const(7)  # weight of gaps shorter than each part of DEEP_MS, and last of those that were not
PARTS = const(5)  # 1/16, 1/8, 1/4, 1/2 and the whole of DEEP_MS
SIZE = const(13)

BREAK_EVEN = const(16)  # in the least part of DEEP_MS
RETURN = const(1)  # what it costs to wake once more, from light sleep, to sleep deeply
GAP = const(256)  # weight of a new one; each after it takes a part away, for habits change
FADE = const(5)


def choose(r: list[int], at: int, gap_ms: int) -> int:
    """IDLE, MODEM, LIGHT or DEEP for a gap of this length."""
    if r[at + ASSOCIATED]:
        return MODEM
    if gap_ms >= r[at + DEEP_MS] and r[at + DEEPEST] >= DEEP:
        return DEEP
    if gap_ms >= r[at + LIGHT_MS] and r[at + DEEPEST] >= LIGHT:
        return LIGHT
    return IDLE


def woken(r: list[int], at: int, now: int, by_event: int) -> None:
    """A wake of a node that an event may wake: it may end the gap that is measured."""
    if r[at + MEASURING] == 0:
        return
    gap_ms = ticks.diff(now, r[at + SINCE])
    part = 0
    while part < PARTS and gap_ms >= r[at + DEEP_MS] >> PARTS - 1 - part:
        part += 1
    if by_event or part == PARTS:
        r[at + MEASURING] = 0
        count(r, at, part)


def count(r: list[int], at: int, part: int) -> None:
    """One more gap of this length; what is long ago counts less."""
    for i in range(PARTS + 1):
        r[at + GAPS + i] -= r[at + GAPS + i] >> FADE
    r[at + GAPS + part] += GAP


def happened(r: list[int], at: int, now: int) -> None:
    """An event was dealt with: from here on the gap behind it is measured."""
    r[at + MEASURING] = r[at + LINGERS]
    r[at + SINCE] = now


def linger_ms(r: list[int], at: int, now: int) -> int:
    """How long to sleep lightly before the deep sleep: 0 where that does not pay."""
    if r[at + MEASURING] == 0:
        return 0
    gaps = at + GAPS
    longer = 0
    for part in range(PARTS + 1):
        longer += r[gaps + part]
    least = longer * BREAK_EVEN
    best = -1
    over = 0  # what the gaps cost that end while it lingers
    for part in range(PARTS):
        over += r[gaps + part] << part
        longer -= r[gaps + part]
        cost = over + longer * ((1 << part) + BREAK_EVEN + RETURN)
        if cost <= least:  # where all is the same, it pays at most twice
            least = cost
            best = part
    if best < 0:
        return 0
    left_ms = (r[at + DEEP_MS] >> PARTS - 1 - best) - ticks.diff(now, r[at + SINCE])
    return left_ms if left_ms > 0 else 0
