"""Durations of phases, of wakes whose marker pins and currents are made here."""

from pathlib import Path

import numpy as np
import pytest

from host_sim.hardware import board
from host_sim.trace.cut import digest, labels
from host_sim.trace.cut.digest import Row
from host_sim.trace.fit import phases
from host_sim.trace.fit.evidence import Evidence
from host_sim.trace.formats import ppk2
from host_sim.trace.recording import Recording
from tests.answered import answered

LOLIN = board.load("lolin32_lite")
OTHERS_S = sum(LOLIN.phase_us(name) for name in ("scan", "address_cached", "connect")) / 1e6
LABELS = "0=sleep,1=cpu,2=sense,3=air"

# What the pins say, mA, s: a start during which they are low, and a chip that falls asleep.
WAKE = [
    (0, 45.0, 0.4),
    (1, 48.0, 0.02),
    (2, 48.5, 0.008),
    (1, 48.0, 0.001),
    (2, 48.5, 0.01),
    (1, 48.0, 0.009),
    (3, 110.0, 1.2),
    (1, 48.0, 0.002),
    (3, 110.0, 0.03),
    (1, 48.0, 0.008),
    (0, 48.0, 0.03),
]
SLEEP = (0, 0.1, 0.5)
# A wake that stays off the air: a sensor warms up, in light sleep, and the pins are let go.
WARMED = [
    (0, 45.0, 0.4),
    (1, 48.0, 0.01),
    (0, 1.6, 0.015),
    (1, 48.0, 0.002),
    (2, 48.5, 0.008),
    (1, 48.0, 0.003),
]


def marked(*parts: tuple[int, float, float]) -> Recording:
    counts = [round(s * 10_000) for _, _, s in parts]
    ua = np.repeat([np.float32(ma * 1000) for _, ma, _ in parts], counts)
    bits = np.repeat([np.uint8(code) for code, _, _ in parts], counts)
    return Recording("test", 10_000.0, ua, (), tuple(f"D{i}" for i in range(8)), bits)


def rows_of(recording: Recording) -> list[Row]:
    found = labels.find(recording, labels.parse(LABELS), Path("wake"))
    return digest.of_segments(recording, found)


def test_a_sleep_by_the_pins_gives_the_start_and_the_end_of_the_wake_back() -> None:
    rows = rows_of(marked(SLEEP, *WAKE, SLEEP))
    asleep = [row for row in rows if row.state == "deep_sleep"]
    assert [(row.mean_ma, row.duration_s) for row in asleep] == [
        pytest.approx((0.1, 0.5), rel=1e-3),
        pytest.approx((0.1, 0.5), rel=1e-3),
    ]
    assert [row.state for row in rows[:3]] == ["deep_sleep", "boot", "cpu"]
    assert rows[1].duration_s == pytest.approx(0.4)
    assert [row.state for row in rows[-3:]] == ["air", "cpu", "deep_sleep"]
    assert rows[-2].duration_s == pytest.approx(0.008 + 0.03)


@pytest.mark.parametrize("warmup_s", [0.015, 0.2])
def test_a_sensor_warms_up_within_a_wake(warmup_s: float) -> None:
    """A sleep that ends without a start is a light one, and no end of the wake."""
    warmed = [(pins, ma, warmup_s if ma == 1.6 else s) for pins, ma, s in WARMED]
    rows = rows_of(marked(SLEEP, *warmed, SLEEP))
    names = ["boot", "cpu", "light_sleep", "cpu", "sense", "cpu"]
    assert [[row.state for row in wake] for wake in digest.wakes(rows)] == [names]
    assert digest.sleep_ma(rows) == pytest.approx(0.1, rel=1e-3)


def test_a_node_that_only_sleeps_lightly_keeps_its_label() -> None:
    """Nothing tells its sleeps from one that is deep."""
    rows = rows_of(marked(SLEEP, *WARMED[1:], SLEEP))
    assert {row.state for row in rows} == {"deep_sleep", "cpu", "sense"}


def test_what_is_drawn_within_a_sleep_is_the_sleeps() -> None:
    rows = rows_of(marked(SLEEP, (0, 45.0, 0.1), SLEEP, *WAKE, SLEEP))
    assert [row.state for row in rows[:2]] == ["deep_sleep", "boot"]
    assert rows[0].duration_s == pytest.approx(1.1)


