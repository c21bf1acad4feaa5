"""What ships is what its authors published, and reads as the docstrings say."""

import lzma
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.units import DAY_US
from host_sim.world.recordings import DATA, OPEN_US, appliance_mw, door_edges, irradiance

SHIPPED = {
    "simba/2023jan.txt.xz": "harvest/simba-nrel-irradiance-1min/2023jan.txt",
    "simba/2023jun.txt.xz": "harvest/simba-nrel-irradiance-1min/2023jun.txt",
    "kasteren/base_kasteren-m.csv": "occupancy/kasteren/base_kasteren-m.csv",
    "micro_speech/yes_1000ms.wav": "audio/tflite-micro-micro_speech/yes_1000ms.wav",
    "micro_speech/no_1000ms.wav": "audio/tflite-micro-micro_speech/no_1000ms.wav",
    "micro_speech/noise_1000ms.wav": "audio/tflite-micro-micro_speech/noise_1000ms.wav",
    "micro_speech/silence_1000ms.wav": "audio/tflite-micro-micro_speech/silence_1000ms.wav",
    "tracebase/Washingmachine_dev_D31FFD_2012.06.11.csv.xz": (
        "appliance/tracebase/Washingmachine/dev_D31FFD_2012.06.11.csv"
    ),
    "tracebase/TV-LCD_dev_B80E51_2012.05.31.csv.xz": (
        "appliance/tracebase/TV-LCD/dev_B80E51_2012.05.31.csv"
    ),
    "powerids/weekett_active.csv.xz": "appliance/powerids/appliance/weekett/active.csv",
}

EDITED = {"ambience/wind.wav", "ambience/birds.wav", "ambience/crickets.wav"}


def content(path: Path) -> bytes:
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data


@pytest.mark.parametrize("shipped", SHIPPED)
def test_a_shipped_file_is_byte_for_byte_the_published_one(shipped: str, recordings: Path) -> None:
    assert content(DATA / shipped) == (recordings / SHIPPED[shipped]).read_bytes()


def test_all_that_ships_is_known_has_a_source_and_is_small() -> None:
    files = [path for path in DATA.rglob("*") if path.is_file()]
    notes = {"README.md", "LICENSE", "SOURCE"}
    known = {str(f.relative_to(DATA)) for f in files if f.name not in notes}
    assert known == set(SHIPPED) | EDITED
    assert all((DATA / name).with_name("SOURCE").is_file() for name in known)
    assert sum(path.stat().st_size for path in files) < 1_500_000


@pytest.mark.parametrize("month", ["jan", "jun"])
def test_no_minute_is_missing_from_the_irradiance(month: str) -> None:
    lines = content(DATA / "simba" / f"2023{month}.txt.xz").decode().splitlines()[1:]
    stamps = [" ".join(line.split(",")[:2]) for line in lines]
    times = [datetime.strptime(stamp, "%m/%d/%Y %H:%M") for stamp in stamps]
    assert times == [times[0] + timedelta(minutes=i) for i in range(len(times))]
    assert (times[0].hour, times[0].minute) == (0, 0)


def test_irradiance_is_dark_at_night_and_strongest_in_june() -> None:
    year = irradiance(365).reshape(365, 1440)
    assert year.min() == 0
    assert year[:, :240].max() < 10  # before 04:00: the pyranometer's offset, no sun
    assert year[181].sum() > year[0].sum()
    assert [int(year.max()), int(year[:31].max())] == [1429, 950]  # the files' own highest, rounded


def test_irradiance_changes_recording_in_april_and_october() -> None:
    year = irradiance(365).reshape(365, 1440)
    january = {day.tobytes() for day in year[:31]}
    winter = [day for day in range(365) if year[day].tobytes() in january]
    assert winter == [*range(92), *range(274, 365)]


@given(st.integers(1, 800), st.integers(1, 12))
@settings(max_examples=20)
def test_irradiance_is_as_long_as_asked(days: int, first_month: int) -> None:
    assert len(irradiance(days, first_month)) == days * 1440


def test_the_front_door_opened_a_hundred_times() -> None:
    edges = door_edges("Frontdoor", 28)
    assert len(edges) == 200
    assert edges[0] == ((10 * 60 + 19) * 60 + 28) * 1_000_000
    assert edges[1] - edges[0] == OPEN_US


@pytest.mark.parametrize("days", [1, 27, 28, 29, 365])
@pytest.mark.parametrize("sensor", ["Frontdoor", "HallBathroomDoor", "Washingmachine"])
def test_door_edges_ascend_within_the_days_asked_for(sensor: str, days: int) -> None:
    edges = door_edges(sensor, days)
    assert all(a < b for a, b in pairwise(edges))
    assert not edges or 0 <= edges[0] <= edges[-1] < days * DAY_US


def test_doors_repeat_by_four_whole_weeks() -> None:
    edges = door_edges("HallToiletDoor", 56)
    first = door_edges("HallToiletDoor", 28)
    assert edges == first + [at + 28 * DAY_US for at in first]


def test_a_contact_is_never_open_longer_than_until_half_way_to_its_next_opening() -> None:
    edges = door_edges("HallBathroomDoor", 28)  # it has openings 1 s apart
    opened, closed = edges[::2], edges[1::2]
    assert min(b - a for a, b in pairwise(opened)) == 1_000_000
    assert min(b - a for a, b in zip(opened, closed, strict=True)) == 500_000
    assert max(b - a for a, b in zip(opened, closed, strict=True)) == OPEN_US


@pytest.mark.parametrize(
    ("name", "length", "highest_mw", "watt_hours"),
    [
        ("washing-machine", 86_400, 2_007_000, 447.6),
        ("tv", 86_400, 77_000, 289.9),
        ("kettle", 2_400, 2_155_044, 22.7),
    ],
)
def test_an_appliance_keeps_its_energy(
    name: str, length: int, highest_mw: int, watt_hours: float
) -> None:
    series = appliance_mw(name)
    assert (series.step_us, len(series.values)) == (1_000_000, length)
    assert (min(series.values) >= 0, max(series.values)) == (True, highest_mw)
    assert sum(series.values) / 3_600_000 == pytest.approx(watt_hours, abs=0.05)


def test_an_appliance_holds_each_value_until_the_next() -> None:
    rows = content(DATA / "tracebase" / "TV-LCD_dev_B80E51_2012.05.31.csv.xz").decode().split()
    stamps = [row.split(";") for row in rows if ":" in row]
    at = [int(h) * 3600 + int(m) * 60 + int(s) for h, m, s in (r[0].split(":") for r in stamps)]
    values = appliance_mw("tv").values
    for i in range(len(stamps) - 1):
        held = set(values[at[i] : at[i + 1]])
        assert held <= {int(stamps[i][1]) * 1000}
    assert set(values[: at[0]]) == {0}
