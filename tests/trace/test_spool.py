import mmap

import numpy as np
import pytest

from host_sim.trace import spool


@pytest.mark.parametrize("in_memory_bytes", [1 << 20, 4 * 1000 - 1, 8])
def test_what_was_appended_comes_back(
    monkeypatch: pytest.MonkeyPatch, in_memory_bytes: int
) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY_BYTES", in_memory_bytes)
    column = spool.Spool(np.float32)
    given = np.arange(1000)
    for part in np.split(given, [1, 10, 10, 500]):
        column.append(part)
    array = column.array()
    assert array.dtype == np.float32
    np.testing.assert_array_equal(array, given)
    parts = list(spool.chunks(array, 300))
    assert [len(part) for part in parts] == [300, 300, 300, 100]
    np.testing.assert_array_equal(np.concatenate(parts), given)


def test_pages_are_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slice of a mapped column is walked page for page too."""
    monkeypatch.setattr(spool, "IN_MEMORY_BYTES", 8)
    column = spool.Spool(np.float32)
    column.append(np.arange(4 << 20))
    array = column.array()
    owner = array.base.obj if isinstance(array.base, memoryview) else array.base
    assert isinstance(owner, mmap.mmap)

    def resident_kb() -> int:
        with open("/proc/self/smaps_rollup", encoding="ascii") as file:
            return int(next(line for line in file if line.startswith("Rss")).split()[1])

    before_kb = resident_kb()
    total = sum(float(part.sum(dtype=np.float64)) for part in spool.chunks(array[1:], 1 << 16))
    assert total == (4 << 20) * ((4 << 20) - 1) / 2
    assert resident_kb() - before_kb < 8 << 10  # of 16 MiB
