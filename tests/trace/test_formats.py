"""The readers on genuine files, on made ones, and on damaged ones."""

import gzip
import json
import lzma
import re
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.errors import BadInput
from host_sim.trace import reader
from host_sim.trace.columns.units import said
from host_sim.trace.formats import jls
from host_sim.trace.recording import Gap, Recording
from tests.trace import fuzz, seeds, strict
from tests.trace.seeds import MADE_A, Seed
from tools import cli

MADE = list(seeds.made())
PLAIN = [seed for seed in MADE if not seed.name.endswith((".xz", ".gz", ".zst"))]
JLS = "formats/joulescope-jls-v2"
RLD = "formats/rocketlogger-rld"
ENTS = "esp32/esp32c3-ents"
KADOSHIMA = "esp32/esp32-ble-kadoshima"


def read(path: Path, data: bytes, **by_user: str | float) -> Recording:
    path.write_bytes(data)
    return reader.read(path, **by_user)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "recording"


# Genuine files.


@pytest.mark.parametrize(
    ("name", "channel", "samples", "charge_mc", "peak_ua"),
    [  # by the rocketlogger package 2.1.3: sum of the merged channel over its get_time()
        (f"{ENTS}/0bytes_13bytesoverhead.rld", None, 41_200, 3220.9348780056507, 385_861.905),
        (f"{ENTS}/50bytes_13bytesoverhead.rld", None, 190_700, 18593.103509907716, 389_542.102),
        (f"{ENTS}/data2.rld", "I1", 53_600, 3791.962863988468, 386_594.867),
        (f"{ENTS}/data2.rld", "I2", 53_600, -0.018960855653375998, -0.3436),
        (f"{RLD}/test_high_current.rld", "I1", 35_000, -0.6625136377395199, 1081.84661),
        (f"{RLD}/test_high_current.rld", "I2", 35_000, -28.771454384467585, 50_562.084),
        (f"{RLD}/test_analog_only.rld", "I1", 5_000, -1.77088966656e-05, 0.00157),  # version 2
    ],
)
def test_rocketlogger_as_its_own_package_reads(
    recordings: Path,
    name: str,
    channel: str | None,
    samples: int,
    charge_mc: float,
    peak_ua: float,
) -> None:
    recording = reader.read(recordings / name, channel=channel)
    assert len(recording.current_ua) == samples
    assert recording.rate_hz == pytest.approx(996.4923469)
    assert recording.charge_mc == pytest.approx(charge_mc, rel=1e-6)
    assert recording.current_ua.max() == pytest.approx(peak_ua, rel=1e-6)
    assert recording.gaps == ()


def test_rocketlogger_has_a_voltage_and_inputs(recordings: Path) -> None:
    recording = reader.read(recordings / ENTS / "0bytes_13bytesoverhead.rld")
    assert recording.channels == ("DI1", "DI2", "DI3", "DI4", "DI5", "DI6")
    assert recording.digital is not None
    assert (recording.digital >> 2 & 1).sum() == 15_152  # DI3
    assert recording.digital.max() == 4
    assert recording.voltage_v is not None
    volt_s = float(recording.voltage_v.sum(dtype=np.float64)) / recording.rate_hz
    assert volt_s == pytest.approx(115.52002473057892, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "samples", "amperes", "joules"),
    [  # the file's own means of current and of power, in its summary, not its samples
        ("ssr_cap_charging_20241127_110416.jls", 415, 0.3507130043581128, 0.35097347386181355),
        ("ssr_cap_charging_20241127_111011.jls", 4280, 4.219329352490604, 7.5602292362600565),
        ("ssr_cap_charging_20241127_114737.jls", 1952, 1.5443570129573345, 3.7529809745028615),
        ("ssr_cap_charging_20241127_120853.jls", 1122, 0.008976204320788383, 0.01647271867841482),
    ],
)
def test_joulescope(
    recordings: Path, name: str, samples: int, amperes: float, joules: float
) -> None:
    import pyjls

    recording = reader.read(recordings / JLS / name)
    assert (recording.rate_hz, len(recording.current_ua)) == (2.0, samples)
    assert recording.charge_mc == pytest.approx(amperes * 500, rel=1e-6)
    assert recording.energy_mj == pytest.approx(joules * 500, rel=0.02)  # power at the full rate
    with pyjls.Reader(str(recordings / JLS / name)) as file:
        ((mean, *_),) = file.fsr_statistics(1, 0, samples, 1)
    assert recording.charge_mc == pytest.approx(mean * samples * 500, rel=1e-5)


