"""Marker pins: what the node does, as a number on two pins, for a recording that labels itself.

config.json's pins hold "markers": [low, high], the numbers of the pins for the two bits. Without
it this module is not loaded. In deep sleep the chip lets its pins go: pull-down resistors, or the
recorder's own, keep them low.
"""

import machine

from torpor.esp32 import Esp32Port
from torpor.policy import const
from torpor.policy.patience import LINK_MS

ASLEEP = const(0)
AWAKE = const(1)
SENSING = const(2)
ON_AIR = const(3)


class MarkedPort(Esp32Port):
    """The port on the chip, which says on its pins what it is asked for."""

    def __init__(self, config: dict) -> None:
        self.markers = [machine.Pin(pin, machine.Pin.OUT) for pin in config["pins"]["markers"]]
        self.mark(AWAKE)
        super().__init__(config)

    def mark(self, state: int) -> None:
        """Show a state; the low bit last, so that waking up passes through no other."""
        self.markers[1].value(state >> 1)
        self.markers[0].value(state & 1)

    def measure(self, channel: int) -> int:
        self.mark(SENSING)
        value = super().measure(channel)
        self.mark(AWAKE)
        return value

    def look(self, stage: int) -> int:
        self.mark(SENSING)
        score = super().look(stage)
        self.mark(AWAKE)
        return score

    def join(self, tx_qdbm: int, cached: int, within_ms: int = LINK_MS) -> int:
        self.mark(ON_AIR)
        answer = super().join(tx_qdbm, cached, within_ms)
        self.mark(AWAKE)
        return answer

    def send(self, r: list[int], first: int, count: int, tx_qdbm: int) -> int:
        self.mark(ON_AIR)
        attempts = super().send(r, first, count, tx_qdbm)
        self.mark(AWAKE)
        return attempts

    def sleep(self, kind: int, ms: int) -> int:
        self.mark(ASLEEP)
        cause = super().sleep(kind, ms)
        self.mark(AWAKE)
        return cause
