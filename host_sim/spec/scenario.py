"""Scenarios: found by name or path, read, checked, with their board."""

from dataclasses import dataclass
from pathlib import Path

from host_sim.errors import BadInput
from host_sim.files import inputs as files
from host_sim.hardware import board as boards
from host_sim.hardware.cell import AS_ITS_KIND, Off
from host_sim.spec import faults
from host_sim.spec.changes import blamed, changed
from host_sim.spec.scenariofile import Contact, ScenarioFile, Table
from host_sim.toml import file as tomlfile

SCENARIOS = Path(__file__).parents[1] / "scenarios"


@dataclass(frozen=True)
class Scenario:
    """A checked scenario with its board; its cell is its chemistry's, but where one is drawn."""

    name: str
    path: Path
    file: ScenarioFile
    board: boards.Board
    cell: Off = AS_ITS_KIND


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


def load(name: str, changes: tuple[str, ...] = ()) -> Scenario:
    """Read a scenario; each change is key=value with a dotted key and a TOML value.

    A board that a change names is a path as seen from here, not from the scenario's file.
    """
    path = find(name)
    text = files.text(path)
    read = tomlfile.decode(text, path, ScenarioFile)
    file = changed(read, changes)
    typed = any(change.partition("=")[0].strip() == "board" for change in changes)
    board = boards.load(file.board) if typed else boards.named_in(path, text, file.board)
    board = board.starting(file.node.image)
    for what, key, remedy in faults.of(file, board):
        if file is read or (what, key, remedy) in faults.of(read, board):
            raise tomlfile.located(what, text, path, key, remedy)
        where = f"--set {blamed(changes, key)}".strip()
        raise BadInput(what, where=where, key=tomlfile.dotted(key), remedy=remedy)
    return Scenario(path.stem, path, file, board)


def inputs(given: Scenario) -> list[Path]:
    """The files that a run reads and an output must not replace."""
    world = given.file.world
    sources = (*world.reads.values(), world.door, world.air)
    own = [one.csv for one in sources if isinstance(one, Table | Contact)]
    recorded = [given.path.parent / name for name in (world.wifi.recording, *own) if name]
    for one in given.file.replay:
        recorded += [given.path.parent / name for name in (*one.recordings, *one.unseen)]
    return [given.path, *given.board.files, *recorded]
