"""How well a node told of a pin: how late each event, and for how long what it told was wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

Level = tuple[int, int]  # µs, and the level from then on


@dataclass(frozen=True)
class Service:
    """Of a life."""

    late_s: list[float]
    """Until the begin of each event was known, unless that was behind its end."""
    missed: int
    """Events that were not known while they lasted."""
    wrong_us: int
    """For how long what was known was not so."""


def of(news_us: Sequence[int], arrived: Sequence[Level], end_us: int) -> Service:
    """By what there was to tell (begins and ends in turn) and what arrived."""
    late_s, missed = [], 0
    for begin, end in zip(news_us[::2], news_us[1::2], strict=False):
        at_us = known_us(begin, arrived)
        if at_us < min(end, end_us):
            late_s.append((at_us - begin) / 1e6)
        else:
            missed += 1
    so = [(at_us, 1 - i % 2) for i, at_us in enumerate(news_us)]
    return Service(late_s, missed, differ_us(so, arrived, end_us))


def known_us(begin_us: int, arrived: Sequence[Level]) -> int:
    """From when on an event that begins then is known."""
    before = [level for at_us, level in arrived if at_us <= begin_us]
    if before and before[-1]:
        return begin_us
    return next((at_us for at_us, level in arrived if at_us > begin_us and level), 1 << 62)


def differ_us(one: Sequence[Level], other: Sequence[Level], end_us: int) -> int:
    """For how long two levels differ that are 0 at first."""
    turns = sorted([(at, 0, level) for at, level in one] + [(at, 1, level) for at, level in other])
    now, since_us, out = [0, 0], 0, 0
    for at_us, which, level in [*turns, (end_us, 0, 0)]:
        at_us = min(at_us, end_us)
        if now[0] != now[1]:
            out += at_us - since_us
        since_us = at_us
        now[which] = level
    return out
