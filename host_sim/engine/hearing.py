"""What a detector hears: a background that loops, and events laid over it.

Levels are mean distances of the samples from their mean, a cell for each 5 ms. Sounds that have
nothing to do with each other add as their powers do, so a level of both is the root of the sum of
squares: within 1.2 % in the mean of a word (tests/sim/test_world_sound.py).

Filled by host_sim/world/sound.py; ints and int lists only, compiled with the port. A node without
a microphone hears silence.
"""

from host_sim.units import HOUR_US
from torpor.policy import loudness
from torpor.policy.loudness import BLOCK, BLOCKS, REMEMBERED


class Hearing:
    """Levels over time, and what the stages make of them.

    step_us      a cell covers this long
    background   levels of the background, repeating
    gain_x16     background gain by hour of the day, 1/16 (24 cells)
    event_us     start of each event, ascending, with a sentinel beyond every time
    event_clip   its clip
    event_gain   its gain, 1/1024, so that decibels between two sixteenths differ
    event_word   1: what the node is to hear; 0: a distraction
    clips        levels of all clips: clip * clip_steps + step
    clip_steps   cells of a clip
    caught       1 a word that was reported, a cell an event; filled by the run
    share        64ths of the loudest block that are quiet to the ULP; 0: the CPU listens
    """

    def __init__(
        self,
        step_us: int,
        background: list[int],
        gain_x16: list[int],
        event_us: list[int],
        event_clip: list[int],
        event_gain: list[int],
        event_word: list[int],
        clips: list[int],
        clip_steps: int,
        caught: list[int],
        share: int,
    ) -> None:
        self.step_us = step_us
        self.background = background
        self.gain_x16 = gain_x16
        self.event_us = event_us
        self.event_clip = event_clip
        self.event_gain = event_gain
        self.event_word = event_word
        self.clips = clips
        self.clip_steps = clip_steps
        self.caught = caught
        self.share = share
        self.clip_us = clip_steps * step_us
        self.next = 0  # the first event that starts later than the last time asked for
        self.looked = -1  # the event under way at the last look
        self.floor = 0  # of stage 0
        self.memory = [0] * REMEMBERED
        self.loud_us = -1  # when it was loud, in the sleep before; -1: it was not
        self.looks = 0  # of stage 0 in that sleep
        self.recorded = 0  # cells that the ULP looked on for

    def score(self, stage: int, us: int) -> int:
        """Score of a stage that looks from this time on: a level, a block's, modulation."""
        blocks = REMEMBERED if stage == 2 and self.share else BLOCKS[stage]
        self.looked = self.event_at(us)
        if self.looked < 0:
            self.looked = self.event_at(us + (blocks * BLOCK - 1) * self.step_us)
        if stage == 0 and self.share == 0:
            return self.level(us)
        for block in range(blocks):
            self.memory[block] = self.block(us + block * BLOCK * self.step_us)
        return loudness.score(self.memory, blocks, stage)

    def block(self, us: int) -> int:
        """Mean level of BLOCK cells; of 16 bits the ULP sums eighths, and loses what is over."""
        mean = over = 0
        for cell in range(BLOCK):
            level = self.level(us + cell * self.step_us)
            mean += level // BLOCK
            over += level % BLOCK
        return mean if self.share else mean + over // BLOCK

    def level(self, us: int) -> int:
        """Of background and event together."""
        noise = self.noise(us)
        event = self.event_at(us)
        if event < 0:
            return noise
        step = (us - self.event_us[event]) // self.step_us
        level = self.clips[self.event_clip[event] * self.clip_steps + step]
        return both(level * self.event_gain[event] >> 10, noise)

    def noise(self, us: int) -> int:
        """Of the background alone."""
        loop = len(self.background)
        if loop == 0:
            return 0
        gain_x16 = self.gain_x16[us // HOUR_US % len(self.gain_x16)]
        return self.background[us // self.step_us % loop] * gain_x16 >> 4

    def event_at(self, us: int) -> int:
        """The event under way at this time, or -1."""
        while self.event_us[self.next] <= us:
            self.next += 1
        while self.next > 0 and self.event_us[self.next - 1] > us:
            self.next -= 1
        event = self.next - 1
        return event if event >= 0 and us < self.event_us[event] + self.clip_us else -1

    def heard(self) -> int:
        """What the last look was at: 1 a word, noted as caught; 0 anything else."""
        event = self.looked
        if event < 0 or self.event_word[event] == 0:
            return 0
        self.caught[event] = 1
        return 1

    def crossing(
        self, start_us: int, end_us: int, interval_us: int, margin: int, ratio_x16: int
    ) -> int:
        """When stage 0, looking at this interval, wakes the node; end_us if it does not.

        The ULP looks on before it does, and wakes nobody for a block that is not as loud, or for
        what has no quiet among REMEMBERED.
        """
        self.looks = 0
        self.recorded = 0
        self.loud_us = -1
        us = start_us + interval_us
        while us < end_us:
            us = self.calmly(us, end_us, interval_us, margin, ratio_x16)
            if us >= end_us:
                break
            self.looks += 1
            level = self.level(us)
            least = (self.floor >> 2) * (ratio_x16 >> 2) + margin
            self.floor += (level >> 4) - (self.floor >> 4)
            if level >= least:
                cells = self.record(us, least)
                if cells >= 0:
                    self.loud_us = us
                    us += cells * self.step_us
                    return us if us < end_us else end_us
                us -= cells * self.step_us
            us += interval_us
        return end_us

    def calmly(self, us: int, end_us: int, interval_us: int, margin: int, ratio_x16: int) -> int:
        """The first look that is loud, or that an event or another hour's gain bears on.

        What crossing() does with each look, written out for speed: most of a run is this.
        """
        loop = len(self.background)
        if loop == 0 or self.event_at(us) >= 0:
            return us
        until_us = min(end_us, (us // HOUR_US + 1) * HOUR_US, self.event_us[self.next])
        background, step_us = self.background, self.step_us
        floor, ratio = self.floor, ratio_x16 >> 2
        gain_x16 = self.gain_x16[us // HOUR_US % len(self.gain_x16)]
        began_us = us
        while us < until_us:
            level = background[us // step_us % loop] * gain_x16 >> 4
            if level >= (floor >> 2) * ratio + margin:
                break
            floor += (level >> 4) - (floor >> 4)
            us += interval_us
        self.looks += (us - began_us) // interval_us
        self.floor = floor
        return us

    def record(self, us: int, least: int) -> int:
        """Cells that the ULP looks on for once it was loud; less than 0: and then wakes nobody.

        What has no quiet teaches the floor that it is at least at the limit of what is quiet.
        """
        if self.share == 0:
            return 0
        loudest = 0
        for block in range(REMEMBERED):
            level = self.block(us + block * BLOCK * self.step_us)
            if block == 0 and level < least:
                self.recorded += BLOCK - 1
                return 1 - BLOCK
            self.memory[block] = level
            if level > loudest:
                loudest = level
        self.recorded += REMEMBERED * BLOCK - 1
        limit = ((loudest >> 6) + 1) * self.share
        if loudness.under(self.memory, REMEMBERED, limit) > loudness.pauses(REMEMBERED):
            return REMEMBERED * BLOCK - 1
        if self.floor < limit:
            self.floor = limit
        return 1 - REMEMBERED * BLOCK


def both(a: int, b: int) -> int:
    """The root of the sum of squares, rounded down (Newton's method, from above)."""
    square = a * a + b * b
    root = a + b
    while root * root > square:
        root = (root + square // root) >> 1
    return root
