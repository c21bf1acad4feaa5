"""What is written reads back, here and by others' means."""

import json
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from host_sim.errors import BadInput
from host_sim.trace import reader, writer
from host_sim.trace.formats import ppk2
from host_sim.trace.recording import Gap, Recording
from tests.refused import refused
from torpor_tools import cli

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
    assert lost == []
    assert [(gap.start_s, gap.length_s) for gap in back.gaps] == [
        pytest.approx(gap, rel=1e-4, abs=1e-6) for gap in gaps
    ]


@pytest.mark.parametrize("suffix", writer.WRITERS)
def test_progress_is_told_from_0_to_1(tmp_path: Path, suffix: str) -> None:
    written: list[float] = []
    read: list[float] = []
    samples = np.arange(2_500_000, dtype=np.float32)
    writer.write(tmp_path / f"x{suffix}", Recording("x", 100_000, samples), written.append)
    reader.read(tmp_path / f"x{suffix}", progress=read.append)
    for told in (written, read[-3:]):
        assert told == sorted(told)
        assert 0 <= told[0] <= told[-1] <= 1
        assert told[-1] > 0.6


def test_times_of_days_at_full_rate_keep_their_digits(tmp_path: Path) -> None:
    """Ten days at 100 kS/s have eleven digits."""
    gap = (Gap(1e-5, 864_000.0),)
    ppk2.write(tmp_path / "x.csv", Recording("x", 100_000, np.ones(99, np.float32), gap))
    assert reader.read(tmp_path / "x.csv").rate_hz == 100_000


def test_a_ppk2_file_is_laid_out_as_the_power_profiler_does(tmp_path: Path) -> None:
    """Read by hand, as its globals.ts writes: a DataView is big-endian where nobody says other."""
    ua = np.array([1.5, 250_000.0, 0.0], np.float32)
    bits = np.array([0b00000000, 0b11111111, 0b00000101], np.uint8)
    gap = (Gap(2e-5, 1e-5),)
    writer.write(tmp_path / "x.ppk2", Recording("x", 100_000, ua, gap, CHANNELS, bits))
    with zipfile.ZipFile(tmp_path / "x.ppk2") as archive:
        assert set(archive.namelist()) == {"session.raw", "metadata.json", "minimap.raw"}
        session = archive.read("session.raw")
        metadata = json.loads(archive.read("metadata.json"))
        minimap = json.loads(archive.read("minimap.raw"))
    frames = [struct.unpack("<f", session[i : i + 4]) for i in range(0, len(session), 6)]
    pairs = [struct.unpack(">H", session[i + 4 : i + 6]) for i in range(0, len(session), 6)]
    np.testing.assert_array_equal(frames, [(1.5,), (250_000.0,), (np.nan,), (0.0,)])
    assert pairs == [(0b0101010101010101,), (0b1010101010101010,), (0,), (0b0101010101100110,)]
    assert metadata["formatVersion"] == 2
    assert metadata["metadata"]["samplesPerSecond"] == 100_000
    assert minimap["data"]["length"] == 4
    nothing = sys.float_info.max  # the viewer draws nothing where the least is over the greatest
    assert [point["y"] for point in minimap["data"]["max"]] == [1500.0, 250e6, -nothing, 200.0]
    assert [point["y"] for point in minimap["data"]["min"]] == [1500.0, 250e6, nothing, 200.0]
    assert [point["x"] for point in minimap["data"]["min"]] == [0.0, 10.0, 20.0, 30.0]


ABOUT = '{"metadata":{"samplesPerSecond":10},"formatVersion":2}'


