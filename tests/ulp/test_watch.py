"""The programs that ship: they decide as the cascade's first stage, at a price others measured."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.errors import BadInput
from host_sim.hardware import board
from host_sim.ulp.emulator import Ulp
from host_sim.ulp.watch import watch
from tests.fidelity import own
from tests.ulp.everywhere import PIN
from torpor.ulp.assemble import CHIPS, Program, assemble
from torpor.ulp.chips import names
from torpor.ulp.programs import PROGRAMS

MODEL = Path(__file__).parents[2] / "docs" / "model.md"
SCORES = st.integers(0, 4095)
EVERY_CHIP = pytest.mark.parametrize("chip", CHIPS)


def program(name: str, chip: str) -> Program:
    return assemble(PROGRAMS[name], chip, names(chip, PIN[chip][name]))


@EVERY_CHIP
@given(
    series=st.lists(SCORES, max_size=30),
    threshold=st.integers(0, 5000),
)
def test_the_adc_program_wakes_at_its_threshold(
    chip: str, series: list[int], threshold: int
) -> None:
    seen = 0
    ulp = Ulp(program("adc", chip), chip, lambda unit, channel: seen, lambda: 0)
    ulp["threshold"] = threshold
    for looks, seen in enumerate(series, 1):
        woke = ulp.run().woke
        assert woke == (seen >= threshold)
        assert ulp.timer == (not woke)
        assert (ulp["looks"], ulp["score"]) == (looks, seen)
        ulp.timer = True


@EVERY_CHIP
@given(reads=st.lists(SCORES, min_size=4, max_size=4))
def test_the_adc_program_scores_the_mean_of_four(chip: str, reads: list[int]) -> None:
    answers = iter(reads)
    ulp = Ulp(program("adc", chip), chip, lambda unit, channel: next(answers), lambda: 0)
    threshold = ulp["threshold"] = sum(reads) // 4
    assert ulp.run().woke
    assert ulp["score"] == threshold


@EVERY_CHIP
@given(
    reads=st.lists(SCORES, min_size=16, max_size=16)
    | st.lists(st.sampled_from([0, 4095]), min_size=16, max_size=16),
    mean=st.integers(0, 4095),
)
def test_the_loudness_program_scores_the_mean_distance(
    chip: str, reads: list[int], mean: int
) -> None:
    answers = iter(reads)
    ulp = Ulp(program("loudness", chip), chip, lambda unit, channel: next(answers), lambda: 0)
    ulp["threshold"], ulp["mean"] = 0xFFFF, mean << 4
    total, mean_x16 = 0, mean << 4
    for read in reads:
        distance = read - (mean_x16 >> 4)
        mean_x16 += distance
        total += abs(distance)
    assert not ulp.run().woke
    assert (ulp["score"], ulp["mean"]) == (total, mean_x16)


@EVERY_CHIP
def test_the_threshold_is_met_exactly(chip: str) -> None:
    for score, wakes in ((299, False), (300, True), (301, True)):
        ulp = Ulp(program("adc", chip), chip, lambda unit, channel: score, lambda: 0)  # noqa: B023
        ulp["threshold"] = 300
        ulp["looks"] = 0xFFFF
        assert ulp.run().woke == wakes
        assert ulp["looks"] == 0


@EVERY_CHIP
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_cpu_that_is_awake_keeps_its_timer(chip: str, name: str) -> None:
    ulp = Ulp(program(name, chip), chip, lambda unit, channel: 1, lambda: 0)
    ulp.asleep = False
    assert not ulp.run().woke  # at a threshold of 0
    assert ulp.timer


@pytest.mark.parametrize("name", ["lolin32_lite", "xiao_esp32s3"])
@given(levels=st.lists(st.integers(0, 1), min_size=1, max_size=40), least=st.integers(1, 5))
def test_the_edges_program_counts_edges_since_it_was_armed(
    name: str, levels: list[int], least: int
) -> None:
    expected, edges = [], 0
    for i, (before, now) in enumerate(pairwise([levels[0], *levels])):
        edges += before != now
        if edges >= least:
            expected.append(i)
            edges = 0
    on = board.load(name)
    assert watch(program("edges", on.file.chip), on, levels, 5_000, least).wakes == expected


def test_the_edges_program_looks_at_its_own_pin() -> None:
    """GPIO 33 is channel 8 of the ESP32's RTC pads, GPIO 4 channel 4 of the S3's."""
    for chip, channel in (("esp32", 8), ("esp32s3", 4)):
        for levels, edges in ((1 << channel, 1), (~(1 << channel), 0)):
            ulp = Ulp(program("edges", chip), chip, lambda unit, mux: 0, lambda: levels)  # noqa: B023
            ulp["threshold"] = 2
            ulp.run()
            assert ulp["score"] == edges


def test_a_look_s_cycles_added_up_by_hand() -> None:
    seen = watch(program("adc", "esp32"), board.load("lolin32_lite"), [0], 50_000, 1)
    again = 51 + 6 + 6 + 4
    head = 12 + 12 + 6 + 8 + 6 + 8 + 6 + 6
    assert seen.cycles == head + 4 * again + 6 + 8 + 8 + 6 + 4 + 2 == 366
    assert seen.adc_cycles == 4 * 47
    # 366 cycles at 8.5 MHz are 43 us, 20 of the slow clock at 150 kHz 133 us, all at 432 uA; 188
    # cycles of the converter are 22.1 us at 9.5 mA. The period and the run pass asleep, at 63 uA.
    assert seen.ulp_nc == (43 + 133) * 432_000 // 10**6 + 210
    assert seen.duration_us == 50_043
    assert seen.sleep_nc == 50_043 * 63_000 // 10**6
    assert seen.charge_nc == seen.ulp_nc + seen.sleep_nc


@pytest.mark.parametrize(("hz", "measured_ua"), [(10, 8.5), (50, 20), (100, 37)])
def test_the_adc_program_costs_what_espressif_measured(hz: int, measured_ua: float) -> None:
    """ESP-IDF, examples/system/ulp_fsm/ulp_adc/README.md: an ESP32 that converts four times a look.

    Its program differs in a few instructions. No price here was fitted to these currents.
    """
    mean_ua = own.ulp_ua(hz)
    assert mean_ua == pytest.approx(measured_ua, rel=0.10)
    assert f"| {hz} | {measured_ua} | {mean_ua:.1f} |" in MODEL.read_text(encoding="utf-8")


def test_the_edges_program_s_current_is_the_one_the_document_gives() -> None:
    on = board.load("lolin32_lite")
    seen = watch(program("edges", "esp32"), on, [0] * 1000, 5_000, 1)
    mean_ua = 3 + 1000 * seen.ulp_nc / seen.duration_us
    assert f"comes out as {mean_ua:.1f} µA" in MODEL.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("xiao_esp32c3", PROGRAMS["adc"], "esp32c3 has no FSM ULP"),
        ("lolin32_lite", "halt", "the program has no threshold"),
    ],
)
def test_what_cannot_watch_is_one_line(name: str, text: str, what: str) -> None:
    with pytest.raises(BadInput, match=what):
        watch(assemble(text, "esp32", names("esp32", 34)), board.load(name), [0], 50_000, 1)
