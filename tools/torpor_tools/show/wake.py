"""A wake in two lines: its current as a curve of blocks, and what it was."""

from itertools import accumulate, pairwise

import numpy as np
from rich.markup import escape

from host_sim.lab import decisions
from host_sim.lab.report import events
from host_sim.sim import wakelog
from host_sim.sim.wakelog import Shape
from host_sim.spec.scenario import Scenario

WIDTH = 64  # columns
BLOCKS = " ▁▂▃▄▅▆▇█"


def told(scenario: Scenario, as_today: bool) -> str:
    """The last wake of a first day that used the radio."""
    device = decisions.without(scenario, decisions.NAIVE)[1] if as_today else None
    start_us, shape = wakelog.example(scenario, device)
    hours, seconds = divmod(start_us // 1_000_000, 3_600)
    peak = max((part.na for part in shape.parts), default=0)
    return (
        f"[bold]a wake[/bold]  {curve(shape)}\n"
        f"        {escape(events.kind(shape))} at {hours:02}:{seconds // 60:02} of day 0: "
        f"{shape.us / 1e6:.2f} s, {shape.fc / 1e12:,.1f} mC, at most {peak / 1e6:,.0f} mA"
    )


def curve(shape: Shape) -> str:
    """Mean current over each of WIDTH equal times, the highest of them a full block."""
    ends = np.array([0, *accumulate(part.us for part in shape.parts)])
    drawn = np.array([0, *accumulate(part.us * part.na for part in shape.parts)], dtype=np.float64)
    edges = np.interp(np.linspace(0, ends[-1], WIDTH + 1), ends, drawn)
    means = [after - before for before, after in pairwise(edges)]
    most = max(means) or 1
    return "".join(BLOCKS[round(mean / most * (len(BLOCKS) - 1))] for mean in means)
