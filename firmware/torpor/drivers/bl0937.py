"""BL0937 and HLW8012 plug meters: pulses on their CF pin, whose frequency is the power.

Both chips put out pulses at a rate in proportion to active power (BL0937 and HLW8012 datasheets,
"CF"); what one pulse stands for follows from the plug's shunt and divider, so it is calibrated.
"""

import time

from machine import Counter, Pin

from torpor.drivers import Driver

FIRST_MS = 1000  # what the first reading counts for

meters: list["Bl0937"] = []  # in use, each with a counting unit of its own


class Bl0937(Driver):
    """Milliwatts: the mean since the reading before.

    Counted by hardware, whose 16 bits MicroPython extends (1.29, ports/esp32/modules/machine.py):
    ESP32, S2, S3, C5 and C6. The C3 has no pulse counter: an ImportError.
    """

    def __init__(self, pin: int, mj_per_pulse: int) -> None:
        self.mj_per_pulse = mj_per_pulse
        self.counter = Counter(len(meters), Pin(pin, Pin.IN))
        meters.append(self)
        self.since = time.ticks_ms()
        time.sleep_ms(FIRST_MS)

    def read(self) -> int:
        """Mean power; OSError when no time has passed."""
        now = time.ticks_ms()
        ms = time.ticks_diff(now, self.since)
        if ms <= 0:
            raise OSError("nothing counted yet")
        self.since = now
        pulses: int = self.counter.value(0)
        return pulses * self.mj_per_pulse * 1000 // ms


def opened(spec: dict) -> Bl0937:
    """As config.json has it."""
    return Bl0937(spec["pin"], spec["mj_per_pulse"])
