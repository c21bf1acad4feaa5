"""What a link keeps in flash from one join to the next."""

from esp32 import NVS

from torpor.link import NAMESPACE

_opened: list[NVS] = []


def storage() -> NVS:
    """Non-volatile storage, opened once; an OSError where it cannot be.

    MicroPython closes none, and ESP-IDF takes memory for each (1.29, esp32_nvs.c): a node that does
    not sleep deeply would run out of it.
    """
    if not _opened:
        _opened.append(NVS(NAMESPACE))
    return _opened[0]
