"""BL0937 and HLW8012 plug meters: power as the frequency of the CF pin (datasheet, section 3)."""

from machine import Pin, time_pulse_us

from torpor.drivers import Driver

WINDOW_US = 1000000  # no pulse within a second: less than the meter resolves


class Bl0937(Driver):
    """Milliwatts: pulses a second times what one stands for on this plug."""

    def __init__(self, pin: int, mw_per_hz: int) -> None:
        self.pin = Pin(pin, Pin.IN)
        self.mw_per_hz = mw_per_hz

    def read(self) -> int:
        """Power from the length of a half period; 0 when no pulse comes."""
        half_us = time_pulse_us(self.pin, 1, WINDOW_US)
        if half_us <= 0:
            return 0
        return self.mw_per_hz * 500000 // half_us
