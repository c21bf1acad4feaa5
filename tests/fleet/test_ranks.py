"""Values by rank, piece by piece, are those of the whole column sorted."""

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.lab.fleet import ranks

FLOATS = st.floats(allow_nan=False, width=64)
COLUMNS = st.lists(st.one_of(st.none(), st.just(2.5), FLOATS), max_size=40)


@settings(max_examples=40)
@given(column=COLUMNS, rows=st.integers(1, 50))
def test_a_value_by_its_rank_is_that_of_the_sorted_column(
    column: list[float | None], rows: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "c.parquet"
        pq.write_table(pa.table({"x": pa.array(column, pa.float64())}), path, rows)
        values = sorted(one + 0.0 for one in column if one is not None)
        found = ranks.at(path, "x", range(len(values)))
        assert [value for value, _ in found] == values
        assert [before for _, before in found if before] == [
            i - values.index(value) for i, value in enumerate(values) if i > values.index(value)
        ]


@settings(max_examples=40)
@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=30))
def test_percentiles_are_those_of_numpy(column: list[float | None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "c.parquet"
        pq.write_table(pa.table({"x": pa.array(column, pa.float64())}), path)
        found = ranks.percentiles(path, "x", (0, 1, 50, 99, 100))
    values = [one for one in column if one is not None]
    if values:
        assert found == pytest.approx(np.percentile(values, (0, 1, 50, 99, 100)))
    else:
        assert found is None
