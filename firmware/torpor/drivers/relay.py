"""A relay or a lamp on an output pin."""

from machine import Pin


class Relay:
    """`on` is the level that closes it.

    Nothing drives it until it is first set. From then on its pad is held: every reset but a
    power-on leaves the relay as it was (ESP-IDF 5.5, driver/gpio.h, gpio_hold_en()).
    """

    def __init__(self, pin: int, on: int) -> None:
        self.pin = pin
        self.on = on

    def set(self, value: int) -> None:
        """0 opens it, 1 closes it."""
        level = self.on if value else 1 - self.on
        Pin(self.pin, Pin.OUT, value=level, hold=True)  # type: ignore[call-arg]
