"""A voltage on an ADC pin: a battery behind a divider, soil moisture, a light sensor."""

from machine import ADC, Pin

from torpor.drivers import Driver

SAMPLES = 8


class Analog(Driver):
    """Millivolts, times ratio_x16 / 16 for the divider in front of the pin."""

    def __init__(self, pin: int, ratio_x16: int) -> None:
        self.adc = ADC(Pin(pin), atten=ADC.ATTN_11DB)
        self.ratio_x16 = ratio_x16

    def read(self) -> int:
        """The mean of a few readings, by the chip's own calibration."""
        total_uv = 0
        for _ in range(SAMPLES):
            total_uv += self.adc.read_uv() // SAMPLES
        return total_uv // 1000 * self.ratio_x16 // 16


def opened(spec: dict) -> Analog:
    """As config.json has it."""
    return Analog(spec["pin"], spec.get("ratio_x16", 16))
