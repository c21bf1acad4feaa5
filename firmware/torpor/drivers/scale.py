"""What the ULP reads of a sensor, 16 bits, as values of the channel, and the other way."""

from machine import ADC, Pin

MOST = 65535


class Sht3x:
    """Of torpor.drivers.sht3x; section 4.13 of the datasheet, as integers."""

    def __init__(self, spec: dict) -> None:
        humidity = spec["driver"] == "sht3x.humidity"
        self.span, self.lowest = (10000, 0) if humidity else (17500, -4500)

    def value(self, raw: int) -> int:
        """What a reading is."""
        return raw * self.span // MOST + self.lowest

    def raw(self, value: int) -> int:
        """The least reading that is this or more."""
        return -((self.lowest - value) * MOST // self.span)


class Analog:
    """Of torpor.drivers.analog, whose chip calibrates what the CPU reads alone.

    So both are compared at the present voltage, around which a step is about "ulp_nv".
    """

    def __init__(self, spec: dict) -> None:
        adc = ADC(Pin(spec["pin"]), atten=ADC.ATTN_11DB)
        self.ratio_x16: int = spec.get("ratio_x16", 16)
        self.step_nv: int = spec["ulp_nv"]
        self.now = adc.read_u16()
        self.mv = adc.read_uv() // 1000

    def value(self, raw: int) -> int:
        """What a reading is, about."""
        return (self.mv + (raw - self.now) * self.step_nv // 1000000) * self.ratio_x16 // 16

    def raw(self, value: int) -> int:
        """The least reading that is this or more, about."""
        mv = -(-value * 16 // self.ratio_x16)
        return self.now - (self.mv - mv) * 1000000 // self.step_nv


def of(spec: dict) -> "Sht3x | Analog":
    """By a channel's entry in config.json."""
    return Analog(spec) if spec["driver"] == "analog" else Sht3x(spec)
