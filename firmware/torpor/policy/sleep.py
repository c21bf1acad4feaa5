"""How deep to sleep: by the board's break-even times.

A deeper state draws less but costs charge to leave. From the length of the gap alone the best
state is known (the next timer bounds it); a pin may end the sleep early, which costs at most the
break-even's charge twice (ski rental).
"""

from torpor.policy import const

# In order of what is lost: IDLE keeps everything, DEEP the retained record only.
IDLE = const(0)
MODEM = const(1)  # associated, the radio off between beacons
LIGHT = const(2)  # RAM kept, the radio off
DEEP = const(3)

LIGHT_MS = const(0)  # from this gap on light sleep costs less than idling
DEEP_MS = const(1)  # from this gap on deep sleep costs less than light sleep
DEEPEST = const(2)  # the deepest state allowed (DEEP, LIGHT, IDLE)
ASSOCIATED = const(3)  # 1: the node stays reachable, so the radio is never left
SIZE = const(4)


def choose(r: list[int], at: int, gap_ms: int) -> int:
    """IDLE, MODEM, LIGHT or DEEP for a gap of this length."""
    if r[at + ASSOCIATED]:
        return MODEM
    if gap_ms >= r[at + DEEP_MS] and r[at + DEEPEST] >= DEEP:
        return DEEP
    if gap_ms >= r[at + LIGHT_MS] and r[at + DEEPEST] >= LIGHT:
        return LIGHT
    return IDLE
