"""A fleet's file: one scenario, a number of nodes, and what each of them draws for itself."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from host_sim.errors import BadInput
from host_sim.files import inputs
from host_sim.lab.fleet.plan import MOST_NODES, Node
from host_sim.spec import scenario
from host_sim.toml import file as tomlfile
from host_sim.toml.file import Strict
from host_sim.world import pathloss

Number = Annotated[float, Meta(ge=-1e9, le=1e9)]
WEAKEST_DBM, STRONGEST_DBM = -100.0, -20.0  # that a scenario may have as its mean


class Draw(Strict, frozen=True):
    """How a key is drawn: by one of normal, uniform and choice."""

    normal: tuple[Number, Annotated[float, Meta(ge=0, le=1e9)]] | None = None
    """Mean and standard deviation."""
    uniform: tuple[Number, Number] | None = None
    """The least and the most."""
    choice: Annotated[tuple[str | bool | int | float, ...], Meta(min_length=1)] | None = None
    """One of these."""
    weights: tuple[Annotated[float, Meta(ge=0)], ...] | None = None
    """How likely each of the choices is, in any unit; by default all are alike."""
    between: tuple[Number, Number] | None = None
    """What is drawn beyond these is taken to be the nearer of them."""
    whole: bool = False
    """Rounded to a whole number."""

    def fault(self) -> str:
        """What is wrong with it, if anything."""
        kinds = [self.normal, self.uniform, self.choice]
        if sum(kind is not None for kind in kinds) != 1:
            return "is drawn by none or several of normal, uniform and choice"
        for pair, name in ((self.uniform, "uniform"), (self.between, "between")):
            if pair and pair[0] > pair[1]:
                return f"{name} ends below its beginning"
        if self.choice and (self.between or self.whole):
            return "a choice is neither bounded nor rounded"
        if self.weights and (not self.choice or len(self.weights) != len(self.choice)):
            return "has not as many weights as choices"
        if self.weights and not sum(self.weights):
            return "has no weight above 0"
        return ""

    def ends(self) -> tuple[str, ...]:
        """The least and the most that are drawn, or all choices; of what has no end, nothing."""
        if self.choice:
            return tuple(map(_text, self.choice))
        return tuple(map(self._bounded, self.uniform or ()))

    def of(self, random: np.random.Generator) -> str:
        """A value, as --set takes it."""
        if self.choice:
            p = None
            if self.weights:
                p = np.array(self.weights) / sum(self.weights)
            return _text(self.choice[int(random.choice(len(self.choice), p=p))])
        if self.normal:
            value = float(random.normal(*self.normal))
        else:
            assert self.uniform
            value = float(random.uniform(*self.uniform))
        return self._bounded(value)

    def _bounded(self, value: float) -> str:
        if self.between:
            value = min(max(value, self.between[0]), self.between[1])
        return str(round(value)) if self.whole else f"{value:.6g}"


def _text(value: str | float) -> str:
    """As --set takes it: a truth as TOML has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class Distance(Strict, frozen=True):
    """How far from its access point a node is: its mean RSSI follows by the log-distance model."""

    m: Draw
    """Metres."""
    exponent: Annotated[float, Meta(ge=1, le=6)] = 3.0
    """Of the path loss: 2 in the open, 4 and more through walls and floors."""
    walls_db: Annotated[float, Meta(ge=0, le=30)] = 0.0
    """Standard deviation of what stands between, from node to node."""


class FleetFile(Strict, frozen=True):
    """The file."""

    title: str
    """The report's first line."""
    scenario: Annotated[str, Meta(min_length=1)]
    """A shipped scenario's name, or the path of one as seen from this file."""
    count: Annotated[int, Meta(ge=1, le=MOST_NODES)]
    """How many nodes."""
    seed: Annotated[int, Meta(ge=0, lt=2**31)] = 1
    """Of what is drawn, and of the world that all share."""
    days: Annotated[float, Meta(gt=0, le=36_500)] | None = None
    """Instead of the scenario's."""
    distance: Distance | None = None
    """How far each is from its access point."""
    draw: dict[str, Draw] = msgspec.field(default_factory=dict)
    """By key of the scenario, dotted: what each node draws."""


@dataclass(frozen=True)
class Fleet:
    """A checked fleet: weather and sun are those of all, link and chances each node's own."""

    scenario: str
    file: FleetFile
    changes: tuple[str, ...]
    ap_dbm: float
    """What the access point transmits at."""

    @property
    def keys(self) -> tuple[str, ...]:
        """What differs between the nodes."""
        distance = ("distance_m",) if self.file.distance else ()
        return (*distance, *self.file.draw)

    @property
    def count(self) -> int:
        """How many nodes."""
        return self.file.count

    def node(self, number: int) -> Node:
        """A node by its number."""
        random = np.random.default_rng([self.file.seed, number])
        values, changes = [], list(self.changes)
        if self.file.distance:
            metres = self.file.distance.m.of(random)
            values.append(metres)
            dbm = self.ap_dbm - _loss_db(self.file.distance, float(metres), random)
            dbm = min(max(dbm, WEAKEST_DBM), STRONGEST_DBM)
            changes.append(f"world.wifi.mean_dbm={dbm:.2f}")
        for key, draw in self.file.draw.items():
            values.append(draw.of(random))
            changes.append(f"{key}={values[-1]}")
        return Node(number, tuple(values), tuple(changes))


def _loss_db(distance: Distance, metres: float, random: np.random.Generator) -> float:
    own_db = distance.walls_db * float(random.standard_normal())
    return pathloss.loss_db(distance.exponent, metres) + own_db


def load(path: Path, changes: tuple[str, ...] = ()) -> Fleet:
    """Read a fleet's file, try each draw's ends and its first node; BadInput for what cannot be."""
    text = inputs.text(path)
    file = tomlfile.decode(text, path, FleetFile)
    some = [(("draw", key), draw) for key, draw in file.draw.items()]
    if file.distance:
        some.append((("distance", "m"), file.distance.m))
    for key, draw in some:
        if fault := draw.fault():
            raise tomlfile.located(fault, text, path, key, "see docs/fleet.md")
    name = file.scenario if file.scenario in scenario.names() else str(path.parent / file.scenario)
    all_have = [f"seed={file.seed}"]
    if file.days is not None:
        all_have.append(f"days={file.days}")
    all_have += changes
    ap_dbm = scenario.load(name, tuple(all_have)).file.world.wifi.ap_dbm
    fleet = Fleet(name, file, tuple(all_have), ap_dbm)
    first = fleet.node(0).changes
    for drawn, draw in file.draw.items():
        for value in draw.ends():
            try:
                scenario.load(name, (*first, f"{drawn}={value}"))
            except BadInput as error:
                raise tomlfile.located(str(error), text, path, ("draw", drawn), "") from None
    scenario.load(name, first)
    return fleet
