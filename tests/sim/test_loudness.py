"""Stage 0 on the ULP: what it hears of the clips, and what a scenario makes of it."""

import numpy as np
import pytest

from host_sim.engine.events import NEVER_US
from host_sim.engine.hearing import Hearing
from host_sim.errors import BadInput
from host_sim.hardware.chip import ULPS
from host_sim.lab import decisions
from host_sim.sim import build, run
from host_sim.spec import scenario
from host_sim.ulp.emulator import Ulp
from host_sim.world import loudness, sound
from host_sim.world.series import Ints
from torpor.policy.loudness import BLOCK, REMEMBERED
from torpor.ulp.assemble import RESERVED_BYTES
from torpor.ulp.programs import gates

CPU = ("node.watch.ulp=false", "node.deepest_sleep=light")
WORDS = ("yes", "no")


@pytest.mark.parametrize("chip", ULPS)
def test_a_look_hears_a_word_as_the_cpu_does(chip: str) -> None:
    """16 conversions in place of 80 samples, less what their own mean follows."""
    for word in WORDS:
        wave = sound.samples(word)
        ours, cpus = loudness.levels(chip, wave), sound.levels(wave)
        assert np.corrcoef(ours, cpus)[0, 1] > 0.97
        assert ours.mean() == pytest.approx(cpus.mean(), rel=0.04)


@pytest.mark.parametrize("chip", ULPS)
def test_a_look_hears_little_of_a_rumble(chip: str) -> None:
    """63 % of the noise clip's power lies below 32 Hz."""
    wave = sound.samples("noise")
    assert loudness.levels(chip, wave).mean() < 0.66 * sound.levels(wave).mean()


@pytest.mark.parametrize("chip", ULPS)
def test_a_frame_is_five_milliseconds(chip: str) -> None:
    assert loudness.price(chip)[0] == pytest.approx(sound.STEP_US, rel=0.04)


@pytest.mark.parametrize("chip", ULPS)
def test_the_program_and_what_it_remembers_fit_what_micropython_reserves(chip: str) -> None:
    binary = loudness.program(chip)
    kept = 4 * (len(binary.text) + len(binary.data) + binary.bss_words)
    assert 4 * REMEMBERED < kept <= RESERVED_BYTES


def mixed(word: str, snr_db: float, gain: float) -> Ints:
    """A word and the noise under it for three seconds, 16-bit samples."""
    noise = np.tile(sound.samples("noise"), 3) * gain
    heard = np.zeros(len(noise))
    heard[16_000:32_000] = sound.samples(word)
    loud = np.abs(heard[heard != 0]).mean() * 2
    scale = 10 ** (snr_db / 20) * np.abs(noise).mean() / loud if gain else 1.0
    return (noise + scale * heard).clip(-32_768, 32_767).astype(np.int64)


