"""A run as a file: what was run, and its books, exact to the femtocoulomb.

JSON, sorted, an entry a line, so that two files of runs compare line by line. `torpor_run` is the
version of the format and `checksum` the SHA-256 of all the rest: what was changed by hand or cut
off is told from what a run gave.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from host_sim.engine.ledger import Ledger
from host_sim.errors import BadInput
from host_sim.files import inputs, outputs
from host_sim.hardware import board as boards
from host_sim.hardware import states
from host_sim.sim import cube
from host_sim.sim.result import Result
from host_sim.spec import changes, figures, scenario
from host_sim.spec.scenario import Scenario
from host_sim.spec.scenariofile import ScenarioFile
from host_sim.spec.wiring import Wiring
from torpor import __version__

VERSION = 1
MOST_BYTES = 1 << 20  # a full cube has less than half of it
UNTOLD = ("title", "budget", "baseline")  # keys that say nothing of the run
BOARD = tuple(
    f"board.{table}" for table in ("brown_out_mv", "phases.", "radio.", "states.", "supply.")
)
UNPRICED = ("tag", "source", "sd_na", "quantiles_na", "ci95_na")
REMEDY = "name a file that torpor sim --save wrote"

Count = Annotated[int, Meta(ge=0)]


class Run(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file's keys.

    scenario is its name, and identity the SHA-256 of all that it said, --set included, wherever it
    lay; inputs are its files' names and SHA-256. keys has what it said by dotted keys, and below
    `board` the board's numbers. price_na has the current of each state, cells the ledger's cube:
    task, decision, state, µs, times, and charge beyond the price in 1,024 fC. To run it again:
    given is the scenario's file, wiring what its node's said of drivers and pins, and lies its
    place as seen from this one, or a shipped one's name.
    """

    torpor_run: int
    torpor: str
    checksum: str
    scenario: str
    identity: str
    baseline: bool
    board: str
    seed: int
    days: float
    engine: str
    complete: bool
    alive: bool
    battery_life: str | None
    inputs: list[tuple[str, str]]
    price_na: dict[str, int]
    tasks: list[str]
    cells: list[tuple[str, str, str, Count, Count, int]]
    counters: dict[str, Count]
    figures: dict[str, float | None]
    keys: dict[str, Any] = {}
    lies: str = ""
    given: dict[str, Any] = {}
    wiring: dict[str, Any] = {}

    @property
    def ledger(self) -> Ledger:
        """The books, with the views that the run had."""
        rows = (cube.Cell(*row) for row in self.cells)
        return cube.ledger(rows, self.price_na, self.tasks)


def save(result: Result, path: Path, *, baseline: bool = False) -> None:
    """Write a run; BadInput where that cannot be."""
    lies = _lies(result.scenario, path)
    outputs.write({path: _text(_document(result, baseline, lies)).encode()})


def of(result: Result) -> Run:
    """A run as load() has it, without a file."""
    return msgspec.convert(_document(result, False), Run)


def made(data: bytes) -> bool:
    """Whether what a file begins or ends with is a run's."""
    return b'\n"torpor_run": ' in data


def load(path: Path) -> Run:
    """Read a whole run; BadInput for a file of another kind or version, and for a damaged one."""
    text = inputs.text(path, MOST_BYTES, REMEDY)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput("no JSON, or cut off", where=path, remedy=REMEDY) from None
    version = document.get("torpor_run") if isinstance(document, dict) else None
    if version is None:
        raise BadInput("no run of torpor's", where=path, remedy=REMEDY)
    if version != VERSION:
        what = f"a run of version {version}, and this torpor reads {VERSION}"
        raise BadInput(what, where=path, key="torpor_run", remedy="run it again with --save")
    try:
        if document.pop("checksum", None) != _checksum(document):
            raise ValueError("its checksum is another")
        run = msgspec.convert({**document, "checksum": ""}, Run)
        assert run.ledger is not None
    except (ValueError, KeyError, RecursionError) as error:
        what = f"is damaged ({error})"
        raise BadInput(what, where=path, remedy="run it again with --save") from None
    if not run.complete:  # part of a run compares with nothing
        raise BadInput("an interrupted run", where=path, remedy="run it again with --save")
    return msgspec.structs.replace(run, checksum=_checksum(document))


