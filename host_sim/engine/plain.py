"""The plain engine: CPython runs the source as it is."""

from typing import Any

from host_sim.engine import kernel
from host_sim.engine.home import Home
from host_sim.engine.parts import Parts
from host_sim.engine.port import SimPort
from torpor import config, record
from torpor.port import COLD


def begun(parts: Parts, device: dict[str, Any]) -> list[int]:
    """The record of a node of this configuration; its world keeps a copy, to begin anew with."""
    r = [0] * record.SIZE
    config.configure(r, device)
    parts.fresh = list(r)
    return r


class Life:
    """A node from power-on on; native.py has the same, compiled.

    r        its record
    parts    its world, and the books that it fills
    now_us   virtual time
    used     charge drawn so far, 1,024 fC
    alive    its cell still carries it
    """

    name = "cpython"
    chunk_days = 1  # simulated at a stretch: between two looks at progress and Ctrl-C
    arrays = False  # the kind of lists that it is quickest on (build.parts)

    def __init__(self, parts: Parts, device: dict[str, Any]) -> None:
        """Switch a node of this configuration (torpor.config) on in its world."""
        self.parts = parts
        self.r: Any = begun(parts, device)
        self.port = SimPort(parts)
        self.cause, self.now_us, self.used, self.alive = COLD, 0, 0, True

    def live(self, until_us: int) -> None:
        """Live until this instant, or until the cell is empty."""
        self.cause, self.now_us, self.used, self.alive = kernel.run(
            self.r, self.port, self.cause, until_us
        )


class Lives:
    """Many nodes on one clock, from power-on on; as Life, but of each its parts and record."""

    name = "cpython"
    chunk_us = 3_600_000_000
    arrays = False

    def __init__(self, parts: list[Parts], devices: list[dict[str, Any]]) -> None:
        """Switch nodes of these configurations on, which share the first one's channel."""
        self.parts = parts
        self.records: list[Any] = list(map(begun, parts, devices))
        self.home = Home([SimPort(one) for one in parts], self.records, parts[0].ether)

    def live(self, until_us: int) -> int:
        """Live until this instant; when the next node acts."""
        return kernel.run_home(self.home, until_us)

    def alive(self, node: int) -> bool:
        """Whether a node's cell still carries it."""
        return self.home.ports[node].alive

    def now_us(self, node: int) -> int:
        """A node's time."""
        return self.home.ports[node].now_us
