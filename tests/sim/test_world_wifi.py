"""Loss by margin, the modelled RSSI, and recorded ones as they come."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.engine.parts import MARGINS, PER_FIRST_QDB
from host_sim.errors import BadInput
from host_sim.hardware import mac
from host_sim.world import wifi
from tests.fidelity import radio

HEAD = "timestamp,sender_receiver_RSSI\n"


def table(rate: str = "1M", busy: float = 0.0) -> np.ndarray:
    """Chance that so many attempts are all lost, by margin and attempts."""
    return np.array(wifi.lost_65536(rate, [busy])).reshape(MARGINS, mac.TRIES) / 65_536


def cell(margin_db: float) -> int:
    return round(margin_db * 4) - PER_FIRST_QDB


@pytest.mark.parametrize("rate", mac.RATES)
def test_loss_falls_with_the_margin_and_with_every_attempt(rate: str) -> None:
    lost = table(rate)
    assert (lost[0] == 1).all()
    assert (np.diff(lost, axis=0) <= 0).all()
    assert (np.diff(lost, axis=1) <= 0).all()


def test_half_of_the_frames_are_lost_at_the_sensitivity_and_the_slope_is_the_recorded_one() -> None:
    lost = table()[:, -1].clip(1e-5, 1 - 1e-5)
    half_db = mac.RATES["1M"].sensitivity_db
    assert lost[cell(half_db)] == pytest.approx(0.5, abs=0.01)
    odds = np.log(lost / (1 - lost))
    slope = (odds[cell(half_db - 4)] - odds[cell(half_db + 4)]) / 8
    assert slope == pytest.approx(wifi.NEPERS_PER_DB, abs=0.02)


def test_a_faster_rate_needs_more_attempts_and_repeats_fall_back_from_it() -> None:
    slow, fast = table("1M"), table("54M")
    at = cell(8)
    assert fast[at, 0] > 0.9  # 54 Mbit/s want 8 dB more
    assert slow[at, 0] < 0.01
    assert fast[at, -1] == pytest.approx(slow[at, -1], abs=0.001)
    assert [rate.byte_ns for rate in mac.ladder("54M")[:8]] == [148] * 2 + [333] * 2 + [
        1333
    ] * 2 + [8000] * 2


def test_a_busy_channel_collides_and_keeps_waiting() -> None:
    assert table(busy=0.5)[cell(30), 0] == pytest.approx(0.5 * wifi.COLLISION, abs=1e-4)
    waits = [wifi.wait_us(busy) for busy in (0, 0.2, 0.5, 0.8, 0.95)]
    assert waits[2] == mac.GAP_US + wifi.OTHERS_US // 4  # by hand
    assert waits[0] == 0
    assert waits == sorted(waits)


def test_a_frame_is_on_the_air_as_long_as_the_standard_says() -> None:
    us, ns = wifi.air_time("1M")[2:4]
    assert us + 160 * ns // 1000 == mac.air_us(160) == 192 + 8 * 160  # 1 Mbit/s, long preamble
    assert mac.air_us(1500, mac.RATES["54M"]) == pytest.approx(20 + 8 * 1500 / 54, abs=1)


@pytest.mark.parametrize("link", radio.RECORDED)
def test_the_picture_shows_the_recorded_links(recordings: Path, link: str) -> None:
    dbm, odds = mean_by_power(recordings / "rssi" / "pjaswin-wifi" / f"{link}.csv")
    told = radio.RECORDED[link].values()
    assert [at for at, _ in told] == pytest.approx(dbm, abs=0.006)
    percent = [100 / (1 + np.exp(-each)) for each in odds]
    assert [lost for _, lost in told] == pytest.approx(percent, abs=0.006)


def mean_by_power(path: Path) -> tuple[list[float], list[float]]:
    """Mean RSSI at the receiver and log-odds of the mean loss, by the sender's power."""
    groups: dict[str, list[tuple[float, float]]] = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            heard, lost = row["receiver_sender_RSSI"], row["packet_drop_percentage"]
            groups.setdefault(row["sender_txpower"], []).append((float(heard), float(lost) / 100))
    means = [np.mean(groups[power], axis=0) for power in sorted(groups, key=float)]
    return [float(m[0]) for m in means], [float(np.log(m[1] / (1 - m[1]))) for m in means]


@pytest.mark.parametrize(
    ("link", "nepers_per_db", "half_lost_dbm"),
    [("s0_s2", 0.54, -85.65), ("s1_s4", 0.63, -92.61)],
)
def test_the_fit_is_the_one_described(
    recordings: Path, link: str, nepers_per_db: float, half_lost_dbm: float
) -> None:
    dbm, odds = mean_by_power(recordings / "rssi" / "pjaswin-wifi" / f"{link}.csv")
    slope, cut = np.polyfit(dbm, odds, 1)
    assert -slope == pytest.approx(nepers_per_db, abs=0.005)
    assert -cut / slope == pytest.approx(half_lost_dbm, abs=0.01)
    assert -slope == pytest.approx(wifi.NEPERS_PER_DB, abs=0.15)
    assert -cut / slope == pytest.approx(wifi.HALF_LOST_DBM + 4.8, abs=4)  # 18 Mbit/s


