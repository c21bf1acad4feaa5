"""A fleet's file: one scenario, a number of nodes, and what each of them draws for itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from host_sim.errors import BadInput
from host_sim.files import inputs
from host_sim.lab.fleet import tried
from host_sim.lab.fleet.draw import Draw, word
from host_sim.lab.fleet.plan import MOST_NODES, Axis, Node
from host_sim.spec import scenario
from host_sim.spec.scenariofile import STRONGEST_DBM, WEAKEST_DBM
from host_sim.toml import file as tomlfile
from host_sim.toml.file import Strict
from host_sim.toml.line import Key
from host_sim.world import pathloss

LINK = "world.wifi.mean_dbm"  # what a distance gives


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
    """By key of the scenario, dotted: what each node draws; a board's path as seen from here."""


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
    def axes(self) -> tuple[Axis, ...]:
        """Each key that is drawn, with its choices or the ends of what it may get."""
        return tuple((key, draw.ends()) for key, draw in self.file.draw.items())

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
            changes.append(f"{LINK}={dbm:.2f}")
        for key, draw in self.file.draw.items():
            values.append(draw.of(random))
            changes.append(f"{key}={values[-1]}")
        return Node(number, tuple(values), tuple(changes))


def _loss_db(distance: Distance, metres: float, random: np.random.Generator) -> float:
    own_db = distance.walls_db * float(random.standard_normal())
    return pathloss.loss_db(distance.exponent, metres) + own_db


def load(path: Path, changes: tuple[str, ...] = ()) -> Fleet:
    """Read a fleet's file, and try what its nodes may draw; BadInput for what cannot be."""
    text = inputs.text(path)
    file = tomlfile.decode(text, path, FleetFile)
    for what, key, remedy in _faults(file, changes):
        raise tomlfile.located(what, text, path, key, remedy)
    file = _from_here(file, path.parent)
    name = file.scenario if file.scenario in scenario.names() else str(path.parent / file.scenario)
    all_have = [f"seed={file.seed}"]
    if file.days is not None:
        all_have.append(f"days={file.days}")
    all_have += changes
    try:
        read = scenario.Read(name)
    except BadInput as error:
        if Path(name).suffix != ".toml":
            remedy = f"one of {', '.join(scenario.names())}, or a .toml file"
            raise tomlfile.located("no such scenario", text, path, ("scenario",), remedy) from error
        raise
    fleet = Fleet(name, file, tuple(all_have), read.changed(tuple(all_have)).file.world.wifi.ap_dbm)
    if bad := tried.refused(read, fleet.changes, fleet.node(0).changes, fleet.axes):
        remedy = "" if file.draw[bad.key].choice else "between bounds a draw, whole rounds it"
        raise tomlfile.located(bad.why, text, path, ("draw", bad.key), remedy)
    return fleet


def _from_here(file: FleetFile, folder: Path) -> FleetFile:
    """Its boards by paths as --set takes them, where it names them as seen from its folder."""
    draw = file.draw.get("board")
    if not draw or not draw.choice:
        return file
    boards = (
        str(folder / one) if isinstance(one, str) and one.endswith(".toml") else one
        for one in draw.choice
    )
    drawn = msgspec.structs.replace(draw, choice=tuple(boards))
    return msgspec.structs.replace(file, draw=file.draw | {"board": drawn})


def _faults(file: FleetFile, changes: tuple[str, ...]) -> Iterator[tuple[str, Key, str]]:
    """What the schema cannot say: what, key, remedy."""
    set_for_all = [change.partition("=")[0].strip() for change in changes]
    some: list[tuple[Key, Draw]] = [(("draw", key), draw) for key, draw in file.draw.items()]
    if file.distance:
        some.append((("distance", "m"), file.distance.m))
    for key, draw in some:
        if fault := draw.fault():
            yield fault, key, "see docs/fleet.md"
    for name in set_for_all:
        if name in file.draw:
            yield "is drawn, and --set sets it for all", ("draw", name), "leave one of them out"
    if file.distance:
        yield from _distance_faults(file.distance)
        if LINK in (*file.draw, *set_for_all):
            yield f"gives {LINK}, which is set, too", ("distance",), "leave one of them out"


def _distance_faults(distance: Distance) -> Iterator[tuple[str, Key, str]]:
    """Distances that are none."""
    for end in distance.m.choice or map(float, distance.m.ends()):
        if isinstance(end, (bool, str)) or end < 0:
            what = f"no distance is {word(end)}"
            yield what, ("distance", "m"), "write metres; between bounds a draw"
