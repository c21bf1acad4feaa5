import codecs
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.errors import BadInput
from host_sim.trace import reader
from host_sim.trace.columns.clock import MOST_S, Clock
from host_sim.trace.formats import ppk2
from host_sim.trace.recording import Gap, Recording

DMM_HEAD = (
    "Style,Standard\nCount,5\nBase Time Seconds,1618328964\n"
    "Index,Reading,Unit,Range Digits,Date,Time,Fractional Seconds\n"
)


def dmm(seconds: list[float], amperes: list[float], unit: str = "Amp DC") -> bytes:
    rows = [
        f"{i},{ampere},{unit},1,04/13/2021,15:49:{24 + int(second)},.{round(second % 1 * 1e9):09d}"
        for i, (second, ampere) in enumerate(zip(seconds, amperes, strict=True), 1)
    ]
    return (DMM_HEAD + "\n".join(rows) + "\n").encode()


PPK2 = b"Timestamp(ms),Current(uA),D0-D7\n0,1.5,00000000\n0.01,2.5,10000000\n0.02,3.5,00000000\n"


def read(tmp_path: Path, data: bytes, name: str = "recording") -> Recording:
    path = tmp_path / name
    path.write_bytes(data)
    return reader.read(path)


def test_dmm_is_read_in_microamperes_by_row(tmp_path: Path) -> None:
    recording = read(tmp_path, dmm([0.0, 0.001, 0.002, 0.003], [0.001, 0.002, 0.003, 0.004]))
    assert recording.rate_hz == 1000
    assert recording.current_ua.tolist() == pytest.approx([1000, 2000, 3000, 4000])
    assert recording.charge_mc == pytest.approx(0.010)
    assert recording.gaps == ()


def test_a_jump_of_the_clock_is_a_gap_and_is_not_integrated(tmp_path: Path) -> None:
    seconds = [0.0, 0.001, 0.002, 7.394, 7.395]
    recording = read(tmp_path, dmm(seconds, [0.03] * 5))
    (gap,) = recording.gaps
    assert gap.start_s == pytest.approx(0.003, abs=1e-6)
    assert gap.length_s == pytest.approx(7.391, abs=1e-6)
    assert recording.charge_mc == pytest.approx(5 * 0.03)
    assert recording.duration_s == pytest.approx(0.005)


@pytest.mark.parametrize("jump", [1.4, 1.6])
def test_a_gap_begins_at_half_a_sample_more_than_one(tmp_path: Path, jump: float) -> None:
    seconds = [0.0, 0.001, 0.002, 0.003, 0.003 + jump / 1000, 0.004 + jump / 1000]
    recording = read(tmp_path, dmm(seconds, [0.03] * 6))
    assert len(recording.gaps) == (1 if jump > 1.5 else 0)


def test_ppk2_with_channels(tmp_path: Path) -> None:
    recording = read(tmp_path, PPK2)
    assert recording.format == "ppk2-csv"
    assert recording.rate_hz == 100_000
    assert recording.current_ua.tolist() == [1.5, 2.5, 3.5]
    assert recording.channels == ("D0", "D1", "D2", "D3", "D4", "D5", "D6", "D7")


@pytest.mark.parametrize("plain_bytes", [0, ppk2._PLAIN_BYTES])  # compiled, and by numpy
@pytest.mark.parametrize(
    ("names", "states"),
    [
        ("D0-D7", "1-X00001"),
        ("D0,D1,D2,D3,D4,D5,D6,D7", "1,-,X,0,0,0,0,1"),
        ("D0-D7,D0,D1,D2,D3,D4,D5,D6,D7", "1-X00001,1,-,X,0,0,0,0,1"),
    ],
)
def test_channels_as_the_power_profiler_exports_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: str, states: str, plain_bytes: int
) -> None:
    monkeypatch.setattr(ppk2, "_PLAIN_BYTES", plain_bytes)
    lines = "".join(f"{i},1.500,{states}\n" for i in range(4))
    digital = read(tmp_path, f"Timestamp(ms),Current(uA),{names}\n{lines}".encode()).digital
    assert digital is not None
    assert set(digital.tolist()) == {0b10000101}


def test_a_whole_row_may_lack_its_line_end(tmp_path: Path) -> None:
    assert read(tmp_path, PPK2[:-1]).current_ua.tolist() == [1.5, 2.5, 3.5]
    assert read(tmp_path, PPK2.replace(b"\n", b"\r\n")).current_ua.tolist() == [1.5, 2.5, 3.5]


def test_ppk2_gap(tmp_path: Path) -> None:
    data = b"Timestamp(ms),Current(uA)\n0,1\n1,1\n2,1\n12,1\n13,1\n"
    (gap,) = read(tmp_path, data).gaps
    assert (gap.start_s, gap.length_s) == pytest.approx((0.003, 0.009))


