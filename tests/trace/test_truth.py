"""Boards whose currents and times are known, recorded and calibrated: intervals hold the truth.

At each rate a sample is the mean over its interval, so that the ends of a stretch are mixed.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.hardware import board
from host_sim.trace.cut import digest, instrument
from host_sim.trace.fit import calibrate, document
from host_sim.trace.fit.evidence import Evidence
from host_sim.trace.formats import ppk2
from host_sim.trace.recording import Recording
from tests.answered import answered
from tests.refused import refused

LOLIN = board.load("lolin32_lite")
USUAL_MA = {"deep_sleep": 0.15, "boot": 47.0, "idle": 30.0, "listen": 95.0}
BOARDS, LEAST = 60, 0.87  # of as many, 95 % less three standard errors

Parts = list[tuple[float, float]]  # mA, s


def sampled(parts: Parts, rate_hz: float) -> npt.NDArray[np.float64]:
    """In µA, each sample the mean over its interval."""
    ma, seconds = np.array(parts).T
    at_s, mc = (np.concatenate([[0], np.cumsum(part)]) for part in (seconds, ma * seconds))
    grid_s = np.arange(int(at_s[-1] * rate_hz) + 1) / rate_hz
    out: npt.NDArray[np.float64] = np.diff(np.interp(grid_s, at_s, mc)) * rate_hz * 1000
    return out


def recorded(
    random: np.random.Generator, true_ma: dict[str, float], boot_s: float, rate_hz: float
) -> Evidence:
    """Six wakes; each stretch has its own length."""

    def part(state: str, shortest_s: float) -> tuple[float, float]:
        return true_ma[state], shortest_s * random.uniform(1, 1.3)

    parts = [part("deep_sleep", 1)]
    for _ in range(6):
        parts.append((true_ma["boot"], boot_s * random.normal(1, 0.02)))
        parts += [part("idle", 0.5), part("listen", 0.4), part("idle", 0.5), part("deep_sleep", 1)]
    ua = sampled(parts, rate_hz)
    ua += random.normal(0, 20, len(ua))
    recording = Recording("made", rate_hz, ua.astype(np.float32))
    rows = digest.rounded(digest.rows(recording))
    states = {row.state: row.state for row in rows}
    return Evidence("a", "", rows, states=states, instrument=instrument.of(recording, rows))


@pytest.mark.parametrize("rate_hz", [50.0, 1000.0])
def test_intervals_hold_what_a_board_draws(rate_hz: float) -> None:
    held = dict.fromkeys([*USUAL_MA, "boot, s"], 0)
    for number in range(BOARDS):
        random = np.random.default_rng(number)
        true_ma = {state: ma * random.uniform(0.9, 1.1) for state, ma in USUAL_MA.items()}
        boot_s = random.uniform(0.15, 0.4)
        found = calibrate.calibrate([recorded(random, true_ma, boot_s, rate_hz)], LOLIN)
        for state, ma in true_ma.items():
            ci95_ma = found.currents[state].ci95_ma
            assert ci95_ma
            low_na, high_na = ends(document.ends(ci95_ma))
            held[state] += low_na <= ma * 1e6 <= high_na
        low_s, high_s = found.phases["boot"].ci95_s or (0.0, 0.0)
        held["boot, s"] += low_s <= boot_s <= high_s
    assert {name for name, times in held.items() if times < LEAST * BOARDS} == set()


def ends(text: str) -> list[int]:
    return [int(word.replace("_", "")) for word in text.strip("[]").split(", ")]


@given(st.floats(1e-6, 1e3), st.floats(1e-6, 1e3))
def test_the_ends_of_an_interval_are_rounded_outwards(one: float, other: float) -> None:
    low_ma, high_ma = sorted((one, other))
    low_na, high_na = ends(document.ends((low_ma, high_ma)))
    assert low_ma * 1e6 * (1 - 1.1e-3) - 1 <= low_na <= low_ma * 1e6 * (1 + 1e-9)
    assert high_ma * 1e6 * (1 - 1e-9) <= high_na <= high_ma * 1e6 * (1 + 1.1e-3) + 1


def test_a_mean_leaves_out_what_its_ends_hold_of_others() -> None:
    parts = [(0.1, 1.004), (50.0, 0.205), (30.0, 0.807), (95.0, 0.501), (0.1, 1.0)]
    rows = digest.rows(Recording("made", 100.0, sampled(parts, 100.0).astype(np.float32)))
    assert [row.mean_ma for row in rows] == pytest.approx([ma for ma, _ in parts], rel=1e-6)
    assert [row.sd_ma for row in rows] == pytest.approx([0.0] * 5, abs=1e-3)


def test_an_inrush_is_part_of_its_boot() -> None:
    parts = [(0.1, 1.0), (300.0, 0.001), (50.0, 0.2), (30.0, 0.8), (0.1, 1.0)]
    rows = digest.rows(Recording("made", 1e3, sampled(parts, 1e3).astype(np.float32)))
    assert rows[1].mean_ma * rows[1].duration_s == pytest.approx(0.3 + 10.0, rel=1e-3)


def test_a_coarse_instrument_calibrates_no_sleep(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of an INA219's step of 100 µA and offset of one, a sleep of 63 µA is mostly its offset."""
    random = np.random.default_rng(1)
    ua = sampled([(0.063, 10), (50.0, 0.4), (30.0, 1.0), (95.0, 0.5), (0.063, 10)], 100.0)
    ua = np.rint((ua + 100 + random.normal(0, 31, len(ua))) / 100) * 100
    folder = tmp_path / "recordings"
    folder.mkdir()
    path = folder / "ina219.csv"
    ppk2.write(path, Recording("made", 100.0, ua.astype(np.float32)))
    arguments = ["calibrate", "--board", "lolin32_lite", "--out", str(tmp_path / "mine"), str(path)]
    why = "a step of 100 µA tells no sleep: its zero may be off by more"
    said = refused([*arguments, "--states", "deep_sleep"], folder, capsys)
    assert said == f"torpor: {path}: {why}; record more, or leave deep_sleep out\n"
    found = answered(capsys, *arguments)
    assert "deep_sleep" in found["not_calibrated"]
    assert found["doubts"] == [f"deep_sleep is not calibrated: {why}"]
    again = answered(capsys, "calibrate", "--board", str(tmp_path / "mine"))
    assert again["doubts"] == found["doubts"]
