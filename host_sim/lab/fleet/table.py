"""A plan's finished nodes as a table of Arrow's.

Arrow reads their lines itself: what it makes of Python's lists it asks pandas about first, which
takes as long to import as a dozen gardens take for a year.
"""

import pyarrow as pa
from pyarrow import json

from host_sim.lab.fleet.chunk import KEPT
from host_sim.lab.fleet.plan import Plan


def schema(plan: Plan) -> pa.Schema:
    """The columns: the node's number, what it was given as text, and figures."""
    return _schema(plan, pa.dictionary(pa.int32(), pa.string()))


def of(plan: Plan, data: bytes) -> pa.Table:
    """What chunk.simulate() gave."""
    lines = json.ParseOptions(explicit_schema=_schema(plan, pa.string()))
    found = json.read_json(pa.BufferReader(data), parse_options=lines)
    for at, key in enumerate(plan.keys, start=1):
        found = found.set_column(at, key, found[key].dictionary_encode())
    return found


def _schema(plan: Plan, given: pa.DataType) -> pa.Schema:
    keys = [(key, given) for key in plan.keys]
    return pa.schema([("node", pa.int32()), *keys, *((name, pa.float64()) for name in KEPT)])
