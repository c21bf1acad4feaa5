"""The current over a window of a run, as a waveform that a viewer of recordings opens."""

from typing import Any

import numpy as np

from host_sim.engine.plain import begun
from host_sim.errors import BadInput
from host_sim.progress import Progress, silent
from host_sim.sim import build, instrument
from host_sim.sim.instrument import Instrument, Traced
from host_sim.sim.traced import MARKS, TracedPort, live
from host_sim.spec.scenario import Scenario
from host_sim.trace.recording import Recording

RATE_HZ = 10_000


def traced(
    scenario: Scenario,
    device: dict[str, Any],
    from_s: float,
    to_s: float,
    progress: Progress = silent,
) -> Traced:
    """What the node draws, and says on its marker pins, up to the second of two instants.

    Raises BadInput where the cell was empty before the first.
    """
    parts = build.parts(scenario)
    r = begun(parts, device)
    port = TracedPort(parts)
    live(port, r, round(to_s * 1e6), progress)
    if port.now_us <= from_s * 1e6:
        raise BadInput("the node was dead by then", remedy=f"it lived {port.now_us / 1e6:,.0f} s")
    state, us, na = np.array(port.steps, dtype=np.int64).T
    ends_us = np.cumsum(us)
    return Traced(ends_us - us, na, np.array(MARKS)[state], int(ends_us[-1]))


def recorded(
    scenario: Scenario,
    device: dict[str, Any] | None,
    from_s: float,
    to_s: float,
    by: Instrument | None = None,
    progress: Progress = silent,
) -> Recording:
    """The window as it is, or as an instrument sees it."""
    device = device or scenario.device()
    run = traced(scenario, device, from_s, to_s, progress)
    return instrument.see(run, by or instrument.ideal(RATE_HZ), from_s, to_s, scenario.file.seed)
