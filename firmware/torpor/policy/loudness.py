"""What the detector's stages make of sound: scores of the levels of 10 ms frames, in order.

Stage 0 scores loudness, the one frame; stage 1 what a click does not keep up, the mean of some;
stage 2 modulation, the loudest over the quiet in sixteenths: words come in syllables between
pauses, machines do not.
"""

from torpor.policy import const

FRAME_MS = const(10)
FRAMES = (1, 5, 50)  # that a stage looks at
SUSTAINED = const(5)
REMEMBERED = const(100)  # that the ULP keeps, the one that was loud the first
QUIET_PART = const(5)  # more than such a part of the frames is at or under what counts as quiet
QUIET = const(64)  # and no level below this does


def score(levels: list[int], count: int, stage: int) -> int:
    """A stage's score of the first `count` levels, 0 … 65,535."""
    total = loudest = 0
    for frame in range(count):
        level = levels[frame]
        total += level
        if level > loudest:
            loudest = level
    if stage < 2:
        return total // count
    return loudest * 16 // quiet(levels, count)


def quiet(levels: list[int], count: int) -> int:
    """The level that a fifth of the first levels stay under, at least QUIET."""
    low, high = QUIET, 65535
    while low < high:
        middle = (low + high) // 2
        if under(levels, count, middle) > count // QUIET_PART:
            high = middle
        else:
            low = middle + 1
    return low


def under(levels: list[int], count: int, level: int) -> int:
    """How many of the first levels are not above one."""
    found = 0
    for frame in range(count):
        if levels[frame] <= level:
            found += 1
    return found
