"""Some nodes of a plan, simulated one after the other: a line of JSON each.

It is what a worker sends back, which so starts without pyarrow, and what is kept on disk.
"""

import json
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


@dataclass(frozen=True)
class Timed:
    """Lines, the days that their nodes lived, and the seconds of a core that they took."""

    data: bytes
    days: float
    core_s: float


def simulate(plan: Plan, first: int, last: int, compiled: bool) -> Timed:
    """Nodes from `first` on, `last` not included."""
    began_s, days, lines = time.thread_time(), 0.0, []
    for number, values, result in _lived(plan, first, last, native.Life if compiled else Life):
        row: dict[str, object] = {"node": number, **dict(zip(plan.keys, values, strict=True))}
        for name in KEPT:
            figure = FIGURES[name]
            has = figure.fits(result.scenario.file)
            row[name] = figure.of(result) if has else None
        lines.append(json.dumps(row, allow_nan=False))
        days += result.days
    data = "".join(f"{line}\n" for line in lines).encode()
    return Timed(data, days, time.thread_time() - began_s)


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