def test_joulescope_inputs_are_read_where_they_cover_the_current(recordings: Path) -> None:
    names = ["ssr_cap_charging_20241127_110416.jls", "ssr_cap_charging_20241127_111011.jls"]
    first, second = (reader.read(recordings / JLS / name) for name in names)
    assert first.channels == ("gpi[0]", "gpi[1]")
    assert first.digital is not None
    assert first.digital.any() == False  # noqa: E712  an array's own truth
    assert second.channels == ()  # they end seven samples early


@pytest.mark.parametrize("name", ["anno1.anno.jls", "em-foundation_file.jls"])
def test_annotations_alone_are_refused(recordings: Path, name: str) -> None:
    with pytest.raises(BadInput, match="no samples, only annotations or nothing; give the rec"):
        reader.read(recordings / JLS / name)


def test_the_logger_of_kadoshima_sums_its_own_energy(recordings: Path) -> None:
    files = sorted((recordings / KADOSHIMA).glob("*/*trial_00*_*.csv"))
    assert len(files) == 9
    for file in files:
        recording = reader.read(file)
        summed_mj = float(re.findall(r"E_total_mJ=([\d.]+)", file.read_text("utf-8"))[0])
        assert recording.energy_mj == pytest.approx(summed_mj, rel=3e-4), file
        assert recording.clipped_samples == 0
        assert recording.rate_hz == pytest.approx(100, abs=0.05)


@pytest.mark.parametrize(
    ("name", "clipped", "gaps", "marked"),
    [("100B_WiFi", 9, 0, 104), ("1B_BLE_ADV", 11, 3, 111), ("512B_BLE_CONN", 12, 2, 121)],
)
def test_an_ina219_that_clips_says_how_often(
    recordings: Path, name: str, clipped: int, gaps: int, marked: int
) -> None:
    file = recordings / f"esp32/esp32c5-xifi/{name}.csv"
    recording = reader.read(file)
    text = file.read_text("ascii")
    assert recording.clipped_samples == clipped == len(re.findall(r",400\.00,[\d.]+,", text))
    assert len(recording.gaps) == gaps
    assert recording.channels == ("marker",)
    assert recording.digital is not None
    assert recording.digital.sum() == len(re.findall(r",1$", text, re.MULTILINE))
    assert recording.charge_mc == pytest.approx(strict.logger(file.read_bytes()), rel=1e-5)


def test_otii_csv_needs_its_unit(recordings: Path) -> None:
    file = recordings / "formats/otii-arc-csv/current.csv"
    with pytest.raises(BadInput, match=r"does not say its unit; give --unit"):
        reader.read(file)
    recording = reader.read(file, unit="A")
    assert (recording.rate_hz, len(recording.current_ua)) == (4000.0, 57_400)
    assert recording.charge_mc == pytest.approx(strict.otii(file.read_bytes(), "A"), rel=1e-6)
    assert recording.charge_mc == pytest.approx(40.9633, abs=1e-4)


def test_power_needs_the_supply(recordings: Path) -> None:
    file = recordings / "esp32/esp32-devkit-polimi/sensor_read.csv"
    with pytest.raises(BadInput, match="give --volts"):
        reader.read(file, unit="mW")
    recording = reader.read(file, unit="mW", volts=3.3)
    assert recording.rate_hz == pytest.approx(20.01)
    assert recording.charge_mc == pytest.approx(strict.dated(file.read_bytes(), 3.3), rel=1e-4)
    assert recording.current_ua[0] == pytest.approx(467.11 / 3.3 * 1000)