@pytest.mark.parametrize("chip", ["esp32", "esp32s3"])
@pytest.mark.parametrize(("snr_db", "gain"), [(0, 0.0), (20, 0.1), (6, 0.3)])
@pytest.mark.parametrize("word", WORDS)
def test_the_chip_s_own_words_decide_as_the_engine_does(
    chip: str, word: str, snr_db: float, gain: float
) -> None:
    """Look by look over a mixture: the floor, whether the CPU wakes, and what is remembered."""
    wave = mixed(word, snr_db, gain)
    level = loudness.levels(chip, wave).tolist()
    chosen = gates([400, 200, 48])
    ears = Hearing(sound.STEP_US, level, [16], [NEVER_US], [0], [0], [0], [], 0, [0], **chosen)
    conversions, means = converted(chip, wave)
    at = 0

    def adc(unit: int, channel: int) -> int:
        nonlocal at
        at += 1
        return conversions[at - 1]

    ulp = Ulp(loudness.program(chip), chip, adc, lambda: 0)
    for name, value in {**chosen, "threshold": 400, "ratio": 8}.items():
        ulp[name] = value
    woken = 0
    for cell in range(0, len(level) - REMEMBERED * BLOCK, 30):
        at = cell * loudness.CONVERSIONS
        ulp["mean"] = means[cell]
        us = cell * sound.STEP_US
        ears.crossing(us - 150_000, us + 1, 150_000, 400, 32)
        assert ulp.run().woke == (ears.loud_us == us)
        assert (ulp["floor"], at // loudness.CONVERSIONS) == (ears.floor, cell + 1 + ears.recorded)
        if ears.loud_us == us:
            first = ulp.labels["blocks"]
            kept = [word & 0xFFFF for word in ulp.memory[first : first + REMEMBERED]]
            assert kept == ears.memory
            woken += 1
        ulp.timer = True
    assert woken or snr_db == 6


def converted(chip: str, wave: Ints) -> tuple[list[int], list[int]]:
    """Conversions of frame after frame, and the running mean before each frame."""
    frames = wave.reshape(-1, sound.SAMPLES)[:, loudness.instants(chip)] >> loudness.TO_STEPS
    conversions = (loudness.BIAS + frames).ravel().tolist()
    means, mean_x16 = [], loudness.BIAS << 4
    for i, step in enumerate(conversions):
        if i % loudness.CONVERSIONS == 0:
            means.append(mean_x16)
        mean_x16 += step - (mean_x16 >> 4)
    return conversions, means


def test_the_price_of_a_look_is_that_of_its_cycles() -> None:
    """42,220 cycles at 8.5 MHz after 133 µs of waiting; 16 conversions of 47 cycles at 9.5 mA."""
    us, na = loudness.price("esp32")
    assert us == 42_220 * 10 // 85 + 133
    assert na == pytest.approx(432_000 + 16 * 47 / 8.5 / us * 9_500_000, abs=1)


@pytest.mark.parametrize("changes", [CPU, ()])
def test_a_node_hears_by_what_listens(changes: tuple[str, ...]) -> None:
    given = scenario.load("sound", changes)
    assert given.file.node.watch
    assert given.file.world.sound
    hearing = build.parts(given).hearing
    clip = given.file.world.sound.words[0]
    by_ulp = loudness.clip_levels(given.board.file.chip, clip).tolist()
    level = by_ulp if given.file.node.watch.ulp else sound.clip_levels(clip).tolist()
    assert hearing.clips[: len(level)] == level
    assert (hearing.share > 0) == given.file.node.watch.ulp


def test_the_ulp_hears_the_words_for_a_tenth() -> None:
    by_cpu, by_ulp = (
        run.run(scenario.load("sound", ("days=1", *changes))) for changes in (CPU, ())
    )
    assert by_ulp.ledger.charge_fc < by_cpu.ledger.charge_fc / 10
    assert by_ulp.caught == by_ulp.words
    views = (by_ulp.ledger.by_state(), by_ulp.ledger.by_task(), by_ulp.ledger.by_decision())
    assert {sum(line.charge_fc for line in view) for view in views} == {by_ulp.ledger.charge_fc}


def test_the_baseline_has_no_ulp_and_sleeps_lightly() -> None:
    plain, by_ulp = (scenario.load("sound", changes) for changes in (CPU, ()))
    naive = decisions.without(by_ulp, decisions.NAIVE)[0].file.node
    assert (naive.watch, naive.deepest_sleep) == (plain.file.node.watch, "light")


@pytest.mark.parametrize(
    ("name", "changes", "line"),
    [
        (
            "sound",
            ("board=xiao_esp32c3",),
            "the esp32c3 has no FSM ULP; chips that have: esp32, esp32s2",
        ),
        (
            "door",
            ("node.watch.ulp=true",),
            "the ULP polls, a pin wakes by itself; set interval_ms, or leave ulp out",
        ),
    ],
)
def test_a_ulp_without_work_is_refused(name: str, changes: tuple[str, ...], line: str) -> None:
    with pytest.raises(BadInput, match=f"node.watch.ulp: {line}"):
        scenario.load(name, changes)
