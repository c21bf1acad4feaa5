"""How deep to sleep: by the board's break-even times.

A deeper state draws less but costs charge to leave. Where only a timer ends the gap, its length
alone says which is best. Where an event may end it sooner, the next is often near: a door that
opens closes. So behind each event it is counted what the node would have lost, had it lingered in
light sleep for each of some lengths before it slept deeply, and it lingers for the one that lost
least: ski rental, by experience (D. Helmbold, D. Long, B. Sherrod, "A dynamic disk spin-down
technique for mobile computing", MobiCom 1996, whose lengths share what they lost; here the least is
taken). The break-even is among them, which costs at most twice the best in hindsight, a wake aside:
over the gaps counted the length taken costs no more than that, either (A. Karlin et al.,
"Competitive randomized algorithms for nonuniform problems", Algorithmica 11, 1994).
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
LOST = const(7)  # by length: what lingering so long has cost over deep sleep at once; fading
LENGTHS = const(7)  # 1/16, 1/8, 1/4, 1/2, the whole, twice and four times DEEP_MS
SIZE = const(14)

# In parts, 64ths of DEEP_MS: of time, and of the charge that light sleep draws more meanwhile.
SHORTEST = const(4)
EVEN = const(4)  # the length that is DEEP_MS
WHOLE = const(64)
LONGEST = const(256)
RETURN = const(5)  # what it costs to wake once more, from light sleep: 2 to 5, by board
GAP = const(256)  # weight of a new one; each after it takes a part away, for habits change
FADE = const(7)  # less, and what came last outvotes what is usual


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
    gap = ticks.diff(now, r[at + SINCE]) // part_ms(r, at)
    if gap < 0 or gap > LONGEST:  # after days of it ticks have wrapped
        gap = LONGEST
    if by_event or gap == LONGEST:
        r[at + MEASURING] = 0
        count(r, at, gap)


def part_ms(r: list[int], at: int) -> int:
    """A part of DEEP_MS, to the next odd ms: never 0."""
    return r[at + DEEP_MS] >> 6 | 1


def count(r: list[int], at: int, gap: int) -> None:
    """One more gap, in parts: what each length lost by it. What is long ago counts less."""
    length = SHORTEST
    for i in range(at + LOST, at + LOST + LENGTHS):
        lost = gap - WHOLE if gap < length else length + RETURN
        r[i] += lost * GAP - (r[i] >> FADE)
        length += length


def happened(r: list[int], at: int, now: int) -> None:
    """An event was dealt with: from here on the gap behind it is measured."""
    r[at + MEASURING] = r[at + LINGERS]
    r[at + SINCE] = now


def linger_ms(r: list[int], at: int, now: int) -> int:
    """How long to sleep lightly before the deep sleep: 0 where that does not pay."""
    if r[at + MEASURING] == 0:
        return 0
    best = EVEN  # where all is the same, it pays at most twice
    for length in range(LENGTHS):
        if r[at + LOST + length] < r[at + LOST + best]:
            best = length
    if r[at + LOST + best] > 0:
        return 0
    left_ms = part_ms(r, at) * (SHORTEST << best) - ticks.diff(now, r[at + SINCE])
    return left_ms if left_ms > 0 else 0