@pytest.mark.parametrize(
    ("name", "channel", "rate_hz", "samples", "inputs"),
    [
        ("channel-access-write.sr", "CH1", 500e3, 6383, 0),
        ("disable-test-mode.sr", "CH1", 500e3, 46_996, 0),
        ("100khz_clock_2logic_1analog.sr", "A0", 12e6, 100_000, 8),
        ("incremental_8ch_short_analog.sr", "A3", 1e6, 100, 8),
    ],
)
def test_sigrok_is_told_which_channel_is_the_current(
    recordings: Path, name: str, channel: str, rate_hz: float, samples: int, inputs: int
) -> None:
    file = recordings / "formats/sigrok-sr" / name
    for by_user in ({}, {"unit": "mA"}):
        with pytest.raises(BadInput, match=rf"which channel is the current\?.* {channel}.*--chan"):
            reader.read(file, **by_user)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="does not say its unit"):
        reader.read(file, channel=channel)
    recording = reader.read(file, channel=channel, unit="mA")
    assert (recording.rate_hz, len(recording.current_ua)) == (rate_hz, samples)
    assert len(recording.channels) == inputs
    expected_mc = strict.sigrok(file.read_bytes(), channel, "mA")
    assert recording.charge_mc == pytest.approx(expected_mc, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (f"{ENTS}/data2.rld", "several currents among the channels DI1.*give --channel I1 or I2"),
        (f"{RLD}/test_v3_only.rld", "no current among the channels V3; record I1 or I2"),
        (f"{RLD}/test_truncated.rld", "test_truncated.rld: "),
        ("formats/scope-shunt-csv/nbiot_payload_CE0_200B.csv", ":2: voltages of an oscilloscope"),
        ("formats/ina226-logger-csv/abedtegar_ina226_16V_load.csv", ":1: no column of .* the time"),
        (f"{KADOSHIMA}/rx/rx_trial_004.csv", "no format that is known here"),
    ],
)
def test_what_a_genuine_file_lacks_is_said(recordings: Path, name: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as error:
        reader.read(recordings / name)
    assert "\n" not in str(error.value)


def test_a_genuine_file_cut_off_anywhere_is_refused(recordings: Path, path: Path) -> None:
    data = seeds.ents(recordings, 2)
    assert len(read(path, data).current_ua) == 200
    for end in range(1, len(data), 37):
        with pytest.raises(BadInput):
            read(path, data[:end])


# Made files.


@pytest.mark.parametrize("seed", MADE, ids=lambda seed: seed.name)
def test_a_made_file_is_read(path: Path, seed: Seed) -> None:
    recording = read(path, seed.data, **seed.said)
    expected_ua = np.array(MADE_A) * 1e6
    if not seed.name.endswith(".rld"):
        assert recording.current_ua.tolist() == pytest.approx(expected_ua.tolist())
    assert recording.charge_mc == pytest.approx(seed.charge_mc(seed.data), rel=1e-6)


PACKS: list[Callable[[bytes], bytes]] = [lzma.compress, gzip.compress, zstandard.compress]


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("seed", PLAIN, ids=lambda seed: seed.name)
def test_a_packed_file_is_the_same(path: Path, seed: Seed, pack: Callable[[bytes], bytes]) -> None:
    plain, packed = read(path, seed.data, **seed.said), read(path, pack(seed.data), **seed.said)
    assert packed.current_ua.tolist() == plain.current_ua.tolist()


def test_the_low_range_counts_where_it_is_valid(path: Path) -> None:
    recording = read(path, seeds.rld([1.5e-6] * 8, valid=[1, 0] * 4))
    assert recording.current_ua.tolist() == pytest.approx([1.5, 2.0] * 4)  # the high one rounds
    assert recording.voltage_v is not None
    assert recording.voltage_v.tolist() == pytest.approx([3.3] * 8)
    assert recording.channels == ("DI1",)
    assert recording.digital is not None
    assert recording.digital.tolist() == [0, 1] * 4


def test_beyond_a_low_range_without_a_high_one_is_clipped(path: Path) -> None:
    data = seeds.rld(MADE_A, valid=[1, 1, 1, 0, 1, 1, 1, 1], channels=("I1L",))
    assert read(path, data).clipped_samples == 1


def test_a_lost_block_is_a_gap(path: Path) -> None:
    block_s = 4 / (1000 * (100e6 / 49) / 2.048e6)
    recording = read(path, seeds.rld([0.01] * 12, at_s=[5, 5 + block_s, 5 + 3 * block_s]))
    (gap,) = recording.gaps
    assert (gap.start_s, gap.length_s) == pytest.approx((2 * block_s, block_s), abs=1e-6)
    assert recording.charge_mc == pytest.approx(12 * 0.01 * block_s / 4 * 1000)


@pytest.mark.parametrize(
    ("late", "gaps"),
    [(0.49, 0), (0.51, 1)],  # of a block
)
def test_a_gap_begins_at_half_a_block(path: Path, late: float, gaps: int) -> None:
    block_s = 4 / (1000 * (100e6 / 49) / 2.048e6)
    at_s = [i * block_s + (late * block_s if i == 3 else 0) for i in range(4)]
    assert len(read(path, seeds.rld([0.01] * 16, at_s=at_s)).gaps) == gaps


def at(position: int, form: str, value: int) -> Callable[[bytes], bytes]:
    """A change of one number in the bytes."""

    def change(data: bytes) -> bytes:
        packed = struct.pack(form, value)
        return data[:position] + packed + data[position + len(packed) :]

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (at(4, "<H", 1), "version 1; versions 2 to 4 are read"),
        (at(6, "<H", 100), "do not add up"),
        (at(8, "<I", 0), "8 samples in 2 blocks of 0"),
        (at(8, "<I", 1 << 31), "samples in 2 blocks of 2,147,483,648"),
        (at(12, "<I", 1 << 31), "8 samples in 2,147,483,648 blocks"),
        (lambda data: at(16, "<Q", 12)(at(12, "<I", 3)(data)), "fewer than the 3 blocks"),
        (lambda data: at(16, "<Q", 4)(at(12, "<I", 1)(data)), "more than the 1 blocks"),
        (at(24, "<H", 0), "8 samples in 2 blocks"),
        (at(24, "<H", 2000), "do not fit 1,992.98 Hz"),
        (at(60 + 2 * 28 + 4, "<i", 400), "not as a RocketLogger writes them"),
        (at(60 + 2 * 28 + 10, "<H", 1), "no valid bit for I1L"),
        (at(60 + 2 * 28, "<I", 1), "no current"),
        (lambda data: data[:-1], "fewer than the 2 blocks"),
        (lambda data: data + b"\0", "more than the 2 blocks"),
        (lambda data: data[:80], "the header is not whole"),
    ],
)
def test_a_rocketlogger_header_in_doubt_is_refused(
    path: Path, change: Callable[[bytes], bytes], says: str
) -> None:
    data = seeds.rld(MADE_A)
    if "no current" in says:
        data = seeds.rld(MADE_A, channels=("I1L",))
    with pytest.raises(BadInput, match=re.escape(says)):
        read(path, change(data))


