"""An analog microphone on an ADC pin, scored in stages as host_sim/world/sound.py scores clips."""

import time

from machine import ADC, Pin

from torpor.drivers import Driver

FRAME_MS = 10
FRAMES = (1, 5, 50)  # 10 ms frames that a stage looks at
QUIET = 64


class Microphone(Driver):
    """Scores of the detector's three stages: loudness, sustained loudness, modulation."""

    def __init__(self, pin: int) -> None:
        self.adc = ADC(Pin(pin), atten=ADC.ATTN_11DB)
        self.levels = bytearray(2 * FRAMES[2])

    def score(self, stage: int) -> int:
        """Look for as long as the stage does; its score, 0 … 65,535."""
        count = FRAMES[stage]
        total = loudest = 0
        for frame in range(count):
            level = self._frame()
            total += level
            if level > loudest:
                loudest = level
            self.levels[2 * frame] = level >> 8
            self.levels[2 * frame + 1] = level & 0xFF
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
        wanted = count // 5
        low, high = 0, 65535
        while low < high:
            middle = (low + high) // 2
            under = 0
            for frame in range(count):
                if (self.levels[2 * frame] << 8 | self.levels[2 * frame + 1]) <= middle:
                    under += 1
            if under > wanted:
                high = middle
            else:
                low = middle + 1
        return low if low > QUIET else QUIET


def opened(spec: dict) -> Microphone:
    """As config.json has it."""
    return Microphone(spec["pin"])
