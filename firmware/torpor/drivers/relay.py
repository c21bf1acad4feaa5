"""A relay or a lamp on an output pin."""

from machine import Pin


class Relay:
    """`on` is the level that closes it; it starts open."""

    def __init__(self, pin: int, on: int) -> None:
        self.on = on
        self.pin = Pin(pin, Pin.OUT, value=1 - on)

    def set(self, value: int) -> None:
        """0 opens it, 1 closes it."""
        self.pin.value(self.on if value else 1 - self.on)
