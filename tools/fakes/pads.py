"""What the pads of a chip can do, by its name: what Pin, ADC and the wake-up calls go by.

`there` is what MicroPython has a Pin for but the flash's, `only_read` what has no output
(ports/esp32/machine_pin.c:229), `rtc` what ends deep sleep (ESP-IDF 5.5.5, soc_caps.h:
SOC_GPIO_DEEP_SLEEP_WAKE_VALID_GPIO_MASK; rtc_io_periph.c), `adc` what the converters read
(ports/esp32/machine_adc.c:72-144).
"""

# mypy: ignore-errors

RTC_ESP32 = {0, 2, 4, 12, 13, 14, 15, 25, 26, 27, 32, 33, 34, 35, 36, 37, 38, 39}

PADS = {
    "esp32": {
        "there": set(range(40)) - {20, 24, 28, 29, 30, 31},
        "only_read": set(range(34, 40)),
        "rtc": RTC_ESP32,
        "adc": RTC_ESP32,
    },
    "esp32s2": {
        "there": set(range(47)) - {22, 23, 24, 25},
        "only_read": {46},
        "rtc": set(range(22)),
        "adc": set(range(1, 21)),
    },
    "esp32s3": {
        "there": set(range(49)) - {22, 23, 24, 25},
        "only_read": set(),
        "rtc": set(range(22)),
        "adc": set(range(1, 21)),
    },
    "esp32c3": {
        "there": set(range(22)),
        "only_read": set(),
        "rtc": set(range(6)),
        "adc": set(range(6)),
    },
    "esp32c5": {
        "there": set(range(29)),
        "only_read": set(),
        "rtc": set(range(7)),
        "adc": set(range(1, 7)),
    },
    "esp32c6": {
        "there": set(range(31)),
        "only_read": set(),
        "rtc": set(range(8)),
        "adc": set(range(7)),
    },
}
