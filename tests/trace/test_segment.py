"""States of waveforms made here, of any rate; kernels alike with and without numba."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.hardware import board
from host_sim.hardware.states import LISTEN, TX
from host_sim.trace import reader, spool
from host_sim.trace.cut import digest, kernels, levels, pyramid, segment
from host_sim.trace.cut.intervals import Intervals, Painting
from host_sim.trace.recording import Recording
from tests.trace import accuracy
from tests.trace.waves import Part, wave

WAKE: list[Part] = [(50, 0.4), (31, 0.6), (100, 0.2), (300, 0.004), (100, 0.1)]


def states(recording: Recording) -> list[tuple[str, float]]:
    return [(row.state, round(row.duration_s, 3)) for row in digest.rows(recording)]


@pytest.mark.parametrize("rate_hz", [250.0, 1000.0, 100_000.0])
def test_a_wake_is_cut_into_its_states(rate_hz: float) -> None:
    assert states(wave((0.8, 1), *WAKE, (0.8, 1), rate_hz=rate_hz)) == [
        ("deep_sleep", 1.0),
        ("boot", 0.4),
        ("idle", 0.6),
        ("listen", 0.2),
        ("tx", 0.004),
        ("listen", 0.1),
        ("deep_sleep", 1.0),
    ]


@given(
    rate_hz=st.floats(0.1, 60),
    levels_ma=st.lists(st.floats(0.001, 400), min_size=2, max_size=60),
    each_s=st.floats(0.1, 3),
)
@settings(max_examples=200)
def test_a_slow_recording_is_cut_as_well(
    rate_hz: float, levels_ma: list[float], each_s: float
) -> None:
    """At 30 Hz and less a window is one sample."""
    ua = np.repeat(levels_ma, max(1, round(each_s * rate_hz))).astype(np.float32) * 1000
    recording = Recording("test", rate_hz, ua)
    rows = digest.rows(recording)
    assert sum(row.charge_mc for row in rows) == pytest.approx(recording.charge_mc, rel=1e-6)
    assert sum(row.duration_s for row in rows) == pytest.approx(recording.duration_s)


def test_the_steps_of_a_slow_recording_are_found_to_the_sample() -> None:
    ua = np.repeat([30e3, 50e3, 30e3], [20, 7, 20]).astype(np.float32)
    rows = digest.rows(Recording("test", 10.0, ua))
    assert [round(row.mean_ma) for row in rows] == [30, 50, 30]
    assert [row.duration_s for row in rows] == pytest.approx([2.0, 0.7, 2.0])


@pytest.mark.parametrize("more_ma", [0.0, 8.0, 14.0])
def test_what_a_board_draws_besides_changes_no_name(more_ma: float) -> None:
    asleep = (0.8 + more_ma / 2, 1.0)
    parts = [asleep, *((ma + more_ma, s) for ma, s in WAKE), asleep]
    names = [state for state, _ in states(wave(*parts))]
    assert names == ["deep_sleep", "boot", "idle", "listen", "tx", "listen", "deep_sleep"]


@pytest.mark.parametrize(("period_s", "found"), [(0.1024, True), (0.2048, True), (0.15, False)])
def test_receptions_at_a_multiple_of_the_beacons_are_modem_sleep(
    period_s: float, found: bool
) -> None:
    cycle = [(100.0, 0.004), (30.0, period_s - 0.004)]
    recording = wave((0.8, 1), (31, 0.5), *cycle * 6, (0.8, 1), rate_hz=10_000)
    period = segment.find(recording).beacon_period_s
    assert period == (pytest.approx(period_s) if found else None)
    assert ("modem_sleep" in dict(states(recording))) == found


def test_modem_sleep_ends_where_bursts_begin_and_goes_on_between_them() -> None:
    cycle = [(100.0, 0.005), (30.0, 0.0974)]
    sent = [(100.0, 0.02), (300.0, 0.003), (100.0, 0.02), (30.0, 0.05)]
    recording = wave((0.8, 1), (31, 0.5), *cycle * 4, *sent * 2, *cycle * 4, (0.8, 1))
    assert [state for state, _ in states(recording)] == [
        *("deep_sleep", "boot", "modem_sleep"),
        *("listen", "tx", "listen", "modem_sleep") * 2,
        *("idle", "deep_sleep"),
    ]


@pytest.mark.parametrize(
    ("missed", "names"),
    [(1, ["modem_sleep"]), (2, ["modem_sleep", "idle", "modem_sleep"])],
)
def test_modem_sleep_outlasts_one_reception_missed(missed: int, names: list[str]) -> None:
    cycle = [(100.0, 0.005), (30.0, 0.0974)]
    recording = wave((0.8, 1), (31, 0.5), *cycle * 4, (30.0, missed * 0.1024), *cycle * 4, (0.8, 1))
    told = [state for state, _ in states(recording)]
    assert told == ["deep_sleep", "boot", *names, "idle", "deep_sleep"]


def test_a_peak_alone_long_after_the_beacons_is_none_of_them() -> None:
    cycle = [(100.0, 0.005), (30.0, 0.0974)]
    recording = wave((0.8, 1), (31, 0.5), *cycle * 4, (30.0, 1), (100.0, 0.005), (30, 0.5))
    told = [state for state, _ in states(recording)]
    assert told == ["deep_sleep", "boot", "modem_sleep", "idle", "listen", "idle"]


def test_peaks_much_closer_than_beacons_are_none() -> None:
    peaks = [(100.0, 0.002), (30.0, 0.008)]
    recording = wave((0.8, 1), (31, 0.6), *peaks * 6, (31, 0.5), (0.8, 1))
    assert segment.find(recording).beacon_period_s is None


def test_a_chip_that_sleeps_between_beacons_sleeps_lightly() -> None:
    cycle = [(95.0, 0.005), (1.5, 0.0974)]
    names = [state for state, _ in states(wave((0.01, 1), *WAKE, *cycle * 8, (0.01, 1)))]
    assert "light_sleep" in names
    assert names.count("deep_sleep") == 2


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ([(157, 0.2)], "load"),  # a LoRa transmitter
        ([(120, 10)], "load"),  # a heater
        ([(100, 0.1), (300, 0.002), (100, 0.1), (31, 0.5), (157, 0.2)], "load"),  # after Wi-Fi
        ([(100, 0.1), (300, 0.002), (100, 0.1), (31, 0.5), (104, 0.2)], "listen"),  # at its level
        ([(31, 0.5), (100, 0.004)], "idle"),  # a spike
    ],
)
def test_a_draw_is_the_radios_where_it_behaves_so(parts: list[Part], name: str) -> None:
    recording = wave((0.8, 1), (50, 0.4), (31, 0.6), *parts, (31, 0.5), (0.8, 1))
    rows = digest.rows(recording)
    last = max(i for i, row in enumerate(rows) if row.peak_ma > 90)
    assert rows[last].state == name


@pytest.mark.parametrize(
    ("ma", "listen_ua", "state"),
    [(111.9, None, "listen"), (112.1, None, "load"), (118, 110e3, "listen"), (118, 90e3, "load")],
)
def test_without_bursts_the_radio_is_known_by_its_level(
    ma: float, listen_ua: float | None, state: str
) -> None:
    known = levels.Levels(5e3, 70e3, 130e3, listen_ua)
    recording = wave((0.8, 1), (50, 0.4), (31, 0.6), (ma, 2), (0.8, 1))
    assert [s.state for s in segment.find(recording, known).segments][-2] == state


def test_a_board_says_where_its_bands_begin() -> None:
    heltec = board.load("heltec_wifi_lora_32")
    ours = levels.of_board(heltec)
    assert ours.awake_ua < 31_000
    assert 49_000 < ours.radio_ua < 100_000
    assert ours.listen_ua == heltec.current_na[LISTEN] / 1000
    lowest_ua = heltec.current_na[TX] / 1000
    assert ours.listen_ua < ours.transmit_ua < lowest_ua


def test_a_band_begins_in_the_widest_step_by_ratio() -> None:
    built = pyramid.build(wave((2, 1), (6, 1), (11, 1)))
    assert levels.of_recording(built).awake_ua == pytest.approx(1000 * (2 * 6) ** 0.5)


@pytest.mark.parametrize(("ma", "cut"), [(51.0, False), (58.0, True), (43.0, True)])
def test_a_step_of_the_awake_level_is_cut_to_the_sample(ma: float, cut: bool) -> None:
    rows = digest.rows(wave((0.8, 1), (50, 1.013), (ma, 1), (0.8, 1)))
    assert [row.state for row in rows] == ["deep_sleep", "boot", *["idle"] * cut, "deep_sleep"]
    assert rows[1].duration_s == pytest.approx(1.013 if cut else 2.013)


@pytest.mark.parametrize(("ma", "state"), [(4.999, "deep_sleep"), (5.0, "idle"), (74.999, "idle")])
def test_bands_begin_at_their_limits(ma: float, state: str) -> None:
    assert states(wave((ma, 1))) == [(state, 1.0)]


@pytest.mark.parametrize(("ma", "changes"), [(4.51, 1), (4.49, 3)])
def test_a_limit_is_crossed_downwards_at_its_margin(ma: float, changes: int) -> None:
    built = pyramid.build(wave((1, 0.1), (6, 0.1), (ma, 0.1), (6, 0.1)))
    starts, _ = pyramid.band_runs(built, (5_000, 75_000, 130_000), segment.MARGIN)
    assert len(starts) == 1 + changes


@pytest.mark.parametrize(("sleep_s", "wakes"), [(0.019, 1), (0.02, 2)])
def test_a_dip_is_no_sleep(sleep_s: float, wakes: int) -> None:
    rows = digest.rows(wave((0.8, 1), (50, 1), (0.8, sleep_s), (50, 1), (0.8, 1)))
    assert len(digest.wakes(rows)) == wakes


CURRENT = st.floats(-1e3, 4e5, width=32)


@given(st.lists(CURRENT, min_size=1, max_size=70), st.sampled_from([1, 8, 32]))
def test_kernels_are_alike_compiled_and_not(samples: list[float], size: int) -> None:
    fast = kernels.compiled()
    assert fast, "numba is missing from the development environment"
    x = np.array(samples, np.float32)
    count = -(-len(x) // size)
    columns: list[list[Any]] = [
        [np.empty(count), *(np.empty(count, np.float32) for _ in range(3))] for _ in range(2)
    ]
    bits = [column.view(np.int32) for column in columns[0][2:]]
    fast[0](x, x.view(np.int32), size, *columns[0][:2], *bits)
    kernels.blocks_numpy(x, size, *columns[1])
    # Of mean and spread, whose sum may be less than a normal number; least and most are exact.
    slack = (0.1, 1e-6 * np.dot(x, x) + np.finfo(np.float32).tiny, 0, 0)
    for ours, theirs, loose in zip(*columns, slack, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4 if loose else 0, atol=loose)

    up = np.array([5e3, 75e3, 130e3, np.inf], np.float32)
    down = np.array([-np.inf, 4.5e3, 67.5e3, 117e3], np.float32)
    runs = []
    for walk in (fast[1], kernels.walk):
        starts, bands = np.zeros(len(x), np.int64), np.zeros(len(x), np.int8)
        found = walk(x, columns[1][2], columns[1][3], size, up, down, 0, starts, bands)
        runs.append((*found, starts.tolist(), bands.tolist()))
    assert runs[0] == runs[1]


@given(st.lists(CURRENT, min_size=1, max_size=300))
def test_runs_are_those_of_a_plain_hysteresis(samples: list[float]) -> None:
    """Blocks that are skipped change nothing."""
    limits = (5_000.0, 75_000.0, 130_000.0)
    recording = Recording("test", 10_000.0, np.array(samples, np.float32))
    starts, bands = pyramid.band_runs(pyramid.build(recording), limits, 0.9)
    band = sum(recording.current_ua[0] >= limit for limit in limits)
    expected = [(0, band)]
    for i, ua in enumerate(recording.current_ua):
        on = [ua >= (np.float32(0.9 * edge) if k < band else edge) for k, edge in enumerate(limits)]
        if sum(on) != band:
            band = sum(on)
            expected.append((i, band))
    assert list(zip(starts.tolist(), bands.tolist(), strict=True)) == expected


def test_a_long_recording_is_cut_like_its_part_and_from_disk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY_BYTES", 1 << 20)
    part = wave((0.8, 1), *WAKE, (0.8, 1), rate_hz=100_000)
    column, times = spool.Spool(np.float32), 30
    for _ in range(times):
        column.append(part.current_ua)
    recording = Recording("test", 100_000.0, column.array())
    assert len(recording.current_ua) > kernels.COMPILE_FROM
    told: list[float] = []
    found = segment.find(recording, progress=told.append)
    wake = [s.state for s in segment.find(part).segments]
    assert [s.state for s in found.segments] == [*wake[:-1] * times, "deep_sleep"]
    assert told == sorted(told)
    assert told[-1] == 1.0
    rows = digest.of_segments(recording, found)
    assert sum(row.charge_mc for row in rows) == pytest.approx(recording.charge_mc, rel=1e-6)
    assert rows[1].sd_ma == pytest.approx(0, abs=1e-3)


SPANS = st.lists(st.integers(0, 60), unique=True, max_size=12).map(sorted)


@given(st.lists(st.tuples(SPANS, st.integers(1, 4)), max_size=4))
def test_painting_is_painting_sample_by_sample(coats: list[tuple[list[int], int]]) -> None:
    picture, plain = Painting(np.zeros(1, np.int64), np.zeros(1, np.int64), 60), np.zeros(60, int)
    for edges, code in coats:
        pairs = np.array(edges[: len(edges) // 2 * 2], np.int64).reshape(-1, 2)
        picture = picture.over(Intervals(pairs[:, 0], pairs[:, 1]), code)
        for start, end in pairs:
            plain[start:end] = code
    assert picture.at(np.arange(60)).tolist() == plain.tolist()
    assert (np.diff(picture.code) != 0).all()


@pytest.mark.parametrize("name", accuracy.TUNED + accuracy.ASIDE)
def test_states_are_right_for_95_percent_of_the_time(name: str, recordings: Path) -> None:
    found = accuracy.measure(recordings / "esp32/heltec-esp32-lora32", name)
    assert found.right >= 0.95
    assert found.median_ms <= 1


@pytest.mark.parametrize(
    ("name", "load_ma"),
    [
        ("cpu_freq/240_mhz_b", 154),
        ("batch_v3/v3-size-8-adr-a", 157),
        ("direct_v1/v1-no-adr-a", 156),
    ],
)
def test_lora_is_no_wifi(name: str, load_ma: float, recordings: Path) -> None:
    recording = reader.read(recordings / f"esp32/heltec-esp32-lora32/{name}.csv.xz")
    rows = digest.rows(recording)
    (load,) = (row for row in rows if row.state == "load")
    assert load.mean_ma == pytest.approx(load_ma, abs=1)