@pytest.mark.parametrize(
    ("channels", "unit", "says"),
    [
        ({"CH1": MADE_A}, None, "which channel is the current? CH1; give --channel and --unit"),
        ({"A": MADE_A, "A0": MADE_A}, None, "which channel is the current? A, A0"),
        ({"I1": MADE_A, "I2": MADE_A}, None, "which channel is the current? I1, I2"),
        ({"I": [0.1, float("nan"), 0.1]}, None, "sample 1 is no current"),
        ({"I": [0.1]}, None, "no two samples"),
        ({"I": MADE_A, "voltage": [3.0] * 3}, None, "the channels differ in length"),
        ({"I": MADE_A}, "mW", "give --volts"),
    ],
)
def test_a_sigrok_session_in_doubt_is_refused(
    path: Path, channels: dict[str, list[float]], unit: str | None, says: str
) -> None:
    by_user = {"unit": unit} if unit else {}
    with pytest.raises(BadInput, match=re.escape(says)):
        read(path, seeds.sigrok(channels), **by_user)


@pytest.mark.parametrize(("name", "ua"), [("I", 1e6), ("current_mA", 1e3), ("Current (uA)", 1.0)])
def test_a_sigrok_channel_says_what_it_is(path: Path, name: str, ua: float) -> None:
    data = seeds.sigrok({"CH2": [9.0] * 8, name: MADE_A, "Voltage": [3.0] * 8}, bytes(range(8)))
    recording = read(path, data)
    assert recording.current_ua.tolist() == pytest.approx([a * ua for a in MADE_A])
    assert recording.energy_mj == pytest.approx(3 * recording.charge_mc)
    assert recording.channels == ("D0",)
    assert recording.digital is not None
    assert recording.digital.tolist() == list(range(8))


