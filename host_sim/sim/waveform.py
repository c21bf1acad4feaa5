"""The current over a window of a run, as a waveform that a viewer of recordings opens."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from host_sim.engine import kernel
from host_sim.engine.parts import Parts
from host_sim.engine.port import SimPort
from host_sim.errors import BadInput
from host_sim.sim import build
from host_sim.spec.configure import device_config
from host_sim.spec.scenario import Scenario
from host_sim.trace import writer
from host_sim.trace.recording import Recording
from torpor import config, record
from torpor.port import COLD

RATE_HZ = 10_000


class TracedPort(SimPort):
    """The simulated port, which also keeps when each current began (µs, nA)."""

    def __init__(self, parts: Parts) -> None:
        self.steps: list[tuple[int, int]] = []
        super().__init__(parts)

    def wake_up(self, kind: int, cause: int) -> None:
        """Wake up phase by phase, as if each were drawn."""
        self.replays = True
        super().wake_up(kind, cause)

    def spend(self, state: int, us: int) -> None:
        """Let time pass, with a note."""
        if us:
            self.steps.append((self.now_us, self.current_na[state]))
        super().spend(state, us)

    def spend_at(self, state: int, us: int, na: int) -> None:
        """Let time pass at this current."""
        super().spend_at(state, us, na)
        if us:
            self.steps[-1] = (self.steps[-1][0], na)


def current_ua(
    scenario: Scenario, device: dict[str, Any], from_s: float, to_s: float
) -> npt.NDArray[np.float64]:
    """Current in µA at RATE_HZ between two instants of the run, the mean of each sample's time.

    Raises BadInput where the cell was empty before.
    """
    r = [0] * record.SIZE
    config.configure(r, device)
    port = TracedPort(build.parts(scenario))
    kernel.run(r, port, COLD, round(to_s * 1e6))
    if port.now_us <= from_s * 1e6:
        raise BadInput("the node was dead by then", remedy=f"it lived {port.now_us / 1e6:,.0f} s")
    starts = np.array([step[0] for step in port.steps] + [port.now_us], dtype=np.int64)
    na = np.array([step[1] for step in port.steps])
    charge = np.concatenate([[0.0], np.cumsum(np.diff(starts) * na)])
    edges = np.arange(round(from_s * RATE_HZ), round(to_s * RATE_HZ) + 1) * 1e6 / RATE_HZ
    edges = edges[edges <= port.now_us]
    drawn = np.interp(edges, starts, charge)
    samples: npt.NDArray[np.float64] = np.diff(drawn) / (1e6 / RATE_HZ) / 1000
    return samples


def export(
    scenario: Scenario, device: dict[str, Any] | None, path: Path, from_s: float, to_s: float
) -> None:
    """Write the window, the format by the path's ending."""
    device = device or device_config(scenario.file.node, scenario.board)
    samples = current_ua(scenario, device, from_s, to_s).astype(np.float32)
    writer.write(path, Recording("simulated", RATE_HZ, samples))
