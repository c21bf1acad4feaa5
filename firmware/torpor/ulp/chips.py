"""What the programs' names stand for on each chip: peripheral registers, and a pin's place in them.

Addresses are words from the first register of RTC_CNTL, as REG_RD and REG_WR take them. Sources:
ESP-IDF, soc/*/register/soc/rtc_cntl_reg.h, rtc_io_reg.h and sens_reg.h; pins and channels:
soc/*/rtc_io_periph.c, rtc_io_channel.h and adc_channel.h.
"""

RTC_IO = 0x400
SENS = 0x800

# low_power, ready: may the CPU be woken. timer, timer_on: starts the ULP again and again.
# adc: its control, where bits 18 and 31 keep the converter from the ULP. levels: of the pins.
# pause: cycles of the fast clock that make 16 conversions with what is between them 5 ms.
# half: of them, what half a clock of I2C takes at least with the instructions beside it, 5 us.
# eighth: of 18 ms, as an SHT3x takes 15.5 and the clock may be faster.
# drive, release, level_low: of the pins, to set and to clear whether they drive, and to have 0.
# iomux, iomux_on: clock of the pins' multiplexer, which the S2 and S3 lose in deep sleep.
REGISTERS = {
    "esp32": {
        "low_power": 0xC0 >> 2,
        "ready": 19,
        "timer": 0x18 >> 2,
        "timer_on": 24,
        "adc": SENS + 0x54 >> 2,
        "levels": RTC_IO + 0x24 >> 2,
        "drive": RTC_IO + 0x10 >> 2,
        "release": RTC_IO + 0x14 >> 2,
        "level_low": RTC_IO + 0x08 >> 2,
        "half": 43,
        "eighth": 19_100,
        "first_level": 14,
        "pause": 2_500,
    },
    "esp32s2": {
        "low_power": 0xCC >> 2,
        "ready": 19,
        "timer": 0xF8 >> 2,
        "timer_on": 31,
        "adc": SENS + 0x0C >> 2,
        "levels": RTC_IO + 0x24 >> 2,
        "drive": RTC_IO + 0x10 >> 2,
        "release": RTC_IO + 0x14 >> 2,
        "level_low": RTC_IO + 0x08 >> 2,
        "half": 43,
        "eighth": 19_100,
        "first_level": 10,
        "pause": 2_500,
        "iomux": SENS + 0x144 >> 2,
        "iomux_on": 31,
    },
    "esp32s3": {
        "low_power": 0xD0 >> 2,
        "ready": 19,
        "timer": 0xFC >> 2,
        "timer_on": 31,
        "adc": SENS + 0x0C >> 2,
        "levels": RTC_IO + 0x24 >> 2,
        "drive": RTC_IO + 0x10 >> 2,
        "release": RTC_IO + 0x14 >> 2,
        "level_low": RTC_IO + 0x08 >> 2,
        "half": 88,
        "eighth": 39_400,
        "first_level": 10,
        "pause": 5_320,
        "iomux": SENS + 0x104 >> 2,
        "iomux_on": 31,
    },
}

ESP32_ADC1 = (36, 37, 38, 39, 32, 33, 34, 35)  # in the order of its channels
ESP32_TOUCH = (4, 0, 2, 15, 13, 12, 14, 27)  # pads whose registers follow each other
# Other pads: register behind the first of RTC_IO, channel, bits of multiplexer and input.
ESP32_OTHERS = {
    25: (0x84, 6, 17, 11),
    26: (0x88, 7, 17, 11),
    32: (0x8C, 9, 17, 5),
    33: (0x8C, 8, 18, 11),
}


def names(chip: str, pin: int) -> dict[str, int]:
    """Values for a program that looks at a pin: `channel` of ADC1, and the pin's pad.

    A pin that has neither leaves its names out. A digital input on GPIO 34 to 39 of the ESP32 is
    not provided for.
    """
    known = dict(REGISTERS[chip])
    if chip == "esp32":
        if pin in ESP32_ADC1:
            known["channel"] = ESP32_ADC1.index(pin)
    elif 1 <= pin <= 10:
        known["channel"] = pin - 1
    pad = _pad(chip, pin)
    if pad:
        known["pad"], known["pad_mux"], known["pad_input"], known["level_bit"] = pad
        _iomux(known, pad)
    return known


def bus(chip: str, sda: int, scl: int) -> dict[str, int]:
    """Values for a program that drives a bus; of a pin that has no pad there are none."""
    known = dict(REGISTERS[chip])
    for line, pin in (("sda", sda), ("scl", scl)):
        pad = _pad(chip, pin)
        if pad:
            for i, what in enumerate(("_pad", "_mux", "_input", "_bit")):
                known[line + what] = pad[i]
            _iomux(known, pad)
    return known


def _pad(chip: str, pin: int) -> "tuple[int, int, int, int] | None":
    """A pad's register, its bits of multiplexer and input, and the bit of its level."""
    if chip != "esp32":
        register, channel, mux, enable = 0x84 + 4 * pin, pin, 19, 13
        if not 0 <= pin <= 21:
            return None
    elif pin in ESP32_TOUCH:
        place = ESP32_TOUCH.index(pin)
        register, channel, mux, enable = 0x94 + 4 * place, 10 + place, 19, 13
    elif pin in ESP32_OTHERS:
        register, channel, mux, enable = ESP32_OTHERS[pin]
    else:
        return None
    return RTC_IO + register >> 2, mux, enable, REGISTERS[chip]["first_level"] + channel


def _iomux(known: dict[str, int], pad: "tuple[int, int, int, int]") -> None:
    """The ESP32 has no such clock: a program writes the pad's input twice instead."""
    if "iomux" not in known:
        known["iomux"] = pad[0]
        known["iomux_on"] = pad[2]
