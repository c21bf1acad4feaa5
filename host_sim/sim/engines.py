"""Which engine runs: CPython, or the compiled one, whose results are the same."""

from dataclasses import replace

import msgspec

from host_sim.engine import native
from host_sim.engine.plain import Life
from host_sim.engine.port import SimPort
from host_sim.progress import Progress
from host_sim.sim import build
from host_sim.spec.scenario import Scenario
from host_sim.units import DAY_S

NAMES = ("auto", "cpython", "compiled")
LONG_WAKES = 20_000  # take CPython longer than the compiled code takes to load


def is_compiled(name: str, wakes: float) -> bool:
    """Whether a run of so many wakes is one for the compiled engine.

    By "auto" where that is ready and the run is long. What "compiled" needs is compiled at the
    first run, some 25 s; compile_for() tells its progress.
    """
    return name == "compiled" or (name == "auto" and wakes >= LONG_WAKES and native.is_ready())


def fastest() -> type[Life]:
    """The compiled engine where that is ready."""
    return native.Life if native.is_ready() else Life


def wakes(scenario: Scenario) -> float:
    """At most so many wakes by timer in a run, as if no two tasks shared one; polls are none."""
    node = scenario.file.node
    periods_s = [node.report.period_s, *(task.period_s for task in node.task)]
    return sum(scenario.file.days * DAY_S / period_s for period_s in periods_s)


def compile_for(scenario: Scenario, progress: Progress) -> None:
    """Compile the engine where that is not done yet; BadInput where numba is not installed."""
    if not native.is_ready():
        file = msgspec.structs.replace(scenario.file, days=1)
        native.build(SimPort(build.parts(replace(scenario, file=file))), progress)