def test_a_sigrok_member_that_is_damaged_is_refused(path: Path) -> None:
    data = seeds.sigrok({"I": MADE_A})
    for position in range(len(data)):
        try:
            changed = read(
                path, data[:position] + bytes([data[position] ^ 0x55]) + data[position + 1 :]
            )
        except BadInput:
            continue
        assert changed.current_ua.tolist() == pytest.approx([a * 1e6 for a in MADE_A])


def test_a_name_that_is_damaged_does_not_break_the_line(path: Path) -> None:
    data = seeds.rld(MADE_A, channels=("I1L", "I2H")).replace(b"I2H", b"I\nH")
    with pytest.raises(BadInput, match=r"several currents among .*, I\?H, V1; give --channel"):
        read(path, data)


# Joulescope, written and read.


@given(
    st.lists(st.floats(0, 5e5, width=32), min_size=2, max_size=60),
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 30)), max_size=3),
    st.booleans(),
    st.integers(0, 3),
)
@settings(max_examples=60, deadline=None)
def test_what_is_written_as_jls_reads_back(
    tmp_path_factory: pytest.TempPathFactory,
    ua: list[float],
    cuts: list[tuple[int, int]],
    with_voltage: bool,
    inputs: int,
) -> None:
    file = tmp_path_factory.mktemp("jls") / "a.jls"
    places = {at: length for at, length in sorted(cuts) if at < len(ua)}
    gaps = tuple(Gap(at / 1000, length / 1000) for at, length in places.items())
    column = np.array(ua, np.float32)
    digital = np.arange(len(ua)).astype(np.uint8) & np.uint8((1 << inputs) - 1)
    given_one = Recording(
        "made",
        1000.0,
        column,
        gaps,
        channels=tuple(f"D{i}" for i in range(inputs)),
        digital=digital if inputs else None,
        voltage_v=column / np.float32(1e5) if with_voltage else None,
    )
    jls.write(file, given_one)
    found = reader.read(file)
    assert (found.format, found.rate_hz) == ("jls", 1000.0)
    np.testing.assert_allclose(found.current_ua, column, rtol=3e-7, atol=1e-6)
    assert [(g.start_s, g.length_s) for g in found.gaps] == [(g.start_s, g.length_s) for g in gaps]
    assert found.channels == given_one.channels
    if inputs:
        assert found.digital is not None
        assert found.digital.tolist() == digital.tolist()
    if with_voltage:
        np.testing.assert_array_equal(found.voltage_v, given_one.voltage_v)


def test_a_long_jls_is_read_in_parts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jls, "CHUNK", 1 << 12)
    ua = np.random.default_rng(1).normal(1000, 100, 50_001).astype(np.float32)
    digital = (ua > 1000).astype(np.uint8)
    gap = Gap(12_345 / 1000, 9.999)
    jls.write(path, Recording("made", 1000.0, ua, (gap,), ("D0",), digital))
    found = reader.read(path)
    np.testing.assert_allclose(found.current_ua, ua, rtol=3e-7)
    np.testing.assert_array_equal(found.digital, digital)
    (found_gap,) = found.gaps
    assert (found_gap.start_s, found_gap.length_s) == pytest.approx((gap.start_s, gap.length_s))


def test_a_genuine_recording_goes_through_jls(recordings: Path, path: Path) -> None:
    whole = reader.read(recordings / KADOSHIMA / "deep-sleep/modeA_trial_006_offA.csv")
    jls.write(path, whole)
    found = reader.read(path)
    assert found.charge_mc == pytest.approx(whole.charge_mc, rel=1e-6)
    assert found.energy_mj == pytest.approx(whole.energy_mj, rel=1e-6)


def test_what_a_jls_cannot_hold_is_refused(path: Path) -> None:
    ua = np.ones(4, np.float32)
    for recording, says in (
        (Recording("made", 996.49, ua), "whole hertz, not 996.49 Hz"),
        (Recording("made", 1e6, ua, (Gap(2e-6, 3600.0),)), "the gaps are too long"),
    ):
        with pytest.raises(BadInput, match=says):
            jls.write(path, recording)
        assert not path.exists()
    with pytest.raises(BadInput, match="cannot be written"):
        jls.write(path / "no" / "folder", Recording("made", 1000.0, ua))


