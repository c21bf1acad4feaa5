"""Chips of the ESP32 family: all that differs between them and is no board's own number.

What runs on the device beside it: the ULP's instructions and registers (firmware/torpor/ulp).
Boot loaders and images are esptool's, by the same names.
"""

from typing import TYPE_CHECKING, Literal, NamedTuple


class Pads(NamedTuple):
    """Numbers of a chip's pads: there at all, the SPI flash's, the RTC's, a converter's, only read.

    Those of the RTC alone end deep sleep. `radio` are those of a converter that Wi-Fi has while it
    is on. Sources: ESP-IDF Programming Guide, "GPIO & RTC GPIO"; of the converters, MicroPython
    1.29, ports/esp32/machine_adc.c, less the second one of the C3, that ESP-IDF refuses
    (esp_adc/adc_oneshot.c).
    """

    there: set[int]
    flash: range
    rtc: set[int]
    adc: set[int]
    only_read: range = range(0)
    radio: frozenset[int] = frozenset()


class UlpPrice(NamedTuple):
    """The FSM ULP's clocks, and what it draws on top of deep sleep: running, and converting.

    Source of the clocks: S, ESP-IDF, soc/*/clk_tree_defs.h. `step_nv` is about what a step of its
    converter is, of 16 bits at 11 dB. I: of the ESP32 the slope of ESP-IDF's adc_cali_line_fitting
    at a reference of 1.1 V, of the others the range that ESP-IDF's guide gives, "ADC".
    """

    fast_hz: int
    slow_hz: int
    active_na: int
    adc_na: int
    step_nv: int


class Chip(NamedTuple):
    """A chip; `counts_pulses` is its PCNT (ESP-IDF Programming Guide, "Pulse Counter").

    `asleep_na` is what it draws alone in deep sleep, with the timer and RTC memory on. Source: D,
    the chip's datasheet, Current Consumption in Low-Power Modes; of the C5 V, ESP-IDF Programming
    Guide, Introduction to Low Power Mode in Wi-Fi Scenarios.
    `i2c_buses` are those of high power (ESP-IDF, soc_caps.h, SOC_HP_I2C_NUM).
    """

    title: str
    asleep_na: int
    pads: Pads
    counts_pulses: bool = True
    i2c_buses: int = 1
    ulp: UlpPrice | None = None


CHIPS = {
    "esp32": Chip(
        "ESP32",
        10_000,
        Pads(
            {*range(40)} - {20, 24, *range(28, 32)},
            range(6, 12),
            {0, 2, 4, *range(12, 16), *range(25, 28), *range(32, 40)},
            {0, 2, 4, *range(12, 16), *range(25, 28), *range(32, 40)},
            range(34, 40),
            frozenset({0, 2, 4, *range(12, 16), *range(25, 28)}),
        ),
        i2c_buses=2,
        # active, M: an article on dzen.ru about the sleep of an ESP32-S module at 3.3 V: 435 uA
        # while the ULP polls a pin without pause, less 3 uA asleep; the datasheet has 150 uA, D.
        # adc, I: the datasheet's 100 uA of the "ULP sensor-monitored pattern" with the converter on
        # 1 % of the time, less 5 uA asleep.
        ulp=UlpPrice(8_500_000, 150_000, 432_000, 9_500_000, 50_356),
    ),
    "esp32s2": Chip(
        "ESP32-S2",
        25_000,
        Pads(
            {*range(47)} - {*range(22, 26)},
            range(26, 33),
            {*range(22)},
            {*range(1, 21)},
            range(46, 47),
        ),
        i2c_buses=2,
        # As the S3, I: the S2's datasheet has 22 uA for that pattern, no more than it sleeps at.
        ulp=UlpPrice(8_500_000, 90_000, 170_000, 1_100_000, 39_683),
    ),
    "esp32s3": Chip(
        "ESP32-S3",
        7_000,
        Pads({*range(49)} - {*range(22, 26)}, range(26, 33), {*range(22)}, {*range(1, 21)}),
        i2c_buses=2,
        # active, D: ESP32-S3 datasheet, Current Consumption in Low-Power Modes, ULP-FSM 170 uA.
        # adc, I: its 18 uA of the sensor-monitored pattern at 1 %, less 7 uA asleep.
        ulp=UlpPrice(17_500_000, 136_000, 170_000, 1_100_000, 47_314),
    ),
    "esp32c3": Chip(
        "ESP32-C3",
        5_000,
        Pads({*range(22)}, range(12, 18), {*range(6)}, {*range(5)}),
        counts_pulses=False,
    ),
    "esp32c5": Chip(
        "ESP32-C5",
        10_000,
        Pads({*range(29)}, range(16, 23), {*range(7)}, {*range(1, 7)}),
    ),
    "esp32c6": Chip(
        "ESP32-C6",
        7_000,
        Pads({*range(31)}, range(24, 31), {*range(8)}, {*range(7)}),
    ),
}
ULPS = {name: chip.ulp for name, chip in CHIPS.items() if chip.ulp}

if TYPE_CHECKING:
    Name = str
else:
    Name = Literal[tuple(CHIPS)]  # what a board file's `chip` may be
