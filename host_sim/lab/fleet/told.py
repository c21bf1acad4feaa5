"""What a fleet or a sweep says: percentiles, and the nodes that live shortest, with why."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from host_sim.engine.plain import Life
from host_sim.lab.cause import Why
from host_sim.lab.fleet import ranks
from host_sim.lab.fleet.chunk import KEPT
from host_sim.lab.fleet.plan import Plan
from host_sim.sim import run, runfile
from host_sim.spec import scenario

PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
WORST = 5
FEW = 60  # nodes that are told one by one
CURRENT, LIFE, OFF = "average_current_ua", "battery_life_days", "off_h_per_day"


@dataclass(frozen=True)
class Spread:
    """A figure over all nodes: its percentiles, None where no node has it."""

    name: str
    percentiles: tuple[float, ...] | None


@dataclass(frozen=True)
class Worst:
    """A node that lives shortest, is off longest or draws most, and why unlike the middling one."""

    node: int
    given: dict[str, str]
    life_days: float | None
    off_h: float | None
    current_ua: float
    why: Why


@dataclass(frozen=True)
class Told:
    """All of it; `middling` is the number of the node whose current is the median."""

    count: int
    spreads: list[Spread]
    middling: int
    worst: list[Worst]
    rows: list[dict[str, object]]
    """Each node, where there are few."""


def of(path: Path, plan: Plan, engine: type[Life]) -> Told:
    """From the file of a plan that is finished; it and the worst nodes are simulated once more.

    Of the file no more is in memory at once than a row group, however many nodes it has.
    """
    count = pq.read_metadata(path).num_rows
    spreads = [Spread(name, ranks.percentiles(path, name, PERCENTILES)) for name in KEPT]
    ((median_ua, equals_before),) = ranks.at(path, CURRENT, [count // 2])
    middling = _equal(path, median_ua, equals_before)
    usual = _simulated(plan, middling, engine)
    return Told(
        count=count,
        spreads=spreads,
        middling=middling,
        worst=[
            _worst(plan, row, usual, engine)
            for row in _shortest_lived(path)
            if _is_worse(row, usual)
        ],
        rows=_rows(path) if count <= FEW else [],
    )


def _rows(path: Path) -> list[dict[str, object]]:
    with pq.ParquetFile(path) as file:
        rows: list[dict[str, object]] = file.read().to_pylist()
        return rows


def _equal(path: Path, current_ua: float, before: int) -> int:
    """The node of this current that has so many before it."""
    for group in ranks.groups(path, ["node", CURRENT]):
        (at,) = (ranks.floats(group[CURRENT]) == current_ua).nonzero()
        if before < len(at):
            node: int = group["node"][int(at[before])].as_py()
            return node
        before -= len(at)
    raise AssertionError("it is in the file")


def _shortest_lived(path: Path) -> list[dict[str, Any]]:
    """The rows of the nodes that live shortest; where none has a life, off longest or draw most."""
    order = {LIFE: "ascending", OFF: "descending", CURRENT: "descending", "node": "ascending"}
    found: list[pa.Table] = []
    for group in ranks.groups(path, [*order]):
        table = pa.concat_tables([*found, group])
        found = [table.take(pc.sort_indices(table, [*order.items()])[:WORST])]
    return [row for table in found for row in table.to_pylist()]


def _is_worse(row: dict[str, Any], usual: runfile.Run) -> bool:
    """Whether a node is worse off than the middling one, whose cell may be another."""
    if row[OFF] is not None:
        return bool(row[OFF] > 0)
    life_days = usual.figures[LIFE]
    if row[LIFE] is not None and life_days is not None:
        return bool(row[LIFE] < life_days)
    current_ua = usual.figures[CURRENT]
    assert current_ua is not None  # every node draws
    return bool(row[CURRENT] > current_ua)


def _worst(plan: Plan, row: dict[str, Any], usual: runfile.Run, engine: type[Life]) -> Worst:
    return Worst(
        node=row["node"],
        given=dict(zip(plan.keys, plan.node(row["node"]).values, strict=True)),
        life_days=row[LIFE],
        off_h=row[OFF],
        current_ua=row[CURRENT],
        why=Why(usual, _simulated(plan, row["node"], engine)),
    )


def _simulated(plan: Plan, number: int, engine: type[Life]) -> runfile.Run:
    node = plan.node(number)
    given = scenario.load(plan.scenario, node.changes)
    return runfile.of(run.run(given, index=node.index, engine=engine))
