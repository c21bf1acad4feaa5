"""BL0937 and HLW8012 plug meters: pulses on their CF pin, whose frequency is the power.

Both chips put out pulses at a rate in proportion to active power (BL0937 and HLW8012 datasheets,
"CF"); what one pulse stands for follows from the plug's shunt and divider, so it is calibrated.
"""

import time

from esp32 import PCNT
from machine import Pin

from torpor.drivers import Driver

MOST = 32767  # the counter starts over there
FIRST_MS = 1000  # what the first reading counts for


class Bl0937(Driver):
    """Milliwatts: the mean since the reading before.

    Counted by hardware: ESP32, S2, S3 and C6. The C3 has no pulse counter: an ImportError.
    """

    def __init__(self, pin: int, mj_per_pulse: int) -> None:
        self.mj_per_pulse = mj_per_pulse
        self.counter = PCNT(0, pin=Pin(pin, Pin.IN), rising=PCNT.INCREMENT, max=MOST)
        self.counter.start()
        self.since = time.ticks_ms()
        time.sleep_ms(FIRST_MS)

    def read(self) -> int:
        """Mean power; OSError when no time has passed."""
        now = time.ticks_ms()
        ms = time.ticks_diff(now, self.since)
        if ms <= 0:
            raise OSError("nothing counted yet")
        self.since = now
        return self.counter.value(0) * self.mj_per_pulse * 1000 // ms


def opened(spec: dict) -> Bl0937:
    """As config.json has it."""
    return Bl0937(spec["pin"], spec["mj_per_pulse"])
