"""What a fleet or a sweep says: percentiles, and the nodes that live shortest, with why."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from host_sim.engine.plain import Life
from host_sim.lab.cause import Why
from host_sim.lab.fleet.chunk import KEPT
from host_sim.lab.fleet.plan import Plan
from host_sim.sim import run, runfile
from host_sim.spec import scenario

PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
WORST = 5
CURRENT, LIFE = "average_current_ua", "battery_life_days"


@dataclass(frozen=True)
class Spread:
    """A figure over all nodes: its percentiles, None where no node has it."""

    name: str
    percentiles: tuple[float, ...] | None


@dataclass(frozen=True)
class Worst:
    """A node that lives shortest, or draws most: its row, and why the middling one draws less."""

    node: int
    given: dict[str, str]
    life_days: float | None
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


def of(path: Path, plan: Plan, engine: type[Life], most_rows: int) -> Told:
    """From the file of a plan that is finished; two nodes more are simulated for each worst."""
    figures = pq.read_table(path, columns=["node", *KEPT])
    current = figures[CURRENT]
    by_current = pc.sort_indices(figures, [(CURRENT, "ascending"), ("node", "ascending")])
    middling = by_current[len(by_current) // 2].as_py()
    lives = figures[LIFE].null_count < len(figures)
    first = (LIFE, "ascending") if lives else (CURRENT, "descending")
    order = pc.sort_indices(figures, [first, ("node", "ascending")])
    worst = [order[i].as_py() for i in range(min(WORST, len(order)))]
    worst = [at for at in worst if current[at].as_py() > current[middling].as_py()]
    usual = _simulated(plan, middling, engine)
    return Told(
        count=len(figures),
        spreads=[_spread(name, figures[name]) for name in KEPT],
        middling=middling,
        worst=[_worst(plan, at, figures, usual, engine) for at in worst],
        rows=pq.read_table(path).to_pylist() if len(figures) <= most_rows else [],
    )


def _spread(name: str, column: pa.ChunkedArray) -> Spread:
    values = column.drop_null().to_numpy()
    found = tuple(float(one) for one in np.percentile(values, PERCENTILES)) if len(values) else None
    return Spread(name, found)


def _worst(plan: Plan, at: int, figures: pa.Table, usual: runfile.Run, engine: type[Life]) -> Worst:
    return Worst(
        node=at,
        given=dict(zip(plan.keys, plan.node(at).values, strict=True)),
        life_days=figures[LIFE][at].as_py(),
        current_ua=figures[CURRENT][at].as_py(),
        why=Why(usual, _simulated(plan, at, engine)),
    )


def _simulated(plan: Plan, number: int, engine: type[Life]) -> runfile.Run:
    node = plan.node(number)
    given = scenario.load(plan.scenario, node.changes)
    return runfile.of(run.run(given, index=node.index, engine=engine))
