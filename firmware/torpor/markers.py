"""Marker pins: what the node does, as a number on two pins, for a recording that labels itself.

config.json's pins hold "markers": [low, high], the numbers of the pins for the two bits. Without
it this module is not loaded. In deep sleep the chip lets its pins go: pull-down resistors, or the
recorder's own, keep them low.
"""

import machine

from torpor.policy import const
from torpor.policy.patience import LINK_MS
from torpor.policy.sleep import IDLE, LIGHT
from torpor.port import Port

TYPE_CHECKING = False  # as in typing, which the chip does not have
if TYPE_CHECKING:
    from typing import Any

ASLEEP = const(0)
AWAKE = const(1)
SENSING = const(2)
ON_AIR = const(3)


class MarkedPort:
    """A port, which says on its pins what it is asked for."""

    def __init__(self, port: Port, pins: list[int]) -> None:
        self.port = port
        self.markers = [machine.Pin(pin, machine.Pin.OUT) for pin in pins]
        self.mark(AWAKE)

    def __getattr__(self, name: str) -> "Any":
        return getattr(self.port, name)

    def mark(self, state: int) -> None:
        """Show a state; the low bit last, so that waking up passes through no other."""
        self.markers[1].value(state >> 1)
        self.markers[0].value(state & 1)

    def wait(self, ms: int, kind: int = IDLE) -> None:
        self.mark(ASLEEP if kind >= LIGHT else AWAKE)  # a chip may hold its pins, or let them go
        self.port.wait(ms, kind)
        self.mark(AWAKE)

    def measure(self, channel: int) -> int:
        self.mark(SENSING)
        value = self.port.measure(channel)
        self.mark(AWAKE)
        return value

    def look(self, stage: int) -> int:
        self.mark(SENSING)
        score = self.port.look(stage)
        self.mark(AWAKE)
        return score

    def join(self, tx_qdbm: int, cached: int, within_ms: int = LINK_MS) -> int:
        self.mark(ON_AIR)
        answer = self.port.join(tx_qdbm, cached, within_ms)
        self.mark(AWAKE)
        return answer

    def send(self, r: list[int], first: int, count: int, tx_qdbm: int) -> int:
        self.mark(ON_AIR)
        attempts = self.port.send(r, first, count, tx_qdbm)
        self.mark(AWAKE)
        return attempts

    def sleep(self, kind: int, ms: int) -> int:
        self.mark(ASLEEP)
        cause = self.port.sleep(kind, ms)
        self.mark(AWAKE)
        return cause
