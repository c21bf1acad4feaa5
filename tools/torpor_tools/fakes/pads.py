"""What the pads of a chip can do, as bits by number: what Pin, ADC and the wake-up calls go by.

there: MicroPython has a Pin for it (ports/esp32/machine_pin.c:98-122), the flash's included.
only_read: no output (:229).
rtc: ends deep sleep (ESP-IDF 5.5.5, soc/*/soc_caps.h, SOC_GPIO_DEEP_SLEEP_WAKE_VALID_GPIO_MASK).
adc: a converter reads it (ports/esp32/machine_adc.c:72-144), but for GPIO 5 of the C3, whose second
converter is refused (ESP-IDF 5.5.5, esp_adc/adc_oneshot.c:87).
radio: of a converter that Wi-Fi has while it is on (ESP-IDF 5.5.5, adc_share_hw_ctrl.c:176-183).
"""

# mypy: ignore-errors

import world

CHIPS = {
    # chip: there, only_read, rtc, adc, radio
    "esp32": (0xFF0EEFFFFF, 0xFC00000000, 0xFF0E00F015, 0xFF0E00F015, 0x0E00F015),
    "esp32s2": (0x7FFFFC3FFFFF, 0x400000000000, 0x3FFFFF, 0x1FFFFE, 0x0),
    "esp32s3": (0x1FFFFFC3FFFFF, 0x0, 0x3FFFFF, 0x1FFFFE, 0x0),
    "esp32c3": (0x3FFFFF, 0x0, 0x3F, 0x1F, 0x0),
    "esp32c5": (0x1FFFFFFF, 0x0, 0x7F, 0x7E, 0x0),
    "esp32c6": (0x7FFFFFFF, 0x0, 0xFF, 0x7F, 0x0),
}


def can(what, number):
    """Whether the world's chip can do this with a pad, by what stands above."""
    row = CHIPS[world.state["chip"]]
    bits = row[("there", "only_read", "rtc", "adc", "radio").index(what)]
    return bool(bits >> number & 1)
