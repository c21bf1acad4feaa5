"""What a detector hears: a background that loops, and events laid over it.

Filled by host_sim/world/sound.py; ints and int lists only, compiled with the port. A node without
a microphone hears silence.
"""

HOUR_US = 3_600_000_000


class Hearing:
    """Scores of the detector's stages over time.

    step_us      one cell of a score table covers this long
    stages       number of stages
    background   stage after stage, `loop` cells each: scores of the background, repeating
    gain_x16     background gain by hour of the day, 1/16 (24 cells)
    event_us     start of each event, ascending, with a sentinel beyond every time
    event_clip   its clip
    event_gain   its gain, 1/16
    event_word   1: what the node is to hear; 0: a distraction
    clips        scores of all clips: (clip * stages + stage) * clip_steps + step
    clip_steps   cells of a clip
    caught       1 a word that was reported, a cell an event; filled by the run
    """

    def __init__(
        self,
        step_us: int,
        stages: int,
        background: list[int],
        gain_x16: list[int],
        event_us: list[int],
        event_clip: list[int],
        event_gain: list[int],
        event_word: list[int],
        clips: list[int],
        clip_steps: int,
        caught: list[int],
    ) -> None:
        self.step_us = step_us
        self.stages = stages
        self.background = background
        self.gain_x16 = gain_x16
        self.event_us = event_us
        self.event_clip = event_clip
        self.event_gain = event_gain
        self.event_word = event_word
        self.clips = clips
        self.clip_steps = clip_steps
        self.caught = caught
        self.next = 0  # the first event that starts later than the last time asked for
        self.looked = -1  # the event under way at the last look
        self.clip_us = clip_steps * step_us
        self.loudest = 0  # of the background at gain 1, stage 0
        for cell in range(len(background) // stages if stages else 0):
            if background[cell] > self.loudest:
                self.loudest = background[cell]

    def score(self, stage: int, us: int) -> int:
        """Score of a stage that starts to look at this time. Only stage 0 hears loudness."""
        event = self.event_at(us)
        self.looked = event
        if event < 0:
            return self.noise(stage, us)
        step = (us - self.event_us[event]) // self.step_us
        first = (self.event_clip[event] * self.stages + stage) * self.clip_steps
        score = self.clips[first + step]
        if stage == 0:
            score = score * self.event_gain[event] >> 4
            noise = self.noise(stage, us)
            return score if score > noise else noise
        return score

    def noise(self, stage: int, us: int) -> int:
        """Score of the background."""
        loop = len(self.background) // self.stages if self.stages else 0
        if loop == 0:
            return 0
        score = self.background[stage * loop + us // self.step_us % loop]
        return score * self.gain_at(us) >> 4 if stage == 0 else score

    def gain_at(self, us: int) -> int:
        """The background's gain at this hour, 1/16."""
        return self.gain_x16[us // HOUR_US % len(self.gain_x16)]

    def event_at(self, us: int) -> int:
        """The event under way at this time, or -1. Times never go back by more than an event."""
        while self.event_us[self.next] <= us:
            self.next += 1
        event = self.next - 1
        return event if event >= 0 and us < self.event_us[event] + self.clip_us else -1

    def heard(self) -> int:
        """What the last look was at: 1 a word, noted as caught; 0 anything else."""
        event = self.looked
        if event < 0 or self.event_word[event] == 0:
            return 0
        self.caught[event] = 1
        return 1

    def crossing(self, start_us: int, end_us: int, interval_us: int, threshold: int) -> int:
        """The first poll after start at which stage 0 reaches the threshold; end_us if none does.

        Where the loudest cell of the background stays below, polls up to the next event or hour
        need not be looked at one by one.
        """
        us = start_us + interval_us
        while us < end_us:
            if self.event_at(us) < 0 and self.loudest * self.gain_at(us) >> 4 < threshold:
                next_us = (us // HOUR_US + 1) * HOUR_US
                if self.event_us[self.next] < next_us:
                    next_us = self.event_us[self.next]
                polls = (next_us - us + interval_us - 1) // interval_us
                us += polls * interval_us
            elif self.score(0, us) >= threshold:
                return us
            else:
                us += interval_us
        return end_us
