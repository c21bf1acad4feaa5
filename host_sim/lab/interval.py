"""How far off a scenario's figures may be: its life on boards drawn from what is known of one.

Each draw is a board, a cell and a link (draw.py), run through the same world with the same chances.
Draws are a Latin hypercube (McKay, Beckman and Conover, 1979): of each quantity the middle of each
of equally likely slices, in orders that do not correlate (Iman and Conover, 1982). What a quantity
adds to the interval is its share of the variance of the logarithm of the figure, by a line; what
the shares leave of 1 is not on a line, or of several at once.
"""

from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np

from host_sim.engine import native
from host_sim.engine.plain import Life
from host_sim.hardware.uncertain import SHARE, Quantity
from host_sim.lab import draw
from host_sim.lab.budget import Bounds, verdict
from host_sim.progress import Progress, silent
from host_sim.sim import build, run
from host_sim.sim.result import Result
from host_sim.spec import figures
from host_sim.spec.scenario import Scenario
from host_sim.trace.recording import Floats

DRAWS, FEW_DRAWS = 200, 60  # compiled, and on CPython, which takes a hundred times as long
STREAM = 11  # of the scenario's seed, for the draws


@dataclass(frozen=True)
class Interval:
    """Each figure's bounds, and what widens those of `of`: each quantity with its share of 1.

    A figure that a draw did not have, as the charge of a message where none arrived, has no bounds.
    """

    draws: int
    of: str
    bounds: dict[str, Bounds | None]
    shares: list[tuple[Quantity, float]]

    @property
    def rest(self) -> float:
        """What no quantity explains alone and by a line."""
        return 1 - sum(share for _, share in self.shares)

    def budgets(self, result: Result) -> list[dict[str, Any]]:
        """The result's budgets, each with the interval of its figure and how sure it is."""
        return [self._judged(budget) for budget in result.budgets()]

    def _judged(self, budget: dict[str, Any]) -> dict[str, Any]:
        between = self.bounds[budget["name"]]
        judged = verdict(budget["value"], budget["ok"], budget["limit"], known=between)
        return {**budget, "interval": between, "verdict": judged}

    def as_json(self) -> dict[str, Any]:
        """Stable keys, units in their names."""
        return {
            "share": SHARE,
            "draws": self.draws,
            "figures": self.bounds,
            "of": self.of,
            "widened_by": [
                {
                    "name": one.name,
                    "share": share,
                    "error": one.spread,
                    "unit": one.unit,
                    "tag": one.tag,
                    "source": one.source,
                    "measure": one.measure,
                }
                for one, share in self.shares
            ],
        }


def of(
    scenario: Scenario,
    *,
    device: dict[str, Any] | None = None,
    engine: type[Life] = Life,
    progress: Progress = silent,
    draws: int | None = None,
) -> Interval:
    """The interval of a scenario, by default of its node as configured, by draws of its seed."""
    if draws is None:
        draws = DRAWS if engine is native.Life else FEW_DRAWS
    some = draw.quantities(scenario)
    z = latin(draws, len(some), scenario.file.seed)
    told = lives(scenario, [draw.drawn(scenario, some, row) for row in z], device, engine, progress)
    ends = scenario.file.node.battery and not scenario.file.world.harvest
    name = "battery_life_days" if ends else "average_current_ua"
    by_share = zip(some, shares(z, told[name]), strict=True)
    return Interval(
        draws,
        name,
        {figure: bounds(values) for figure, values in told.items()},
        sorted(by_share, key=lambda one: -one[1]),
    )


def lives(
    scenario: Scenario,
    others: list[Scenario],
    device: dict[str, Any] | None,
    engine: type[Life],
    progress: Progress,
) -> dict[str, list[float | None]]:
    """Every figure of each of the others in the scenario's world, and the tasks' with a budget."""
    device = device or scenario.device()
    world = build.parts(scenario, arrays=engine.arrays)
    of_tasks = [one for one in scenario.file.budget if one.task]
    told = []
    for i, other in enumerate(others):
        result = _lived(other, engine(build.again(world, other), device))
        told.append(
            figures.of(result)
            | {figures.label(b.name, b.task): result.figure(b.name, b.task) for b in of_tasks}
        )
        progress((i + 1) / len(others))
    return {name: [one[name] for one in told] for name in told[0]}


def _lived(scenario: Scenario, life: Life) -> Result:
    life.live(build.end_us(scenario))
    result = run.outcome(scenario, life.parts, life.r, life.now_us)
    return replace(result, alive=life.alive)


def latin(draws: int, quantities: int, seed: int) -> Floats:
    """Standard normal numbers, a row a draw: a Latin hypercube with columns that do not correlate.

    There must be more draws than quantities.
    """
    random = np.random.default_rng([seed, STREAM])
    inverse = NormalDist().inv_cdf
    one = np.array([inverse((i + 0.5) / draws) for i in range(draws)])
    z: Floats = np.array([random.permutation(one) for _ in range(quantities)]).T
    for _ in range(2):  # what the ranks keep of a correlation the second time takes
        values, vectors = np.linalg.eigh(np.cov(z.T))
        straight = z @ (vectors / np.sqrt(values)) @ vectors.T
        z = one[straight.argsort(axis=0).argsort(axis=0)]
    return z


def bounds(values: list[float | None]) -> Bounds | None:
    """Between which SHARE of the values lie, as many below as above."""
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    low, high = np.quantile(known, [0.5 - SHARE / 2, 0.5 + SHARE / 2]).tolist()
    return low, high


def shares(z: Floats, values: list[float | None]) -> list[float]:
    """How much of the variance of the values' logarithm each column explains: R² of each.

    As the columns do not correlate, the shares add up to what all of them explain by a line.
    """
    log = np.log(np.array(values, dtype=np.float64))
    if np.ptp(log) == 0:
        return [0.0] * z.shape[1]
    standard = (log - log.mean()) / log.std()
    slopes = z.T @ standard / len(z) / z.std(axis=0)
    return [slope**2 for slope in slopes.tolist()]
