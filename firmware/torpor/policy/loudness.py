"""What the detector's stages make of sound: scores of levels, in order.

Stage 0 scores loudness, the level of a frame of 5 ms; stage 1 what a click does not keep up, that
of a block of frames; stage 2 modulation, the loudest of some blocks over the quiet in sixteenths:
words come in syllables between pauses, machines do not. A block is as long as the shortest syllable
and steadier than a frame by two thirds, so a word stands out of noise that a frame of it does not.
"""

from torpor.policy import const

FRAME_MS = const(5)
BLOCK = const(8)  # frames
BLOCKS = (1, 1, 12)  # that a stage looks at, afresh; of stage 0 it is a frame
REMEMBERED = const(25)  # that the ULP keeps, a second; the one that was loud the first
WORD = const(17)  # blocks that a word fills at most; of a look that is shorter,
WORD_PART = const(5)  # all but such a part
QUIET = const(64)  # no level below this counts as quiet


def score(levels: list[int], count: int, stage: int) -> int:
    """A stage's score of the first `count` levels, 0 … 65,535."""
    if stage < 2:
        return levels[0]
    loudest = 0
    for block in range(count):
        if levels[block] > loudest:
            loudest = levels[block]
    return loudest * 16 // quiet(levels, count)


def quiet(levels: list[int], count: int) -> int:
    """The level that more of the first levels are not above than a word leaves, at least QUIET."""
    pause = pauses(count)
    low, high = QUIET, 65535
    while low < high:
        middle = (low + high) // 2
        if under(levels, count, middle) > pause:
            high = middle
        else:
            low = middle + 1
    return low


def pauses(count: int) -> int:
    """How many of so many blocks a word does not fill: more than these have to be quiet."""
    left = count // WORD_PART
    return left if left > count - WORD else count - WORD


def under(levels: list[int], count: int, level: int) -> int:
    """How many of the first levels are not above one."""
    found = 0
    for block in range(count):
        if levels[block] <= level:
            found += 1
    return found
