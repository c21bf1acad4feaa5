"""What is finished of a plan, on disk: chunks as they come, one Parquet file when all are there.

Chunks lie in FILE.part, each under the numbers of its nodes. A chunk is written beside its place
and moved there when it is whole, so that a kill at any instant loses what was not finished and
nothing else; only what is missing is simulated, so that no node comes twice. FILE.part says of
which plan it is, is one command's at a time, and is removed when FILE is whole.
"""

import fcntl
import hashlib
import json
import os
import shutil
import weakref
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from host_sim.errors import BadInput
from host_sim.files import inputs, outputs
from host_sim.lab.fleet import table
from host_sim.lab.fleet.plan import Plan
from host_sim.spec import scenario
from torpor import __version__

PLAN = "plan.json"
GROUP_ROWS = 1 << 16  # of the file: what of it is in memory at once
COMPRESSION = "zstd"
Range = tuple[int, int]  # of nodes, the last not included


class Kept:
    """The chunks of a plan that are finished."""

    def __init__(self, path: Path, plan: Plan) -> None:
        """Go on where a run of the same plan was ended; BadInput where another's chunks lie."""
        self.path, self.plan = path, plan
        self.folder = path.with_name(f"{path.name}.part")
        self.told = json.dumps({"plan": digest(plan)})
        place = self.folder / PLAN
        if self.folder.exists() and not (place.is_file() and inputs.text(place) == self.told):
            remedy = "remove that folder, or name another file"
            raise BadInput("is of another sweep or version", where=self.folder, remedy=remedy)
        self.held = self.folder.exists()
        if self.held:
            self._hold()

    def missing(self) -> list[Range]:
        """The nodes that are not finished, from the first of each gap to its last, not included."""
        ends = [0, *(end for chunk, _ in self._chunks() for end in chunk), self.plan.count]
        gaps = zip(ends[::2], ends[1::2], strict=True)
        return [(first, last) for first, last in gaps if first < last]

    def add(self, first: int, last: int, data: bytes) -> None:
        """A chunk is finished."""
        name = f"{first:010}-{last:010}.jsonl"
        if self.held:
            outputs.write({self.folder / name: data})
            return
        if self.folder.exists():
            raise self._taken()
        outputs.folder(self.folder, {PLAN: self.told.encode(), name: data})
        self._hold()
        self.held = True

    def _hold(self) -> None:
        """Have no other command add to the folder: its chunks would overlap, or go with the folder.

        The lock goes with this object, or its process, however that ends.
        """
        plan = inputs.descriptor(self.folder / PLAN)
        weakref.finalize(self, os.close, plan)
        try:
            fcntl.flock(plan, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise self._taken() from None

    def _taken(self) -> BadInput:
        remedy = "wait for its end, or name another file"
        return BadInput("another command adds to it", where=self.folder, remedy=remedy)

    def tables(self) -> Iterator[pa.Table]:
        """All chunks in the order of their nodes."""
        for _, place in self._chunks():
            with inputs.opened(place) as file:
                data = file.read()
            yield table.of(self.plan, data)

    def finish(self) -> None:
        """Put the file together, and remove the chunks."""
        with outputs.beside(self.path) as part:
            schema = table.schema(self.plan)
            with pq.ParquetWriter(part, schema, compression=COMPRESSION) as file:
                held: list[pa.Table] = []
                for one in self.tables():
                    held.append(one)
                    if sum(some.num_rows for some in held) >= GROUP_ROWS:
                        file.write_table(_together(held))
                        held = []
                if held:
                    file.write_table(_together(held))
        shutil.rmtree(self.folder)

    def _chunks(self) -> list[tuple[Range, Path]]:
        """Those that are whole, and where they lie, in the order of their nodes."""
        found = sorted(self.folder.glob("[0-9]*-[0-9]*.jsonl"))
        ends = (place.stem.split("-") for place in found)
        return [
            ((int(first), int(last)), at) for (first, last), at in zip(ends, found, strict=True)
        ]


def _together(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def digest(plan: Plan) -> str:
    """What a plan's results depend on: what it says, its files' contents, and the version."""
    sums = [inputs.sha256(path) for path in sorted(_read(plan))]
    told = json.dumps([__version__, repr(plan), sums])
    return hashlib.sha256(told.encode()).hexdigest()


def _read(plan: Plan) -> set[Path]:
    """The files that its nodes read: the scenario's, and every board's that one may have."""
    read, first = scenario.Read(plan.scenario), plan.node(0).changes
    boards = (board for key, values in plan.axes if key == "board" for board in values)
    some = [first, *((*first, f"board={board}") for board in boards)]
    return {path for changes in some for path in scenario.inputs(read.changed(changes))}