def saved(path: Path, frames: bytes, about: str = ABOUT) -> None:
    """A file as the Power Profiler saves it."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("session.raw", frames)
        archive.writestr("minimap.raw", "{}")
        archive.writestr("metadata.json", about)


def test_a_channel_high_for_a_part_of_a_ppk2_sample_is_high(tmp_path: Path) -> None:
    frames = b"".join(
        struct.pack("<f", 1.0) + struct.pack(">H", pairs) for pairs in (3, 1, 2 << 14)
    )
    saved(tmp_path / "x.ppk2", frames)
    assert reader.read(tmp_path / "x.ppk2").digital.tolist() == [1, 0, 128]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("frames", "about", "says"),
    [
        (bytes(18), '{"metadata":{"samplesPerSecond":10},"formatVersion":3}', "another version"),
        (bytes(18), '{"metadata":{"samplesPerSecond":10}}', "another version"),
        (bytes(18), "[2]", "another version"),
        (bytes(18), '{"metadata":{"samplesPerSecond":0},"formatVersion":2}', "damaged"),
        (bytes(17), ABOUT, "damaged"),
        (b"", ABOUT, "no two samples"),
    ],
)
def test_a_ppk2_file_in_doubt_is_refused(
    frames: bytes, about: str, says: str, tmp_path: Path
) -> None:
    saved(tmp_path / "x.ppk2", frames, about)
    with pytest.raises(BadInput, match=says):
        reader.read(tmp_path / "x.ppk2")


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


def test_a_foreign_parquet_with_times_of_arrival_is_refused(tmp_path: Path) -> None:
    """Each 1.3 ms, in whole ms: a third of the intervals would be taken for gaps."""
    at_ms = np.floor(np.arange(300) * 1.3)
    path = table(tmp_path / "x.parquet", time_ms=at_ms, current_mA=np.ones(300))
    with pytest.raises(BadInput, match="89 of 300 rows come after a gap: not an even rate"):
        reader.read(path)


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
    assert says in refused(["trace", "info", str(path)], tmp_path, capsys)


def test_the_supply_may_be_told(tmp_path: Path) -> None:
    source, out = tmp_path / "x.csv", tmp_path / "x.parquet"
    source.write_text("Timestamp(ms),Current(uA)\n0,1000\n1,1000\n2,1000\n")
    assert cli.run(["trace", "convert", str(source), str(out), "--volts", "3"]) == 0
    for recording in (reader.read(source, volts=3), reader.read(out)):
        assert recording.energy_mj == pytest.approx(0.009)
    assert reader.read(source).energy_mj is None


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (["--volts", "0"], "0 is not from 0.1 to 1,000 V"),
        (["--volts", "-3.3"], "-3.3 is not from 0.1"),
        (["--volts", "nan"], "nan is not from 0.1"),
        (["--volts", "1e300"], "1e300 is not from 0.1"),
        (["--unit", "furlong"], "'furlong' is not one of"),
        (["--unit", "A"], "PPK2 CSV says its unit itself; leave --unit out"),
        (["--channel", "I"], "PPK2 CSV says its channel itself; leave --channel out"),
    ],
)
def test_what_is_told_wrongly_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: list[str], says: str
) -> None:
    source = tmp_path / "x.csv"
    source.write_text("Timestamp(ms),Current(uA)\n0,1000\n1,1000\n")
    assert says in refused(["trace", "info", str(source), *option], tmp_path, capsys)


def test_convert_says_what_is_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "x.csv"
    source.write_text("ms,mV,uA\n" + "".join(f"{i},3300,1\n" for i in range(40)))
    out = tmp_path / "x.ppk2"
    assert cli.run(["trace", "convert", str(source), str(out)]) == 0
    assert "no place for the voltage" in capsys.readouterr().err
    assert len(reader.read(out).current_ua) == 40


def test_a_gap_too_long_for_a_format_is_refused_by_the_files_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "x.csv"
    source.write_text("Timestamp(ms),Current(uA)\n0,1\n0.01,1\n0.02,1\n1e9,1\n")
    for out in (tmp_path / "x.ppk2", tmp_path / "x.jls"):
        said = refused(["trace", "convert", str(source), str(out)], tmp_path, capsys)
        assert f"{out}: the gaps are too long" in said


@pytest.mark.parametrize(
    ("source", "out", "says"),
    [
        ("x.csv", "x.csv", "is an input of this command"),
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
    assert says in refused(["trace", "convert", source, out], tmp_path, capsys)
