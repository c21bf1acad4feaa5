"""Recordings in blocks: whole lines, rows compiled or not, statistics in bounded memory."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.errors import BadInput
from host_sim.trace import reader, writer
from host_sim.trace.columns import csvblocks, rows
from host_sim.trace.columns.source import Source
from host_sim.trace.draw import stats
from host_sim.trace.formats import ppk2, ppk2jit
from host_sim.trace.recording import Recording

LINES = st.lists(st.sampled_from(["1,2", "10.5,-3.25", "7,0.125"]), min_size=1, max_size=60)


@given(LINES, st.integers(16, 60), st.sampled_from(["", "\n", "\n\n \n"]))
def test_blocks_are_whole_lines(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], size: int, tail: str
) -> None:
    path = tmp_path_factory.mktemp("blocks") / "x.csv"
    lines = [lines[0]] * len(lines) if not tail else lines  # or the last one may seem cut
    path.write_text("head\n" + "\n".join(lines) + tail)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csvblocks, "BLOCK_BYTES", size)
        found = [(line, bytes(data)) for line, data in csvblocks.blocks(Source(path))]
    assert b"".join(data for _, data in found).split() == [line.encode() for line in lines]
    first = 2
    for line, data in found:
        assert line == first
        assert data.endswith(b"\n")
        first += data.count(b"\n")


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"head\n" + b"7" * (3 * csvblocks.BLOCK_BYTES))
    with pytest.raises(BadInput, match="a line without end"):
        list(csvblocks.blocks(Source(path)))


def test_every_block_is_parsed_in_turn(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    lines = [f"{i},{i % 7}" for i in range(600_000)]
    path.write_text("Timestamp(ms),Current(uA)\n" + "\n".join(lines) + "\n")
    assert path.stat().st_size > 4 * csvblocks.BLOCK_BYTES
    recording = reader.read(path)
    np.testing.assert_array_equal(recording.current_ua, np.arange(600_000) % 7)
    assert (recording.rate_hz, recording.gaps) == (1000, ())
    lines[150_000], lines[590_000] = "150000,x", "damaged too"
    path.write_text("Timestamp(ms),Current(uA)\n" + "\n".join(lines) + "\n")
    with pytest.raises(BadInput, match=":150002: not a whole row"):
        reader.read(path)


TIMES = st.one_of(
    st.decimals(0, 10**6, allow_nan=False, places=5).map("{:f}".format),
    st.integers(0, 10**14).map(str),
    st.sampled_from(["0.00000000000001", "5.", ".5"]),
)
CURRENTS = TIMES | TIMES.map("-{}".format)


@given(st.lists(st.tuples(TIMES, CURRENTS, st.text("01X-", min_size=8, max_size=8)), min_size=1))
def test_compiled_rows_are_numpys(table: list[tuple[str, str, str]]) -> None:
    data = "".join(",".join(row) + "\n" for row in table).encode()
    found = ppk2jit.parse(data, True)
    assert found is not None
    columns = [("at_ms", "f8"), ("current_ua", "f8"), ("digital", "S8")]
    expected = rows.table(data.decode().splitlines(), columns, Path("x"), 1)
    np.testing.assert_array_equal(found[0], expected["at_ms"])
    np.testing.assert_array_equal(found[1], expected["current_ua"].astype(np.float32))
    bits = [int("".join("01"[d in "1X"] for d in digits[::-1]), 2) for _, _, digits in table]
    assert found[2].tolist() == bits


@pytest.mark.parametrize(
    "row",
    ["-1,2", "1e3,2", "1,nan", "1 ,2", "1,2,3", "1", "", ",", "1,", "--1,2", "1.2.3,4", "1;2"],
)
def test_an_odd_row_is_left_to_numpy(row: str) -> None:
    assert ppk2jit.parse(f"0,1\n{row}\n2,3\n".encode(), False) is None


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_parsed_within_bounds(data: bytes, digital: bool) -> None:
    data += b"\n"
    found = ppk2jit.parse(data, digital)
    if found:
        assert len(found[0]) == data.count(b"\n")


def test_both_ways_read_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.csv"
    random = np.random.default_rng(1)
    ua = random.normal(1000, 400, 20_000).astype(np.float32)
    bits = random.integers(0, 256, 20_000).astype(np.uint8)
    ppk2.write(path, Recording("x", 100_000, ua, (), ppk2.CHANNELS, bits))
    plain = reader.read(path)
    monkeypatch.setattr(ppk2, "_PLAIN_BYTES", 0)
    compiled = reader.read(path)
    assert compiled.rate_hz == plain.rate_hz == 100_000
    np.testing.assert_array_equal(compiled.current_ua, plain.current_ua)
    assert plain.digital is not None
    assert compiled.digital is not None
    np.testing.assert_array_equal(compiled.digital, plain.digital)
    np.testing.assert_array_equal(plain.digital, bits)


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=300), st.integers(1, 50))
def test_what_is_told_in_parts_is_what_is_true(values: list[float], chunk: int) -> None:
    samples = np.array(values, np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stats, "CHUNK", 0)
        patch.setattr("host_sim.trace.spool.CHUNK", chunk)
        told = stats.facts(Recording("x", 10.0, samples))["current_ma"]
    assert told["min"] == samples.min() / 1000
    assert told["max"] == samples.max() / 1000
    assert told["mean"] == pytest.approx(samples.mean(dtype=np.float64) / 1000, rel=1e-6, abs=1e-9)
    for key, share in (("median", 0.5), ("p99", 0.99)):
        exact = float(np.percentile(samples, 100 * share, method="inverted_cdf")) / 1000
        assert told[key] == pytest.approx(exact, rel=1 / 4000, abs=1e-30)


MEASURE = """
import sys
from pathlib import Path
from host_sim.trace import reader
from host_sim.trace.draw import stats
facts = stats.facts(reader.read(Path(sys.argv[1])))
status = Path("/proc/self/status").read_text()
print(facts["samples"], status.partition("VmHWM:")[2].split()[0])
"""


def peak_kb(path: Path, samples: int) -> int:
    random = np.random.default_rng(1)
    ua = random.normal(1000, 100, samples).astype(np.float32)
    writer.write(path, Recording("x", 100_000, ua))
    command = [sys.executable, "-c", MEASURE, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    read, kb = map(int, done.stdout.split())
    assert read == samples
    return kb


@pytest.mark.slow  # it writes and reads 33 million samples
@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".ppk2"])
def test_a_large_file_is_read_in_bounded_memory(tmp_path: Path, suffix: str) -> None:
    """5 million samples more are 20 MB outside of memory, and half of that would be too much."""
    few, many = (peak_kb(tmp_path / f"{n}{suffix}", n * 1_000_000) for n in (3, 8))
    assert many - few < 10 << 10
