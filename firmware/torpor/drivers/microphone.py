"""An analog microphone on an ADC pin, scored in stages by policy.loudness."""

import time

from machine import ADC, Pin

from torpor.drivers import Driver
from torpor.policy import loudness
from torpor.policy.loudness import BLOCK, BLOCKS, FRAME_MS, REMEMBERED


class Microphone(Driver):
    """Scores of the detector's three stages: loudness, sustained loudness, modulation."""

    def __init__(self, pin: int) -> None:
        self.adc = ADC(Pin(pin), atten=ADC.ATTN_11DB)
        self.levels = [0] * REMEMBERED
        self.remembers = False

    def remember(self, levels: list[int]) -> None:
        """Score what the ULP kept, if it is as much as the last stage needs."""
        self.remembers = len(levels) == REMEMBERED
        if self.remembers:
            self.levels = levels

    def score(self, stage: int) -> int:
        """Look for as long as the stage does, or back; its score, 0 … 65,535."""
        count = REMEMBERED if stage == 2 and self.remembers else BLOCKS[stage]
        if not self.remembers:
            for block in range(count):
                self.levels[block] = self._level(FRAME_MS * BLOCK if stage else FRAME_MS)
        return loudness.score(self.levels, count, stage)

    def read(self) -> int:
        """Reported of an event: 1, the detector let it pass."""
        return 1

    def _level(self, ms: int) -> int:
        """Mean distance from their own mean of what is heard in so long, in 16-bit ADC units."""
        started = time.ticks_ms()
        mean_x16 = self.adc.read_u16() * 16
        total = count = 0
        while time.ticks_diff(time.ticks_ms(), started) < ms:
            sample = self.adc.read_u16()
            mean_x16 += sample - (mean_x16 >> 4)
            total += abs(sample - (mean_x16 >> 4))
            count += 1
        return total // count if count else 0


def opened(spec: dict) -> Microphone:
    """As config.json has it."""
    return Microphone(spec["pin"])
