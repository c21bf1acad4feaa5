"""Scenarios: found by name or path, read, checked, with their board.

A scenario's `node` and `budget` may each be the name of a file that has it: the node.toml that is
flashed, and budgets that several scenarios keep.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from host_sim.errors import BadInput
from host_sim.files import inputs as files
from host_sim.hardware import board as boards
from host_sim.hardware.cell import AS_ITS_KIND, Off
from host_sim.spec import drivers, faults, monitor
from host_sim.spec.changes import blamed, changed
from host_sim.spec.configure import device_config
from host_sim.spec.drivers import Sensor
from host_sim.spec.nodefile import Name, Node
from host_sim.spec.scenariofile import BoardName, Budget, Contact, ScenarioFile, Table
from host_sim.spec.wiring import Pins, Wiring
from host_sim.toml import file as tomlfile
from host_sim.toml.file import Strict

SCENARIOS = Path(__file__).parents[1] / "scenarios"


@dataclass(frozen=True)
class Scenario:
    """A checked scenario with its board; its cell is its chemistry's, but where one is drawn.

    `own` are the files of the tables that stand in one of their own, and `wiring` is what such a
    node's says of drivers and pins.
    """

    name: str
    path: Path
    file: ScenarioFile
    board: boards.Board
    cell: Off = AS_ITS_KIND
    own: dict[str, Path] = field(default_factory=dict)
    wiring: Wiring = field(default_factory=Wiring)

    def place(self, table: str) -> Path:
        """The file that a table stands in."""
        return self.own.get(table, self.path)

    def device(self, index: int = 0) -> dict[str, Any]:
        """config.json of its node, or of the index-th with a seed of its own."""
        return device_config(self.file.node, self.board, self.file.seed + index)


class Text(NamedTuple):
    """A file's text, and where it lies."""

    text: str
    path: Path


class NodeOwn(Strict, frozen=True):
    """What a scenario takes of a node.toml."""

    board: BoardName
    node: Node
    sensor: dict[Name, Sensor] = msgspec.field(default_factory=dict)
    pins: Pins = Pins()


class BudgetOwn(Strict, frozen=True):
    """What a file of budgets has."""

    budget: tuple[Budget, ...]


TABLES: dict[str, type[Strict]] = {"node": NodeOwn, "budget": BudgetOwn}


def names() -> list[str]:
    """The scenarios that ship."""
    return sorted(path.stem for path in SCENARIOS.glob("*.toml"))


def find(name: str) -> Path:
    """The file of a shipped scenario by name, or the path itself."""
    if name in names():
        return SCENARIOS / f"{name}.toml"
    path = Path(name)
    if path.suffix != ".toml":
        raise BadInput(
            f"no scenario named {name}", remedy=f"one of {', '.join(names())}, or a .toml file"
        )
    return path


class Read:
    """A scenario's file, read once, for many changes; each board that they name is read once."""

    def __init__(self, name: str) -> None:
        """Read it; BadInput."""
        self.path = find(name)
        self.texts = {"": Text(files.text(self.path), self.path)}
        text = self.texts[""].text
        document = tomlfile.parse(text, self.path)
        self.wiring = _gather(document, self.texts)
        self.file = tomlfile.convert(document, text, self.path, ScenarioFile)
        self.boards: dict[tuple[Any, ...], boards.Board] = {}

    def changed(self, changes: tuple[str, ...] = ()) -> Scenario:
        """It with each change, key=value with a dotted key and a TOML value, checked.

        A board that a change names is a path as seen from here, not from the scenario's file.
        """
        file = changed(self.file, changes)
        typed = any(change.partition("=")[0].strip() == "board" for change in changes)
        board = self._board(file.board, typed, file.node)
        for what, key, remedy in faults.of(file, board):
            if file is self.file or (what, key, remedy) in faults.of(self.file, board):
                raise tomlfile.located(what, *self._text(key[0]), key, remedy)
            where = f"--set {blamed(changes, key)}".strip()
            raise BadInput(what, where=where, key=tomlfile.dotted(key), remedy=remedy)
        if not typed:  # the wiring is of the board that the node's file names
            for what, key, remedy in monitor.faults(file.node, board, self.wiring.sensor):
                raise tomlfile.located(what, *self._text("node"), key, remedy)
        own = {table: there.path for table, there in self.texts.items() if table}
        return Scenario(self.path.stem, self.path, file, board, own=own, wiring=self.wiring)

    def _text(self, table: str) -> Text:
        """Of the file that a table stands in."""
        return self.texts.get(table, self.texts[""])

    def _board(self, name: str, typed: bool, node: Node) -> boards.Board:
        reads = any(task.ulp for task in node.task)
        known = name, typed, node.image, node.link, node.watch is None, reads
        if known not in self.boards:
            found = boards.load(name) if typed else boards.named_in(*self._text("node"), name)
            self.boards[known] = node.on(found)
        return self.boards[known]


def load(name: str, changes: tuple[str, ...] = ()) -> Scenario:
    """Read a scenario and change it, as Read has it."""
    return Read(name).changed(changes)


def _gather(document: dict[str, Any], texts: dict[str, Text]) -> Wiring:
    """Put each table that stands in a file of its own in its place, checked; and a node's board.

    Answers how such a node is wired.
    """
    text, path = texts[""]
    wiring = Wiring()
    if "broker" in document:
        remedy = 'write a scenario beside it: node = "node.toml", days, [world]'
        raise BadInput("is a node's file, and says nothing of a world", where=path, remedy=remedy)
    for table, struct in TABLES.items():
        if not isinstance(document.get(table), str):
            continue
        there = path.parent / document[table]
        texts[table] = Text(files.text(there), there)
        found = tomlfile.parse(texts[table].text, there)
        own = drivers.taken(found)
        some = {key: found[key] for key in struct.__struct_fields__ if key in found}
        read = tomlfile.convert(some, texts[table].text, there, struct)
        if isinstance(read, NodeOwn):
            wiring = Wiring(read.sensor, read.pins, own)
        if "board" in some and "board" in document:
            what = f"the board is that of {there.name}"
            raise tomlfile.located(what, text, path, ("board",), "leave it out")
        document |= {key: some[key] for key in some if key in ScenarioFile.__struct_fields__}
    return wiring


def inputs(given: Scenario) -> list[Path]:
    """The files that a run reads and an output must not replace."""
    world = given.file.world
    light = world.harvest.light if world.harvest else None
    sources = (*world.reads.values(), world.door, world.air, light)
    own = [one.csv for one in sources if isinstance(one, Table | Contact)]
    recorded = [given.path.parent / name for name in (world.wifi.recording, *own) if name]
    for one in given.file.replay:
        recorded += [given.path.parent / name for name in (*one.recordings, *one.unseen)]
    return [given.path, *given.own.values(), *given.board.files, *recorded]
