"""An analog microphone on an ADC pin, scored in stages as host_sim/engine/hearing.py does."""

import time
from array import array

from machine import ADC, Pin

from torpor.drivers import Driver
from torpor.policy import const

FRAME_MS = 10
FRAMES = (1, 5, 50)  # 10 ms frames that a stage looks at
REMEMBERED = const(100)  # that the ULP keeps for it
QUIET = 64


class Microphone(Driver):
    """Scores of the detector's three stages: loudness, sustained loudness, modulation."""

    def __init__(self, pin: int) -> None:
        self.adc = ADC(Pin(pin), atten=ADC.ATTN_11DB)
        self.levels = array("H", bytes(2 * REMEMBERED))
        self.remembers = False

    def remember(self, levels: list[int]) -> None:
        """Score what the ULP kept, if it is as much as the last stage needs."""
        self.remembers = len(levels) == REMEMBERED
        if self.remembers:
            for frame in range(REMEMBERED):
                self.levels[frame] = levels[frame]

    def score(self, stage: int) -> int:
        """Look for as long as the stage does, or back; its score, 0 … 65,535."""
        count = REMEMBERED if stage == 2 and self.remembers else FRAMES[stage]
        total = loudest = 0
        for frame in range(count):
            if not self.remembers:
                self.levels[frame] = self._frame()
            level = self.levels[frame]
            total += level
            if level > loudest:
                loudest = level
        if stage < 2:
            return total // count
        return loudest * 16 // self._quiet(count)

    def read(self) -> int:
        """Reported of an event: 1, the detector let it pass."""
        return 1

    def _frame(self) -> int:
        """Mean distance from the frame's own mean, in 16-bit ADC units."""
        started = time.ticks_ms()
        mean_x16 = self.adc.read_u16() * 16
        total = count = 0
        while time.ticks_diff(time.ticks_ms(), started) < FRAME_MS:
            sample = self.adc.read_u16()
            mean_x16 += sample - (mean_x16 >> 4)
            total += abs(sample - (mean_x16 >> 4))
            count += 1
        return total // count if count else 0

    def _quiet(self, count: int) -> int:
        """The level that a fifth of the frames stays under, at least QUIET."""
        low, high = QUIET, 65535
        while low < high:
            middle = (low + high) // 2
            under = 0
            for frame in range(count):
                if self.levels[frame] <= middle:
                    under += 1
            if under > count // 5:
                high = middle
            else:
                low = middle + 1
        return low


def opened(spec: dict) -> Microphone:
    """As config.json has it."""
    return Microphone(spec["pin"])