def test_the_slope_predicts_the_unseen_link_and_the_centre_does_not(recordings: Path) -> None:
    folder = recordings / "rssi" / "pjaswin-wifi"
    slope, cut = np.polyfit(*mean_by_power(folder / "s0_s2.csv"), 1)
    dbm, odds = mean_by_power(folder / "s1_s4.csv")
    from_20_dbm = [odds[-1] + slope * (at - dbm[-1]) for at in dbm[:-1]]
    percent = [100 / (1 + np.exp(-each)) for each in from_20_dbm]
    assert percent == pytest.approx([3.5, 1.9, 1.1], abs=0.06)
    assert 1 / (1 + np.exp(-(slope * np.mean(dbm) + cut))) > 0.5


def test_modelled_rssi_has_the_mean_spread_and_memory_asked_for() -> None:
    dbm = wifi.modelled_rssi(-70.0, 4.0, 1_200.0, 365, 1)
    assert len(dbm) == 365 * 1440
    assert np.mean(dbm) == pytest.approx(-70, abs=0.1)
    assert np.std(dbm) == pytest.approx(4, abs=0.1)
    assert np.corrcoef(dbm[:-20], dbm[20:])[0, 1] == pytest.approx(np.exp(-1), abs=0.03)


@given(st.floats(-100, -20), st.floats(0, 20), st.floats(1, 1e6), st.integers(0, 2**31 - 1))
@settings(max_examples=20)
def test_modelled_rssi_stays_in_range_and_is_its_seed(
    mean_dbm: float, sd_db: float, correlation_s: float, seed: int
) -> None:
    dbm = wifi.modelled_rssi(mean_dbm, sd_db, correlation_s, 1, seed).tolist()
    assert all(type(value) is int and -100 <= value <= -20 for value in dbm)
    assert dbm == wifi.modelled_rssi(mean_dbm, sd_db, correlation_s, 1, seed).tolist()


def written(folder: Path, text: str) -> Path:
    path = folder / "rssi.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_recording_takes_the_first_row_of_a_minute_and_holds_it(tmp_path: Path) -> None:
    text = (
        HEAD + "2024-11-18 12:30:11.635055104,-87.0\n2024-11-18 12:30:59,-80\n"
        "2024-11-18 12:31:00,-85\n2024-11-18 12:34:30,-84\n"
    )
    assert wifi.recorded_rssi(written(tmp_path, text)).tolist() == [-87, -85, -85, -85, -84]


def test_a_real_recording_becomes_its_minutes(recordings: Path) -> None:
    dbm = wifi.recorded_rssi(recordings / "rssi" / "pjaswin-wifi" / "s1_s4.csv")
    assert len(dbm) == 3 * 60 + 34 + 1  # 09:41 … 13:15, both counted
    assert (dbm[0], min(dbm) >= -94, max(dbm) <= -77) == (-84, True, True)


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("", None, "the file is empty"),
        (HEAD, None, "no rows"),
        ("time,rssi\n1,2\n", 2, "no time stamp and RSSI"),
        (HEAD + "2024-11-18 12:30:11,nan\n", 2, "no time stamp and RSSI"),
        (HEAD + "2024-11-18 12:30:11,inf\n", 2, "no time stamp and RSSI"),
        (HEAD + "2024-11-18 12:30:11,-80\nNaT,-80\n", 3, "no time stamp and RSSI"),
        (HEAD + "2024-11-18 12:30:11,-80\n2024-11-18\n", 3, "no time stamp and RSSI"),
        (HEAD + "2024-11-18 12:30:11,-128\n", 2, "an RSSI of -128 dBm"),
        (HEAD + "2024-11-18 12:30:11,1\n", 2, "an RSSI of 1 dBm"),
        (HEAD + "0001-01-01,-80\n2024-11-18,-80\n", None, "spans more than a year"),
    ],
)
def test_an_unusable_recording_is_refused_in_one_line(
    tmp_path: Path, text: str, line: int | None, fault: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(BadInput) as refused:
        wifi.recorded_rssi(path)
    assert str(refused.value).startswith(f"{path}:{line}: {fault}" if line else f"{path}: {fault}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", HEAD.encode() + b"\x80,\x81\n"])
def test_a_binary_recording_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rssi.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="not a UTF-8 text file"):
        wifi.recorded_rssi(path)


def test_an_absent_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        wifi.recorded_rssi(tmp_path / "none.csv")