def test_a_jls_that_was_cut_off_is_left_as_it_is(
    path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """pyjls would repair it in place."""
    (whole,) = (seed.data for seed in MADE if seed.name == "made.jls")
    for end in range(16, len(whole), 11):
        with pytest.raises(BadInput, match="cut off, or not closed by the recorder"):
            read(path, whole[:end])
        assert path.read_bytes() == whole[:end]
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 1
    with pytest.raises(BadInput, match="the file is damaged"):
        read(path, bytes(damaged))
    assert capfd.readouterr() == ("", "")  # nor does it print


def test_two_currents_of_a_jls_are_told_apart(path: Path) -> None:
    import pyjls

    with pyjls.Writer(str(path)) as file:
        for source, name in ((1, "in"), (2, "out")):
            file.source_def(source_id=source, name=name)
            file.signal_def(source, source_id=source, sample_rate=100, name=name, units="A")
            file.fsr(source, 0, np.full(10, source, np.float32))
    with pytest.raises(BadInput, match=r"several in A among the signals in \(A\), out \(A\)"):
        reader.read(path)
    assert reader.read(path, channel="out").current_ua.tolist() == [2e6] * 10
    with pytest.raises(BadInput, match="none in A among"):
        reader.read(path, channel="power")


# Otii 3 projects, made by the layout that the otiio package documents.


def test_an_otii3_project(tmp_path: Path) -> None:
    channels = [("mc", "current", 4000.0, MADE_A), ("mv", "voltage", 1000.0, [3.0, 4.0])]
    stub = seeds.otii3(tmp_path, [*channels, ("av", "voltage", 1000.0, [9.0, 9.0])])
    recording = reader.read(stub)
    assert recording.rate_hz == 4000
    assert recording.current_ua.tolist() == pytest.approx([a * 1e6 for a in MADE_A])
    assert recording.voltage_v is not None
    assert recording.voltage_v.tolist() == [3.0] * 4 + [4.0] * 4


@pytest.mark.parametrize("volts", [[3.0], []])
def test_an_otii3_voltage_that_is_too_short_is_left_out(tmp_path: Path, volts: list[float]) -> None:
    stub = seeds.otii3(
        tmp_path, [("mc", "current", 4000.0, MADE_A), ("mv", "voltage", 1000.0, volts)]
    )
    assert reader.read(stub).voltage_v is None


def test_an_otii3_project_in_doubt_is_refused(tmp_path: Path) -> None:
    both = [("mc", "current", 4000.0, MADE_A), ("ac", "current", 4000.0, MADE_A[::-1])]
    stub = seeds.otii3(tmp_path, both)
    with pytest.raises(BadInput, match="several currents among the channels mc, ac; give --chan"):
        reader.read(stub)
    assert reader.read(stub, channel="ac").current_ua[3] == pytest.approx(20_000)
    data = tmp_path / "data"
    layout = data / f"versions/{seeds.OTII3}/data/project.json"
    project = json.loads(layout.read_text())
    for change, says in (
        ({"recordings": project["recordings"] * 2}, "the project has 2 recordings"),
        ({"recordings": []}, "the project has 0 recordings"),
        ({"recordings": 7}, "project.json: not a project"),
    ):
        layout.write_text(json.dumps(project | change))
        with pytest.raises(BadInput, match=says):
            reader.read(stub)
    project["recordings"][0]["measurements"][0]["data"]["id"] = "../../../etc"
    layout.write_text(json.dumps(project))
    with pytest.raises(BadInput, match="no data folder"):
        reader.read(stub, channel="mc")
    (data / "data/project/b1/samples.dat").write_bytes(b"123456789")
    with pytest.raises(BadInput, match=r"samples.dat: cut off"):
        reader.read(stub, channel="ac")
    (data / "meta/project_format").write_text("18")
    with pytest.raises(BadInput, match="project format 18; project format 17 is read"):
        reader.read(stub)
    (data / "meta/project_format").unlink()
    (data / "meta/saved_version").unlink()
    with pytest.raises(BadInput, match="saved_version: no such file"):
        reader.read(stub)


# Loggers.

ROWS = "0,3.3,1.5\n10,3.3,2.5\n20,3.3,3.5\n"


@pytest.mark.parametrize(
    ("head", "rows", "says"),
    [
        ("timestamp_ms,current_mA,i_uA", ROWS, ":1: current_mA and i_uA could each be the current"),
        ("timestamp,voltage_V,current_mA", ROWS, ":1: no column of .* tells the time with its"),
        ("ms,peak_mA,mA", "0,nan,1\n1,2,nan\n2,2,2\n", ":3: no current"),
        ("ms,mV,mA", ROWS[:-1], "the last line lacks its end"),
        ("ms,mV,mA", ROWS.replace("10,", "30,"), ":4: time does not rise"),
        ("ms,mV,mA", ROWS.replace(",3.3,2", ",nan,2"), "sample 1 is no voltage"),
        ("ms,mV,mA", ROWS.replace("10,", "\n10,"), "an empty row"),
        ("ms,mV,mA", ROWS.replace("10,", "# lost\n10,"), ":3: not a whole row"),
        ("ms,marker,mA", ROWS, "the marker is not 0 or 1"),
        ("ms,mV,mA", "0,3,1\n", "no two samples"),
        ("ms,mV,mA", "".join(f"{t},3,1\n" for t in (0, 1, 2, 9, 10, 11, 19, 20, 21)), "2 of 9 row"),
    ],
)
def test_a_logger_in_doubt_is_refused(path: Path, head: str, rows: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read(path, f"{head}\n{rows}".encode())


@pytest.mark.parametrize(
    ("most_ma", "times", "clipped"),
    [(400.0, 3, 3), (-400.0, 2, 2), (400.0, 1, 0), (399.9, 3, 0), (3200.0, 2, 2), (500.0, 4, 0)],
)
def test_clipping_is_the_end_of_a_range_more_than_once(
    path: Path, most_ma: float, times: int, clipped: int
) -> None:
    currents = [25.0] * 5 + [most_ma] * times + [25.0] * 5
    rows = "".join(f"{10 * i},{ma}\n" for i, ma in enumerate(currents))
    assert read(path, f"ms,mA\n{rows}".encode()).clipped_samples == clipped


def test_a_logger_of_another_header_is_read(path: Path) -> None:
    data = "\ufeffTime (s),Bus Voltage (V),Current (\u03bcA),note\r\n# x\r\n0,3,1,a\r\n0.5,3,2,\r\n"
    recording = read(path, data.encode())
    assert (recording.rate_hz, recording.current_ua.tolist()) == (2.0, [1.0, 2.0])
    assert recording.energy_mj == pytest.approx(3 * 0.0015)


@pytest.mark.parametrize(
    ("name", "quantity", "scale"),
    [
        ("timestamp_ms", "time", 1e-3),
        ("ms", "time", 1e-3),
        ("Current(mA)", "current", 1e3),
        ("I [A]", "current", 1e6),
        ("nA", "current", 1e-3),
        ("current", "current", None),
        ("bus_voltage", "voltage", None),
        ("mV", "voltage", 1e-3),
        ("shunt_voltage_mV", None, None),
        ("peak_current_mA", None, None),
        ("power_mW", None, None),
        ("DATA", None, None),
        ("volts", None, None),
        ("Ma", None, None),
        ("", None, None),
    ],
)
def test_what_a_name_says(name: str, quantity: str | None, scale: float | None) -> None:
    found = said(name)
    assert (found and found.quantity, found and found.scale) == (quantity, scale)


# All of them.


def test_heavy_libraries_wait_for_their_file() -> None:
    code = (
        "import sys, host_sim.trace.reader; print('pyjls' in sys.modules, 'zipfile' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.startswith("False")


@pytest.mark.parametrize("seed", MADE, ids=lambda seed: seed.name)
def test_the_command_refuses_in_a_line(
    path: Path, seed: Seed, capfd: pytest.CaptureFixture[str]
) -> None:
    path.write_bytes(seed.data[: len(seed.data) // 2 + 3])
    assert cli.run(["trace", "info", str(path)]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert str(path) in err


def test_damaged_files_are_refused_or_read_aright(tmp_path: Path) -> None:
    """Some of `make fuzz`."""
    targets = fuzz.all_targets(tmp_path)
    found: Counter[str] = Counter()
    for target in targets:
        found += fuzz.fuzz(target, 20)
    assert found.total() >= 250
    assert set(found) == {"read", "refused"}
