"""A cell too weak for the radio: joins wait for it to rise, and make do with less power.

A brown-out while the radio was on is the cell's, whose voltage broke down under the burst. The next
join waits until the charge has risen by the hysteresis of its mode, or an hour, doubled by each
further one before a delivery, to a day. It may use two levels less than the one that broke the cell
down; a join that fails for anything else gives one back.
"""

from torpor.policy import const

RESETS = const(0)  # brown-outs on the air since the last delivery
LEVELS_OFF = const(1)  # the highest that the mode allows
UNTIL_MIN = const(2)  # uptime before which no join is made
PERMILLE = const(3)  # state of charge when it happened last; -1: not known
SIZE = const(4)

_STEP = const(2)
_MOST_OFF = const(10)
_HOUR_MIN = const(60)
_DAY_MIN = const(1440)


def happened(r: list[int], at: int, levels_off: int, permille: int, uptime_min: int) -> None:
    """The power failed at a level so many under the highest, at this charge (-1: not known)."""
    resets = r[at + RESETS]
    r[at + RESETS] = resets + 1
    wait_min = _HOUR_MIN << resets if resets < 5 else _DAY_MIN
    r[at + UNTIL_MIN] = uptime_min + wait_min
    r[at + PERMILLE] = permille
    if levels_off < r[at + LEVELS_OFF]:
        levels_off = r[at + LEVELS_OFF]
    levels_off += _STEP
    r[at + LEVELS_OFF] = levels_off if levels_off < _MOST_OFF else _MOST_OFF


def left_min(r: list[int], at: int, uptime_min: int) -> int:
    """How long joins have to wait, in minutes; 0: they need not."""
    if r[at + RESETS] == 0 or r[at + UNTIL_MIN] <= uptime_min:
        return 0
    return r[at + UNTIL_MIN] - uptime_min


def measured(r: list[int], at: int, permille: int, band: int) -> None:
    """The cell was read: once its charge has risen by the band, all is as it was before."""
    if r[at + LEVELS_OFF] == 0 and r[at + RESETS] == 0:
        return
    if r[at + PERMILLE] < 0:
        r[at + PERMILLE] = permille
    elif permille >= r[at + PERMILLE] + band:
        r[at + RESETS] = r[at + LEVELS_OFF] = 0


def highest(r: list[int], at: int, lowest: int, highest_level: int) -> int:
    """The highest level that a join may use now."""
    level = highest_level - r[at + LEVELS_OFF]
    return level if level > lowest else lowest


def delivered(r: list[int], at: int) -> None:
    """A message came through: the power it took is right."""
    r[at + RESETS] = 0


def failed(r: list[int], at: int) -> None:
    """A delivery failed, and the cell held: it may take more power."""
    if r[at + LEVELS_OFF]:
        r[at + LEVELS_OFF] -= 1