def test_the_rate_is_that_of_the_mean_interval(tmp_path: Path) -> None:
    rows = "".join(f"{i / 7.6923:.2f},1\n" for i in range(1000))  # 0.13 ms, when rounded
    recording = read(tmp_path, f"Timestamp(ms),Current(uA)\n{rows}".encode())
    assert recording.rate_hz == pytest.approx(7692.3, rel=1e-4)
    assert recording.gaps == ()


def test_a_missing_row_is_a_gap(tmp_path: Path) -> None:
    whole = dmm([i / 1000 for i in range(9)], [0.03] * 9).splitlines(keepends=True)
    del whole[4 + 5]  # four lines of head
    (gap,) = read(tmp_path, b"".join(whole)).gaps
    assert (gap.start_s, gap.length_s) == pytest.approx((0.005, 0.001))


def test_the_clock_may_pass_midnight(tmp_path: Path) -> None:
    data = dmm([0.0, 0.5, 0.0, 0.5], [1, 1, 1, 1]).splitlines(keepends=True)
    stamps = [b"04/30/2021,23:59:59", b"05/01/2021,00:00:00"]
    rows = [row.replace(b"04/13/2021,15:49:24", stamps[i // 2]) for i, row in enumerate(data[4:])]
    recording = read(tmp_path, b"".join([*data[:4], *rows]))
    assert recording.rate_hz == 2
    assert recording.gaps == ()


@given(st.lists(st.floats(0, 5e5), min_size=2, max_size=50), st.sampled_from([1000, 10_000]))
def test_what_is_written_reads_back(
    tmp_path_factory: pytest.TempPathFactory, ua: list[float], rate_hz: int
) -> None:
    path = tmp_path_factory.mktemp("ppk2") / "out.csv"
    ppk2.write(path, Recording("test", rate_hz, np.asarray(np.array(ua), np.float32)))
    recording = reader.read(path)
    assert recording.rate_hz == rate_hz
    assert recording.current_ua.tolist() == pytest.approx(ua, rel=1e-7, abs=0.0015)


@pytest.mark.parametrize(("pack", "name"), [(lzma.compress, "a.xz"), (gzip.compress, "b")])
def test_compressed_files_are_told_by_content(tmp_path: Path, pack: object, name: str) -> None:
    assert callable(pack)
    assert read(tmp_path, pack(PPK2), name).current_ua.tolist() == [1.5, 2.5, 3.5]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress, zstandard.compress])
def test_a_byte_order_mark_changes_nothing(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    """A spreadsheet writes one: the format is the same, and no channel is lost."""
    rows = dmm([0.0, 0.001], [0.03] * 2)
    for data in (PPK2, rows[rows.index(b"Index") :]):
        marked = read(tmp_path, pack(codecs.BOM_UTF8 + data))
        plain = read(tmp_path, data)
        assert (marked.format, marked.channels) == (plain.format, plain.channels)
        assert marked.current_ua.tolist() == plain.current_ua.tolist()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (bytes(range(256)), "no format that is known"),
        (b"time,volts\n1,2\n", "no format that is known"),
        (b"# recording: a.csv\nstate,start_s\n", "a digest, and no recording; give the recording"),
        (lzma.compress(PPK2)[:-20], "cut off or damaged"),
        (b"\x1f\x8b garbage", "cut off or damaged"),
        (PPK2[:-2], ":4: the last row is cut off"),
        (PPK2[:-9], ":4: the last row is cut off"),
        (b"Timestamp(ms),Current(uA)\n0,1.500\n1,2.5", ":3: the last row is cut off"),
        (b"Timestamp(ms),Current(uA)\n0,1.500\n1,250", ":3: the last row is cut off"),
        (PPK2[:-12], ":4: the last row is cut off"),
        (PPK2.replace(b"10000000", b"10002000"), ":3: no state of eight channels"),
        (PPK2.replace(b"10000000", b"1000000"), ":3: no state of eight channels"),
        (PPK2.replace(b"10000000", b"100000000"), ":3: no state of eight channels"),
        (PPK2[:-12] + b"\n", ":4: not a whole row"),
        (PPK2.replace(b",2.5,", b"\n2.5,"), ":3: not a whole row"),
        (PPK2.replace(b"\n0.02", b",0.02"), ":3: not a whole row"),
        (PPK2.replace(b"0.01", b"\n0.01"), "an empty row"),
        (PPK2.replace(b"2.5", b"nan"), ":3: no current"),
        (PPK2.replace(b"2.5", b"-inf"), ":3: no current"),
        (PPK2.replace(b"2.5", b"1e308"), ":3: no current"),
        (PPK2.replace(b"0.02,", b"inf,"), ":4: no time"),
        (PPK2.replace(b"2.5", b"2.5x"), ":3: not a whole row"),
        (PPK2.replace(b"Current(uA)", b"Current(mA)"), "the header is"),
        (PPK2.replace(b"0.02,", b"0.005,"), ":4: time does not rise"),
        (PPK2.replace(b"0.01,", b"0,"), ":3: time does not rise"),
        (b"Timestamp(ms),Current(uA)\n0,1\n1e-320,1\n", "less than a nanosecond"),
        (PPK2.replace(b"\n0,", b"\n-5,"), ":2: time is negative"),
        (PPK2.splitlines()[0], "no two samples"),
        (PPK2.splitlines()[0] + b"\n", "no two samples"),
        (dmm([0.0, 0.001], [1, 2], "Volt DC"), ":5: the unit is Volt DC"),
        (dmm([0.0, 0.001], [1, 2], "Amp AC"), ":5: the unit is Amp AC"),
        (dmm([0.0, 0.001], [1, 2], "Amp"), ":5: the unit is Amp"),
        (dmm([0.0, 0.001], [1, 2], ""), ":5: the unit is missing"),
        (dmm([0.0, 0.001, 0.002], [1, 2, 3])[:-2], ":7: the last row is cut off"),
        (dmm([0.0, 0.001, 0.002], [1, 2, 3])[:-30], ":7: the last row is cut off"),
        (dmm([0.0, 0.001, 0.002], [1, 2, 3])[:-30] + b"\n", ":7: not a whole row"),
        (dmm([0.0, 0.001, 0.001], [1, 2, 3]), ":7: time does not rise"),
        (dmm([0.0, 0.001], [1, 2]).replace(b"\n2,", b"\n1,"), ":6: the index does not rise"),
        (dmm([0.0, 0.001], [1, 2]).replace(b",.001", b",1.001"), ":6: no date and time"),
        (dmm([0.0, 0.001], [1, 2]).replace(b"04/13", b"13/13"), ":5: no date and time"),
        (dmm([0.0, 0.001], [1, 2]).replace(b"Time,Frac", b"Frac"), ":4: not the columns"),
        (dmm([0.0, 0.001], [float("nan"), 2]), ":5: no current"),
        (dmm([0.0], [1]), "no two samples"),
        (dmm([0.0, 0.001], [1, 2]).replace(b"15:49", "15é49".encode()), "not a text file"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_line(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(BadInput, match=r"^[^\n]*$") as error:
        read(tmp_path, data)
    assert says in str(error.value)
    assert str(tmp_path / "recording") in str(error.value)


def test_a_file_of_two_units_names_the_line(tmp_path: Path) -> None:
    data = dmm([0.0, 0.001], [1, 2]).replace(b"2,2,Amp DC", b"2,2,Volt DC")
    with pytest.raises(BadInput, match="recording:6: the unit is Volt DC"):
        read(tmp_path, data)


def check_read_or_refused(path: Path) -> None:
    said = ""
    finite = True
    try:
        finite = bool(np.isfinite(reader.read(path).current_ua).all())
    except BadInput as error:
        said = str(error)
    assert finite
    assert "\n" not in said


@settings(max_examples=300)
@given(st.binary(max_size=300), st.sampled_from([b"", PPK2[:26], DMM_HEAD.encode()]))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, head: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "x"
    path.write_bytes(head + data)
    check_read_or_refused(path)


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = data.draw(st.sampled_from([PPK2, dmm([0.0, 0.001, 0.002], [0.1, 0.2, 0.3])]))
    at = data.draw(st.integers(0, len(whole) - 1))
    length = data.draw(st.integers(0, 8))
    path = tmp_path_factory.mktemp("damaged") / "x"
    path.write_bytes(whole[:at] + data.draw(st.binary(max_size=8)) + whole[at + length :])
    check_read_or_refused(path)


def told_by(*chunks: list[float]) -> tuple[float, tuple[Gap, ...]] | None:
    """What a clock says of these times: its rate and gaps, or that they are none."""
    clock = Clock(Path("file"), 1)
    try:
        for at_s in chunks:
            clock.add(np.array(at_s))
        return clock.rate_hz(), clock.gaps()
    except BadInput:
        return None


@given(
    first_s=st.sampled_from([0.0, MOST_S - 0.02]),
    before=st.integers(5, 20),
    odd_s=st.sampled_from([0.001, 0.01, 0.0, -0.001, float("nan")]),
    after=st.integers(0, 10),
    cut=st.integers(-2, 2),
)
def test_how_a_recording_is_read_in_pieces_changes_none_of_its_times(
    first_s: float, before: int, odd_s: float, after: int, cut: int
) -> None:
    """A step that is odd, about the end of the first piece, and times too late to be any."""
    at_s = np.cumsum([first_s, *[0.001] * before, odd_s, *[0.001] * after]).tolist()
    at = before + 1 + cut
    assert told_by(at_s[:at], at_s[at:]) == told_by(at_s)
