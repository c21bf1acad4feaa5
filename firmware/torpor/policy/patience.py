"""How long a join may take: give up a bad channel early, and try later.

What is lost in a join is waited for by the second with the receiver on, which costs more than a
whole join does. One loss is bad luck and waited for. The second one says that the channel is bad
now, and a minute later it seldom still is: on recorded links a loss is three to seven times as
likely at once as a minute after another (host_sim/lab/link). So a join ends where a second
question must have been lost, measured from the quickest of the last joins; after each failure it
may take twice as long, and at last as long as the link allows.
"""

from torpor.policy import const

QUICK_MS = const(0)  # what the quickest of the last cached joins took; 0: there was none
SIZE = const(1)

LINK_MS = const(8000)  # what the link waits for association and address, at most
# And a join that asks for an address: 2.5 s on channel 11, 3 s for which a server looks whether the
# address is free (dnsmasq, config.h, PING_WAIT), and a second for a lost question (docs/radio.md).
FULL_MS = const(7000)
# One time-out of IEEE 802.11 in ESP-IDF is 1 s; joins without a loss differ by up to 0.26 s
# (docs/radio.md).
_SLACK_MS = const(300)
_TIME_OUT_MS = const(1000)
_DOUBLINGS = const(3)  # failures after which it is not given up early


def within_ms(r: list[int], at: int, fails: int) -> int:
    """How long association and address may take, after so many failures in a row."""
    if r[at + QUICK_MS] == 0 or fails >= _DOUBLINGS:
        return LINK_MS
    ms = r[at + QUICK_MS] + (_SLACK_MS + _TIME_OUT_MS << fails)
    return ms if ms < LINK_MS else LINK_MS


def took(r: list[int], at: int, ms: int) -> bool:
    """A cached join took so long, to the broker; whether it had to wait for what was lost."""
    quick_ms = r[at + QUICK_MS]
    if quick_ms == 0 or ms < quick_ms:
        r[at + QUICK_MS] = ms if ms < LINK_MS else LINK_MS
        return False
    r[at + QUICK_MS] = quick_ms + (ms - quick_ms >> 4)  # another channel is scanned for longer
    return ms > quick_ms + _SLACK_MS
