"""The plain engine: CPython runs the source as it is."""

from typing import Any

from host_sim.engine import kernel
from host_sim.engine.parts import Parts
from host_sim.engine.port import SimPort
from torpor import config, record
from torpor.port import COLD


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

    def __init__(self, parts: Parts, device: dict[str, Any]) -> None:
        """Switch a node of this configuration (torpor.config) on in its world."""
        self.parts = parts
        self.r: Any = [0] * record.SIZE
        config.configure(self.r, device)
        self.port = SimPort(parts)
        self.cause, self.now_us, self.used, self.alive = COLD, 0, 0, True

    def live(self, until_us: int) -> None:
        """Live until this instant, or until the cell is empty."""
        self.cause, self.now_us, self.used, self.alive = kernel.run(
            self.r, self.port, self.cause, until_us
        )
