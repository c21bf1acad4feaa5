"""Stage 0 on the ULP: what it hears of the clips, and what a scenario makes of it."""

import numpy as np
import pytest

from host_sim.errors import BadInput
from host_sim.hardware import board
from host_sim.hardware.chip import ULPS
from host_sim.lab import decisions
from host_sim.sim import run
from host_sim.spec import scenario
from host_sim.world import loudness, sound

ULP = "node.watch.ulp=true"


@pytest.mark.parametrize("chip", ULPS)
def test_a_look_hears_a_word_as_the_cpu_does(chip: str) -> None:
    """32 conversions in place of 160 samples, less what their own mean follows."""
    for word in sound.CLIPS[: sound.WORDS]:
        ours, cpus = np.array(loudness.scores(chip, word, None)), sound.levels(word)
        assert np.corrcoef(ours, cpus)[0, 1] > 0.98
        if chip == "esp32":
            assert ours.mean() == pytest.approx(cpus.mean(), rel=0.05)


@pytest.mark.parametrize("chip", ULPS)
def test_a_look_hears_little_of_a_rumble(chip: str) -> None:
    """63 % of the noise clip's power lies below 32 Hz."""
    assert np.mean(loudness.scores(chip, "noise", "noise")) < 0.7 * sound.levels("noise").mean()


def test_the_price_of_a_look_is_that_of_its_cycles() -> None:
    """84,226 cycles at 8.5 MHz after 133 µs of waiting; 32 conversions of 47 cycles at 9.5 mA."""
    us, na = loudness.price("esp32")
    assert us == 84_226 * 10 // 85 + 133
    assert na == pytest.approx(432_000 + 32 * 47 / 8.5 / us * 9_500_000, abs=1)


def test_the_ulp_hears_the_words_for_less_than_half() -> None:
    by_cpu, by_ulp = (
        run.run(scenario.load("sound", ("days=2", *changes))) for changes in ((), (ULP,))
    )
    assert by_ulp.ledger.charge_fc < by_cpu.ledger.charge_fc / 2
    assert by_ulp.caught >= by_ulp.words * 0.95
    views = (by_ulp.ledger.by_state(), by_ulp.ledger.by_task(), by_ulp.ledger.by_decision())
    assert {sum(line.charge_fc for line in view) for view in views} == {by_ulp.ledger.charge_fc}


def test_the_baseline_has_no_ulp() -> None:
    plain, by_ulp = (scenario.load("sound", changes) for changes in ((), (ULP,)))
    assert decisions.without(by_ulp, decisions.NAIVE)[0].file == plain.file


@pytest.mark.parametrize(
    ("name", "changes", "line"),
    [
        (
            "sound",
            ("board=xiao_esp32c3",),
            "the esp32c3 has no FSM ULP; chips that have: esp32, esp32s2",
        ),
        ("door", (), "the ULP polls, a pin wakes by itself; set interval_min_ms, or leave ulp out"),
    ],
)
def test_a_ulp_without_work_is_refused(name: str, changes: tuple[str, ...], line: str) -> None:
    with pytest.raises(BadInput, match=f"node.watch.ulp: {line}"):
        scenario.load(name, (ULP, *changes))


@pytest.mark.parametrize("name", ["lolin32_lite", "xiao_esp32s3"])
def test_deep_sleep_can_poll_by_the_ulp(name: str) -> None:
    """Words are over before the chip has started: few are caught, and the charge is the point."""
    given = scenario.load("sound", ("days=1", ULP, "node.deepest_sleep=deep", f"board={name}"))
    result = run.run(given)
    states = {line.name for line in result.ledger.by_state()}
    assert "deep_sleep" in states
    assert (
        board.load(name).file.states["deep_sleep"].current_na
        < result.ledger.average_current_ua * 1000
    )
