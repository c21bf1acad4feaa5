"""A plan's columns as a table of Arrow's, and that as bytes of its IPC format: kept on disk."""

import pyarrow as pa

from host_sim.lab.fleet.chunk import KEPT, Columns
from host_sim.lab.fleet.plan import Plan


def schema(plan: Plan) -> pa.Schema:
    """The columns: the node's number, what it was given as text, and figures."""
    given = [(key, pa.dictionary(pa.int32(), pa.string())) for key in plan.keys]
    return pa.schema([("node", pa.int32()), *given, *((name, pa.float64()) for name in KEPT)])


def of(plan: Plan, columns: Columns) -> pa.Table:
    """What chunk.simulate() gave."""
    return pa.Table.from_pydict(columns, schema(plan))


def packed(table: pa.Table) -> bytes:
    """As bytes."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return bytes(sink.getvalue())


def unpacked(data: bytes) -> pa.Table:
    """From these bytes."""
    return pa.ipc.open_stream(data).read_all()
