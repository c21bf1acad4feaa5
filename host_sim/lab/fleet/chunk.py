"""Some nodes of a plan, simulated one after the other: a table, a row a node.

The table is bytes of Arrow's IPC format: what a worker sends back, and what is kept on disk.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from host_sim.engine import native
from host_sim.engine.plain import Life
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
    """A table, the days that its nodes lived, and the seconds of a core that it took."""

    data: bytes
    days: float
    core_s: float


def schema(plan: Plan) -> pa.Schema:
    """The columns: the node's number, what it was given as text, and figures."""
    given = [(key, pa.dictionary(pa.int32(), pa.string())) for key in plan.keys]
    return pa.schema([("node", pa.int32()), *given, *((name, pa.float64()) for name in KEPT)])


def simulate(plan: Plan, first: int, last: int, compiled: bool) -> Timed:
    """Nodes from `first` on, `last` not included."""
    began_s, days = time.thread_time(), 0.0
    kept = schema(plan)
    columns: dict[str, list[object]] = {name: [] for name in kept.names}
    for number, values, result in _lived(plan, first, last, native.Life if compiled else Life):
        columns["node"].append(number)
        for key, value in zip(plan.keys, values, strict=True):
            columns[key].append(value)
        for name in KEPT:
            figure = FIGURES[name]
            has = figure.fits(result.scenario.file)
            columns[name].append(figure.of(result) if has else None)
        days += result.days
    table = pa.Table.from_pydict(columns, kept)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, kept) as stream:
        stream.write_table(table)
    return Timed(bytes(sink.getvalue()), days, time.thread_time() - began_s)


def table(data: bytes) -> pa.Table:
    """What simulate() gave."""
    return pa.ipc.open_stream(data).read_all()


def _lived(
    plan: Plan, first: int, last: int, engine: type[Life]
) -> Iterator[tuple[int, tuple[str, ...], Result]]:
    read = scenario.Read(plan.scenario)
    for number in range(first, last):
        node = plan.node(number)
        given = read.changed(node.changes)
        result = run.run(given, index=node.index, engine=engine)
        if not result.complete:
            raise KeyboardInterrupt
        yield number, node.values, result