def again(run: Run, path: Path) -> Scenario:
    """The scenario that a run in this file was of; BadInput for an older one, which lacks it."""
    if not run.given:
        raise BadInput("does not hold its scenario", where=path, remedy="save it anew")
    where = scenario.find(run.lies) if run.lies in scenario.names() else path.parent / run.lies
    file = msgspec.convert(run.given, ScenarioFile)
    name = str(where.parent / file.board) if file.board.endswith(".toml") else file.board
    board = file.node.on(boards.load(name))
    wiring = msgspec.convert(run.wiring, Wiring)
    return Scenario(run.scenario, where, file, board, wiring=wiring)


def _document(result: Result, baseline: bool, lies: str = "") -> dict[str, Any]:
    given, lived = result.scenario, result.life
    document = {
        "torpor_run": VERSION,
        "torpor": __version__,
        "scenario": given.name,
        "identity": _sha256(msgspec.json.encode(given.file, order="sorted")),
        "baseline": baseline,
        "board": given.board.file.name,
        "seed": given.file.seed,
        "days": given.file.days,
        "engine": result.engine,
        "complete": result.complete,
        "alive": result.alive,
        "battery_life": lived.how if lived else None,
        "inputs": sorted(_inputs(given)),
        "price_na": dict(zip(states.NAMES, result.ledger.current_na, strict=True)),
        "tasks": result.ledger.task_names,
        "cells": sorted(cube.cells(result.ledger)),
        "counters": result.counters,
        "figures": figures.of(result)
        | figures.of_tasks(result, (*result.ledger.task_names, "node")),
        "keys": _keys(given),
        "lies": lies,
        "given": msgspec.to_builtins(given.file),
        "wiring": msgspec.to_builtins(given.wiring),
    }
    return {**document, "checksum": _checksum(document)}


def _lies(given: Scenario, path: Path) -> str:
    """A shipped scenario's name, or another's place as seen from a file."""
    if given.name in scenario.names() and given.path == scenario.find(given.name):
        return given.name
    return Path(os.path.relpath(given.path.resolve(), path.resolve().parent)).as_posix()


def _keys(given: Scenario) -> dict[str, Any]:
    """What a run depends on, key by key, but for the files that it reads."""
    said, board = changes.keys(given.file), changes.keys({"board": given.board.file})
    of_node = {key: said[key] for key in said if key.partition(".")[0] not in UNTOLD}
    of_board = {key: board[key] for key in board if key.startswith(BOARD)}
    return of_node | {
        key: of_board[key] for key in of_board if key.rpartition(".")[2] not in UNPRICED
    }


def _inputs(given: Scenario) -> Iterator[tuple[str, str]]:
    """Name and digest of each file that was read; the name as seen from the scenario's folder."""
    folder = given.path.parent.resolve()
    for path in scenario.inputs(given):
        full = path.resolve()
        below = full.is_relative_to(folder)
        name = full.relative_to(folder) if below else Path(full.parent.name, full.name)
        yield name.as_posix(), inputs.sha256(path)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _checksum(document: dict[str, Any]) -> str:
    """Of what a file says, however it is laid out."""
    return _sha256(json.dumps(document, sort_keys=True, allow_nan=False).encode())


def _text(document: dict[str, Any]) -> str:
    """Sorted, an entry a line."""
    lines = (f"{json.dumps(key)}: {_entries(key, document[key])}" for key in sorted(document))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _entries(key: str, value: Any) -> str:
    """A list or a table, an entry a line; all else on one."""
    if key in ("given", "wiring"):
        return json.dumps(value, indent=1, sort_keys=True)
    if not isinstance(value, list | dict) or not value:
        return json.dumps(value)
    if isinstance(value, list):
        return "[\n" + ",\n".join(f" {json.dumps(entry)}" for entry in value) + "\n]"
    rows = (f" {json.dumps(key)}: {json.dumps(value[key])}" for key in sorted(value))
    return "{\n" + ",\n".join(rows) + "\n}"
