"""How scenarios stood: their figures seed by seed and their books, to compare with later.

The file is TOML, sorted, an entry a line, without a checksum: it is small enough for a repository,
shows in a review what moved, and two branches that moved different entries merge.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from host_sim.engine.ledger import Ledger
from host_sim.errors import BadInput
from host_sim.files import inputs, outputs
from host_sim.hardware import states
from host_sim.hardware.cell import CHARGE_SHIFT
from host_sim.sim import cube
from host_sim.sim.runfile import Run
from host_sim.spec import scenario
from host_sim.toml import file as tomlfile
from host_sim.toml.file import Strict

VERSION = 1
REMEDY = "write one by torpor check --update-baseline"
MOST_BYTES = 1 << 22  # a scenario has some 10 kB
HEAD = "# How scenarios stood: torpor check --update-baseline writes this.\n"

Count = Annotated[int, Meta(ge=0)]
Cells = dict[str, dict[str, dict[str, tuple[Count, Count, int]]]]


class Standing(Strict, frozen=True):
    """A scenario for several seeds: each figure seed by seed, and the books of all added up.

    `cells` has by task, decision and state µs, times, and charge beyond the price in 1,024 fC.
    """

    seeds: list[int]
    figures: dict[str, list[float]]
    keys: dict[str, Any]
    price_na: dict[str, int]
    tasks: list[str]
    cells: Cells

    @property
    def ledger(self) -> Ledger:
        """The books."""
        rows = (
            cube.Cell(task, decision, state, *row)
            for task, decisions in self.cells.items()
            for decision, by_state in decisions.items()
            for state, row in by_state.items()
        )
        return cube.ledger(rows, self.price_na, self.tasks)


class File(Strict, frozen=True):
    """A baseline: scenarios by name, their path as seen from the file."""

    torpor_baseline: int
    scenario: dict[str, Standing] = msgspec.field(default_factory=dict)


def of(runs: list[Run]) -> Standing:
    """Runs of one scenario that differ in seed. A figure that one did not have is left out.

    Prices are the first run's: a contact that opens at random has its resistor draw more or less.
    """
    first = runs[0]
    cells: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for run in runs:
        for *slot, us, times, extra in run.cells:
            total = cells[tuple(slot)]  # type: ignore[index]
            dearer_na = run.price_na[slot[-1]] - first.price_na[slot[-1]]
            more = extra + (us * dearer_na >> CHARGE_SHIFT)
            total[:] = (total[0] + us, total[1] + times, total[2] + more)
    nested: Any = {}
    for (task, decision, state), row in sorted(cells.items()):
        nested.setdefault(task, {}).setdefault(decision, {})[state] = tuple(row)
    values = {name: [run.figures.get(name) for run in runs] for name in sorted(first.figures)}
    return Standing(
        seeds=[run.seed for run in runs],
        figures={name: some for name, some in values.items() if None not in some},  # type: ignore[misc]
        keys={key: value for key, value in sorted(first.keys.items()) if key != "seed"},
        price_na=dict(first.price_na),
        tasks=list(first.tasks),
        cells=nested,
    )


def label(name: str, path: Path) -> str:
    """What a scenario is called in a file: a shipped one's name, or its path as seen from there."""
    if name in scenario.names():
        return name
    return Path(os.path.relpath(Path(name).resolve(), path.resolve().parent)).as_posix()


def load(path: Path) -> File:
    """Read a baseline; BadInput for another kind of file, and for one that is damaged."""
    text = inputs.text(path, MOST_BYTES, REMEDY)
    document = tomlfile.parse(text, path)
    version = document.get("torpor_baseline")
    if version != VERSION:
        what = "no baseline of torpor's" if version is None else f"a baseline of version {version}"
        raise BadInput(what, where=path, remedy=REMEDY)
    file = tomlfile.convert(document, text, path, File)
    for name, standing in file.scenario.items():
        _check(name, standing, path)
    return file


def save(standings: dict[str, Standing], path: Path) -> None:
    """Write a baseline; BadInput where that cannot be."""
    outputs.write({path: text(standings).encode()}, renewed=True)


def text(standings: dict[str, Standing]) -> str:
    """The file's text."""
    lines = [HEAD, f"torpor_baseline = {VERSION}\n"]
    for name in sorted(standings):
        document = msgspec.to_builtins(standings[name])
        table = tomlfile.dotted(("scenario", name))
        lines.append(
            f"\n[{table}]\nseeds = {document['seeds']}\ntasks = {_value(document['tasks'])}\n"
        )
        for part in ("figures", "keys", "price_na"):
            lines.append(f"\n[{table}.{part}]\n")
            lines += _entries((((key,), value) for key, value in document[part].items()))
        lines.append(f"\n[{table}.cells]\n")
        lines += _entries(
            ((task, decision, state), row)
            for task, decisions in document["cells"].items()
            for decision, by_state in decisions.items()
            for state, row in by_state.items()
        )
    return "".join(lines)


def _entries(rows: Iterable[tuple[tuple[str, ...], Any]]) -> list[str]:
    return [f"{tomlfile.dotted(key)} = {_value(value)}\n" for key, value in sorted(rows)]


def _value(value: Any) -> str:
    """A scalar or a list of them, as TOML and JSON alike write it."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False).replace("\x7f", "\\u007f")


def _check(name: str, standing: Standing, path: Path) -> None:
    """What a schema cannot say."""
    lengths = {len(values) for values in standing.figures.values()}
    try:
        if lengths - {len(standing.seeds)} or not standing.seeds:
            raise ValueError("figures and seeds of different length")
        if set(standing.price_na) != set(states.NAMES):
            raise ValueError("price_na")
        assert standing.ledger is not None
    except (ValueError, KeyError) as error:
        what, key = f"is damaged ({error})", tomlfile.dotted(("scenario", name))
        remedy = "write it anew by --update-baseline"
        raise BadInput(what, where=path, key=key, remedy=remedy) from None
