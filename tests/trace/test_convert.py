"""What is written reads back, here and by others' means."""

import json
import struct
import zipfile
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from host_sim.trace import reader, writer
from host_sim.trace.recording import Gap, Recording
from tools import cli

CHANNELS = tuple(f"D{i}" for i in range(8))


@st.composite
def recordings(draw: st.DrawFn) -> Recording:
    length = draw(st.integers(2, 200))
    ua = draw(arrays.arrays(np.float32, length, elements=st.floats(-1e6, 1e6, width=32)))
    bits = draw(arrays.arrays(np.uint8, length))
    rate_hz = draw(st.sampled_from([1_000, 100_000]))
    gaps = tuple(
        Gap(at / rate_hz, draw(st.integers(1, 10_000)) / rate_hz)
        for at in sorted(draw(st.sets(st.integers(1, length - 1), max_size=3)))
    )
    return Recording("test", rate_hz, ua, gaps, CHANNELS, bits)


@pytest.mark.parametrize("suffix", writer.WRITERS)
@given(recording=recordings())
def test_what_is_written_reads_back(
    suffix: str, recording: Recording, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assume(suffix != ".csv" or len(recording.current_ua) > 20)  # of few, the interval is not known
    path = tmp_path_factory.mktemp("out") / f"x{suffix}"
    lost = writer.write(path, recording)
    back = reader.read(path)
    assert list(path.parent.iterdir()) == [path]
    assert back.rate_hz == recording.rate_hz
    assert back.channels == CHANNELS
    np.testing.assert_allclose(back.current_ua, recording.current_ua, rtol=2e-7, atol=5.1e-4)
    np.testing.assert_array_equal(back.digital, recording.digital)
    gaps = [(gap.start_s, gap.length_s) for gap in recording.gaps]
    if suffix == ".ppk2":
        assert bool(lost) == bool(gaps)
        assert back.gaps == ()
    else:
        assert lost == []
        assert [(gap.start_s, gap.length_s) for gap in back.gaps] == [
            pytest.approx(gap, rel=1e-4, abs=1e-6) for gap in gaps
        ]


def test_a_ppk2_file_is_laid_out_as_the_power_profiler_does(tmp_path: Path) -> None:
    """Read by hand, from the public description: three members, six bytes a sample."""
    ua = np.array([1.5, 250_000.0, 0.0], np.float32)
    bits = np.array([0b00000000, 0b11111111, 0b00000101], np.uint8)
    writer.write(tmp_path / "x.ppk2", Recording("x", 100_000, ua, (), CHANNELS, bits))
    with zipfile.ZipFile(tmp_path / "x.ppk2") as archive:
        assert set(archive.namelist()) == {"session.raw", "metadata.json", "minimap.raw"}
        frames = list(struct.iter_unpack("<fH", archive.read("session.raw")))
        metadata = json.loads(archive.read("metadata.json"))
        minimap = json.loads(archive.read("minimap.raw"))
    assert frames == [
        (1.5, 0b0101010101010101),
        (250_000.0, 0b1010101010101010),
        (0.0, 0b0101010101100110),
    ]
    assert metadata["formatVersion"] == 2
    assert metadata["metadata"]["samplesPerSecond"] == 100_000
    assert minimap["data"]["length"] == 3
    assert [point["y"] for point in minimap["data"]["max"]] == [1500.0, 250e6, 200.0]
    assert [point["x"] for point in minimap["data"]["min"]] == [0.0, 10.0, 20.0]


def test_the_overview_of_a_long_recording_keeps_its_extremes(tmp_path: Path) -> None:
    ua = np.full(1_000_000, 1000.0, np.float32)
    ua[123_456], ua[654_321] = 1.0, 5e5
    writer.write(tmp_path / "x.ppk2", Recording("x", 100_000, ua))
    with zipfile.ZipFile(tmp_path / "x.ppk2") as archive:
        minimap = json.loads(archive.read("minimap.raw"))
    data, size = minimap["data"], minimap["numberOfTimesToFold"]
    assert size == 128
    assert data["length"] == len(data["min"]) == len(data["max"]) == -(-1_000_000 // size)
    assert min(point["y"] for point in data["min"]) == 1000.0
    assert data["max"][654_321 // size]["y"] == 5e8


def table(path: Path, **columns: object) -> Path:
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    return path


def test_a_foreign_parquet_is_read_by_its_names(tmp_path: Path) -> None:
    path = table(tmp_path / "x.parquet", time_ms=[0, 1, 2, 9], current_mA=[1.0, 2.0, 3.0, 4.0])
    recording = reader.read(path)
    assert recording.rate_hz == 1000
    assert recording.current_ua.tolist() == [1000, 2000, 3000, 4000]
    (gap,) = recording.gaps
    assert (gap.start_s, gap.length_s) == pytest.approx((0.003, 0.006))


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"time_s": [0.0, 1.0], "current": [1.0, 2.0]}, "no time and current with units among"),
        ({"time_s": [0.0, 1.0], "current_mA": [1.0, None]}, "is no current"),
        ({"time_s": [0.0, 0.0], "current_mA": [1.0, 2.0]}, "time does not rise"),
        ({"time_s": [0.0], "current_mA": [1.0]}, "no two samples"),
        ({"time_s": ["a", "b"], "current_mA": [1.0, 2.0]}, "damaged"),
    ],
)
def test_a_parquet_in_doubt_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], columns: dict[str, object], says: str
) -> None:
    path = table(tmp_path / "x.parquet", **columns)
    assert cli.run(["trace", "info", str(path)]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1


def test_convert_says_what_is_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "x.csv"
    source.write_text("Timestamp(ms),Current(uA)\n0,1\n1,1\n2,1\n12,1\n13,1\n")
    out = tmp_path / "x.ppk2"
    assert cli.run(["trace", "convert", str(source), str(out)]) == 0
    assert "no place for 1 gaps" in capsys.readouterr().err
    assert len(reader.read(out).current_ua) == 5


@pytest.mark.parametrize(
    ("source", "out", "says"),
    [
        ("x.csv", "x.csv", "is the recording itself"),
        ("x.csv", "y.wav", "no format ends in .wav"),
        ("none.csv", "y.jls", "no such file"),
        ("x.csv", "none/y.jls", "its folder does not exist"),
        ("bad.csv", "y.parquet", "time does not rise"),
    ],
)
def test_a_conversion_in_vain_writes_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    source: str,
    out: str,
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.csv").write_text("Timestamp(ms),Current(uA)\n0,1\n1,1\n2,1\n")
    Path("bad.csv").write_text("Timestamp(ms),Current(uA)\n0,1\n1,1\n1,1\n")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert cli.run(["trace", "convert", source, out]) == 2
    assert says in capsys.readouterr().err
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
