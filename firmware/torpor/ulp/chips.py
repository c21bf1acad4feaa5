"""What the programs' names stand for on each chip: peripheral registers, and a pin's place in them.

Addresses are words from the first register of RTC_CNTL, as REG_RD and REG_WR take them. Sources:
ESP-IDF, soc/*/register/soc/rtc_cntl_reg.h, rtc_io_reg.h and sens_reg.h; pins and channels:
soc/*/rtc_io_periph.c, rtc_io_channel.h and adc_channel.h.
"""

RTC_IO = 0x400
SENS = 0x800

# low_power, ready: may the CPU be woken. timer, timer_on: starts the ULP again and again.
# adc: its control, where bits 18 and 31 keep the converter from the ULP. levels: of the pins.
# pause: cycles of the fast clock that make 32 conversions with what is between them 10 ms.
# iomux, iomux_on: clock of the pins' multiplexer, which the S2 and S3 lose in deep sleep.
REGISTERS = {
    "esp32": {
        "low_power": 0xC0 >> 2,
        "ready": 19,
        "timer": 0x18 >> 2,
        "timer_on": 24,
        "adc": SENS + 0x54 >> 2,
        "levels": RTC_IO + 0x24 >> 2,
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
        "first_level": 10,
        "pause": 5_320,
        "iomux": SENS + 0x104 >> 2,
        "iomux_on": 31,
    },
}

ESP32_ADC1 = (36, 37, 38, 39, 32, 33, 34, 35)  # in the order of its channels
ESP32_TOUCH = (4, 0, 2, 15, 13, 12, 14, 27)  # pads whose registers follow each other
ESP32_CRYSTAL = {32: (9, 17, 5), 33: (8, 18, 11)}  # pin: channel, bits of multiplexer and input


def names(chip: str, pin: int) -> dict[str, int]:
    """Values for a program that looks at a pin: `channel` of ADC1, and the pin's pad.

    A pin that has neither leaves its names out. A digital input on GPIO 34 to 39, 25 or 26 of the
    ESP32 is not provided for.
    """
    known = dict(REGISTERS[chip])
    if chip == "esp32":
        if pin in ESP32_ADC1:
            known["channel"] = ESP32_ADC1.index(pin)
        if pin in ESP32_TOUCH:
            place = ESP32_TOUCH.index(pin)
            _pad(known, RTC_IO + 0x94 + 4 * place, 10 + place, 19, 13)
        elif pin in ESP32_CRYSTAL:
            _pad(known, RTC_IO + 0x8C, *ESP32_CRYSTAL[pin])
    else:
        if 1 <= pin <= 10:
            known["channel"] = pin - 1
        if 0 <= pin <= 21:
            _pad(known, RTC_IO + 0x84 + 4 * pin, pin, 19, 13)
    return known


def _pad(known: dict[str, int], register: int, channel: int, mux: int, enable: int) -> None:
    """Name a pad's register, its bits, and the bit of its level."""
    known["pad"] = register >> 2
    known["pad_mux"] = mux
    known["pad_input"] = enable
    known["level_bit"] = known["first_level"] + channel
    if "iomux" not in known:  # the ESP32 has no such clock: write the same bit twice instead
        known["iomux"] = known["pad"]
        known["iomux_on"] = enable
