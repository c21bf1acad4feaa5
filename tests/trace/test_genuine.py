"""The readers on genuine recordings, beside what others read of them."""

import re
from pathlib import Path

import numpy as np
import pytest

from host_sim.errors import BadInput
from host_sim.trace import reader
from tests.trace import seeds, strict
from tests.trace.conftest import read

JLS = "formats/joulescope-jls-v2"
RLD = "formats/rocketlogger-rld"
ENTS = "esp32/esp32c3-ents"
KADOSHIMA = "esp32/esp32-ble-kadoshima"


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
