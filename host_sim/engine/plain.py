"""The engines that run a node. This one is CPython: the source as it is."""

from typing import Any

from host_sim.engine import kernel
from host_sim.engine.port import SimPort
from torpor import record, sensor, switch


class Engine:
    """What a run needs of an engine; host_sim.engine.native has the other one."""

    chunk_days = 1  # simulated at a stretch: between two looks at progress and Ctrl-C

    def record(self) -> Any:
        """An empty record."""
        return [0] * record.SIZE

    def port(self, arguments: tuple[Any, ...]) -> Any:
        """A port at time zero, power just switched on."""
        return SimPort(*arguments)

    def live(
        self, kind: str, r: Any, port: Any, cause: int, until_us: int
    ) -> tuple[int, int, int, bool]:
        """Let the node live until this instant, as kernel.run does."""
        wake = switch.wake if kind == "switch" else sensor.wake
        return kernel.run(wake, r, port, cause, until_us)
