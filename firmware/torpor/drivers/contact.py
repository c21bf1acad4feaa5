"""A contact to ground: a door's reed, a PIR's output, a button.

The chip pulls its pin up only while it is read: a contact that is closed would draw through that,
on an ESP32 in deep sleep too. What is to wake the node has a resistor of its own.
"""

import time

from machine import Pin

from torpor.drivers import Driver

STABLE = 4  # equal readings in a row
EVERY_MS = 5
MOST = 20


class Contact(Driver):
    """1 open, 0 closed, after the bouncing."""

    def __init__(self, pin: int) -> None:
        self.pin = pin

    def read(self) -> int:
        """The level once it holds; OSError when it never does."""
        pin = Pin(self.pin, Pin.IN, Pin.PULL_UP)
        try:
            return settled(pin)
        finally:
            Pin(self.pin, Pin.IN, None)  # type: ignore[arg-type]

    def score(self, stage: int) -> int:
        """1 for an edge that came to rest: the pin is armed at the level it did not have."""
        self.read()
        return 1


def settled(pin: Pin) -> int:
    """The level that a pin has for some looks in a row."""
    level, same = pin.value(), 1
    for _ in range(MOST):
        if same == STABLE:
            return level
        time.sleep_ms(EVERY_MS)
        now = pin.value()
        level, same = now, same + 1 if now == level else 1
    raise OSError("contact bounces")


def opened(spec: dict) -> Contact:
    """As config.json has it."""
    return Contact(spec["pin"])
