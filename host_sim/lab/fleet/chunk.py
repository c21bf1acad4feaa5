"""Some nodes of a plan, simulated one after the other: columns, a value a node.

They are plain lists, so that a worker starts without pyarrow and what that imports.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from host_sim.engine import native
from host_sim.engine.plain import Life
from host_sim.errors import BadInput
from host_sim.lab.fleet.plan import Plan
from host_sim.sim import run
from host_sim.sim.result import Result
from host_sim.spec import scenario
from host_sim.spec.figures import FIGURES

# A finished node is to take 128 bytes at most: its number, what it was given, and these.
KEPT = (
    "average_current_ua",
    "battery_life_days",
    "wakes_per_day",
    "joins_per_day",
    "radio_on_s_per_day",
    "delivered_percent",
    "missed_per_day",
    "off_h_per_day",
)
Columns = dict[str, list[object]]  # the node's number, what it was given as text, and figures


@dataclass(frozen=True)
class Timed:
    """Columns, the days that their nodes lived, and the seconds of a core that they took."""

    columns: Columns
    days: float
    core_s: float


def simulate(plan: Plan, first: int, last: int, compiled: bool) -> Timed:
    """Nodes from `first` on, `last` not included."""
    began_s, days = time.thread_time(), 0.0
    columns: Columns = {name: [] for name in ("node", *plan.keys, *KEPT)}
    for number, values, result in _lived(plan, first, last, native.Life if compiled else Life):
        columns["node"].append(number)
        for key, value in zip(plan.keys, values, strict=True):
            columns[key].append(value)
        for name in KEPT:
            figure = FIGURES[name]
            has = figure.fits(result.scenario.file)
            columns[name].append(figure.of(result) if has else None)
        days += result.days
    return Timed(columns, days, time.thread_time() - began_s)


def _lived(
    plan: Plan, first: int, last: int, engine: type[Life]
) -> Iterator[tuple[int, tuple[str, ...], Result]]:
    read = scenario.Read(plan.scenario)
    for number in range(first, last):
        node = plan.node(number)
        try:
            given = read.changed(node.changes)
        except BadInput as error:  # a combination that was not tried before the work
            raise BadInput(str(error), where=f"node {number}") from None
        result = run.run(given, index=node.index, engine=engine)
        if not result.complete:
            raise KeyboardInterrupt
        yield number, node.values, result
