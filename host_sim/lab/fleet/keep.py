"""What is finished of a plan, on disk: chunks as they come, one Parquet file when all are there.

Chunks lie in FILE.part, each under the number of its first node. A chunk is written beside its
place and moved there when it is whole, so that a kill at any instant loses what was not finished
and nothing else, and no node comes twice: its place is its number. FILE.part says of which plan it
is, and is removed when FILE is whole.
"""

import hashlib
import json
import shutil
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


class Kept:
    """The chunks of a plan that are finished."""

    def __init__(self, path: Path, plan: Plan, size: int) -> None:
        """Go on where a run of the same plan was ended, in chunks of its size.

        BadInput where another's lie.
        """
        self.path, self.plan, self.size = path, plan, size
        self.folder = path.with_name(f"{path.name}.part")
        told = json.dumps({"plan": digest(plan), "size": size})
        place = self.folder / PLAN
        if self.folder.exists():
            before = json.loads(inputs.text(place)) if place.is_file() else {}
            if before.get("plan") != digest(plan):
                remedy = "remove that folder, or name another file"
                raise BadInput("is of another sweep or version", where=self.folder, remedy=remedy)
            self.size = before["size"]
        else:
            self.folder.mkdir()
            try:
                outputs.write({place: told.encode()})
            except BadInput:
                self.folder.rmdir()
                raise

    def missing(self) -> list[int]:
        """The first nodes of the chunks that are not finished."""
        firsts = range(0, self.plan.count, self.size)
        return [first for first in firsts if not self._place(first).exists()]

    def add(self, first: int, data: bytes) -> None:
        """A chunk is finished."""
        outputs.write({self._place(first): data})

    def tables(self) -> Iterator[pa.Table]:
        """All chunks in the order of their nodes."""
        for first in range(0, self.plan.count, self.size):
            with inputs.opened(self._place(first)) as file:
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

    def _place(self, first: int) -> Path:
        return self.folder / f"{first:010}.jsonl"


def _together(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def digest(plan: Plan) -> str:
    """What a plan's results depend on: what it says, its files' contents, and the version."""
    first = plan.node(0)
    sources = scenario.inputs(scenario.load(plan.scenario, first.changes))
    sums = [inputs.sha256(path) for path in sources]
    told = json.dumps([__version__, repr(plan), sums])
    return hashlib.sha256(told.encode()).hexdigest()
