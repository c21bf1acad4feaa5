"""A contact to ground: a door's reed, a PIR's output, a button."""

import time

from machine import Pin

from torpor.drivers import Driver

STABLE = 4  # equal readings in a row
EVERY_MS = 5
MOST = 20


class Contact(Driver):
    """1 open, 0 closed, after the bouncing."""

    def __init__(self, pin: int) -> None:
        self.pin = Pin(pin, Pin.IN, Pin.PULL_UP)

    def read(self) -> int:
        """The level once it holds; OSError when it never does."""
        level, same = self.pin.value(), 1
        for _ in range(MOST):
            if same == STABLE:
                return level
            time.sleep_ms(EVERY_MS)
            now = self.pin.value()
            level, same = now, same + 1 if now == level else 1
        raise OSError("contact bounces")

    def score(self, stage: int) -> int:
        """1 for an edge that came to rest: the pin is armed at the level it did not have."""
        self.read()
        return 1


def opened(spec: dict) -> Contact:
    """As config.json has it."""
    return Contact(spec["pin"])