def test_a_recording_that_begins_with_the_start_has_a_power_on() -> None:
    """Which is no sleep, and of which nothing is told: it may have begun before."""
    rows = rows_of(marked(*WAKE, SLEEP, *WAKE, SLEEP, *WARMED, SLEEP))
    assert [row.state for row in rows[:2]] == ["power_on", "cpu"]
    states = {state: state for state in ("boot", "cpu", "sense", "air")}
    found = phases.durations([Evidence("a", "", rows, states=states)], LOLIN)
    assert {name: one.times for name, one in found.items()} == {
        "boot": 2,
        "wake_cpu": 1,
        "measure": 3,
        "associate": 1,
        "message": 1,
    }


def test_a_board_that_draws_much_asleep_keeps_its_label() -> None:
    rows = rows_of(marked((0, 15.0, 1.0), *WAKE[1:-1], (0, 15.0, 1.0)))
    assert [rows[0].state, rows[-1].state] == ["deep_sleep", "deep_sleep"]
    assert rows[0].duration_s == pytest.approx(1.0)


def test_phases_are_told_by_the_pins() -> None:
    states = {state: state for state in ("boot", "cpu", "sense", "air")}
    rows = rows_of(marked(SLEEP, *WAKE, SLEEP, *WARMED, SLEEP, *WAKE, SLEEP))
    found = phases.durations([Evidence("a", "", rows, states=states)], LOLIN)
    assert {name: (one.mean_s, one.times) for name, one in found.items()} == {
        "boot": pytest.approx((0.4, 3)),
        "wake_cpu": pytest.approx((0.015, 1)),  # a join loads the link, which is no part of it
        "measure": pytest.approx((0.0088, 5)),
        "associate": pytest.approx((1.2 - OTHERS_S, 2)),
        "message": pytest.approx((0.03, 2)),
    }


def test_a_join_shorter_than_its_other_parts_tells_nothing() -> None:
    rows = [Row("air", 0.0, OTHERS_S, 100.0, 0.0, 100.0, 100 * OTHERS_S)]
    one = Evidence("a", "", rows, states={"air": "air"})
    assert phases.durations([one], LOLIN) == {}


def test_what_is_only_called_cpu_is_no_phase() -> None:
    """A state that a recording calibrates by its current says nothing of Torpor's own code."""
    rows = [Row("idle", 0.0, 6.0, 34.0, 0.0, 34.0, 204.0)]
    assert phases.durations([Evidence("a", "", rows, states={"cpu": "idle"})], LOLIN) == {}


def test_a_phase_has_an_interval_over_its_recordings() -> None:
    """0.3 and 0.5 s: 0.4 ± 12.706 * 0.1, and no time is less than none."""
    some = [
        Evidence(name, "", [Row("boot", 0, s, 50.0, 0, 50.0, 50 * s)], states={"boot": "boot"})
        for name, s in (("a", 0.3), ("b", 0.5))
    ]
    assert phases.durations(some, LOLIN)["boot"].ci95_s == pytest.approx((0.0, 1.6706), abs=1e-3)
    assert phases.durations(some[:1], LOLIN)["boot"].ci95_s is None


def test_the_interval_of_a_join_is_without_its_other_parts_too() -> None:
    """0.3 and 0.34 s beside them: 0.32 ± 12.706 * 0.02."""
    some = [
        Evidence(name, "", [Row("air", 0, s, 100.0, 0, 100.0, 100 * s)], states={"air": "air"})
        for name, s in (("a", OTHERS_S + 0.3), ("b", OTHERS_S + 0.34))
    ]
    found = phases.durations(some, LOLIN)["associate"]
    assert found.mean_s == pytest.approx(0.32)
    assert found.ci95_s == pytest.approx((0.06588, 0.57412), abs=1e-4)


def test_a_marked_recording_calibrates_start_join_and_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "marked.csv"
    ppk2.write(path, marked(SLEEP, *WAKE, SLEEP, *WARMED, SLEEP, *WAKE, SLEEP))
    arguments = ["--board", "lolin32_lite", "--out", str(tmp_path / "mine"), "--labels", LABELS]
    document = answered(capsys, "calibrate", *arguments, str(path))
    assert document["states"]["deep_sleep"]["mean_ma"] == pytest.approx(0.1, rel=1e-3)
    mine = board.load(str(tmp_path / "mine"))
    made = {"boot": 400_000, "wake_cpu": 15_000, "measure": 8_800, "message": 30_000}
    assert {name: mine.phase_us(name) for name in made} == made
    assert mine.phase_us("associate") == round(1.2e6 - 1e6 * OTHERS_S)
    measure = mine.file.phases["measure"]
    assert measure.source == "marked.csv: mean of 5"
    assert measure.ci95_us is not None
    low, high = measure.ci95_us
    assert low < 8_800 < high
