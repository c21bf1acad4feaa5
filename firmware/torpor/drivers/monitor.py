"""The ULP that reads channels while the CPU sleeps deeply (torpor.ulp.monitor), as the CPU sees it.

    monitor = Monitor(binary, {"count": 199, "due": 200, "channels": 203})
    monitor.load()  # after a cold start; RTC memory keeps the program through deep sleep
    monitor.forget(3)
    monitor.mark(0, 20000, 20500, 21000, 13)  # the first channel: wake at 13 times beyond
    monitor.start(100000)  # read every 100 s
    machine.deepsleep(3600000)  # machine.wake_reason() is ULP_WAKE when the ULP woke the CPU

Never run on a chip; tests/ulp has the words run by an emulator, against a sensor on a bus. What
only a chip can show, beside what torpor.drivers.ulp says: that an ESP32's pads take their function
anew in each run, as deep sleep cuts their supply between two (ESP-IDF 5.5.5, sleep_modes.c:2497).
Others have read a BMP280 so, by bits on a LOLIN32 Lite: some 80 uA in all, every 20 s
(github.com/xlfe/ulp-i2c).
"""

import esp32

from torpor.drivers.row import BEYOND, FRAMES, HIGH, LOOKS, LOW, NEWEST, ROW
from torpor.drivers.ulp import Program
from torpor.policy import const
from torpor.port import RECALLED

NEVER = const(0xFFFF)  # looks of a channel that is not marked


class Monitor(Program):
    """The program for some channels, which go by their place among them."""

    def forget(self, channels: int) -> None:
        """Take the marks off so many channels."""
        for channel in range(channels):
            self.mark(channel, 0, 0, NEVER, NEVER)

    def mark(self, channel: int, low: int, now: int, high: int, looks: int) -> None:
        """Wake the CPU once it lay below `low` or above `high` so many times more than within.

        Raw values, of which the ULP has 0 … 65,535; a reading that fails before any other did not
        is `now`.
        """
        for place, value in ((LOW, low), (HIGH, high), (LOOKS, looks), (BEYOND, 0), (NEWEST, now)):
            value = value if value < NEVER else NEVER
            self.put("channels", value if value > 0 else 0, channel * ROW + place)

    def start(self, every_ms: int) -> None:
        """Read every so often from now on, and remember what is read."""
        self.put("count", 0)
        self.put("due", 0)
        self.run(every_ms)

    def stop(self) -> None:
        """Wake no more. A run that is yet to come, in sleep, finds that it is due, and stops."""
        self.put("due", 1)
        esp32.wake_on_ulp(False)

    def count(self, channel: int) -> int:
        """How often it read a channel since it was started; 0 of one without a mark."""
        marked = self.get("channels", channel * ROW + LOOKS) < NEVER
        return self.get("count") if marked else 0

    def recalled(self, channel: int, age: int) -> int:
        """The raw value of a reading, the last one's age being 0, of those that are remembered."""
        place = (self.get("count") - 1 - age) % RECALLED
        return self.get("channels", channel * ROW + FRAMES + place)
