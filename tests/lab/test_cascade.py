"""Ways to wake for a sound: what mixtures hold, what a step in the noise does, what tuning is."""

from dataclasses import replace

import numpy as np
import pytest

from host_sim.engine import plain
from host_sim.errors import BadInput
from host_sim.lab import study
from host_sim.lab.cascade import mixtures, tune, ways
from host_sim.lab.cascade.ways import OURS, UNPRICED, WAYS, Way
from host_sim.sim import build
from host_sim.spec import scenario
from host_sim.spec.configure import device_config
from host_sim.world import sound

ONE = replace(mixtures.tuning()[1], words_per_hour=10)


@pytest.mark.parametrize("snr_db", [30, 20, 10, 5, 0])
def test_a_mixture_has_the_ratio_that_it_says(snr_db: int) -> None:
    """Words by their active level over the background's; 5 and 0 dB were once one world."""
    given = scenario.load("sound", (*replace(ONE, snr_db=snr_db).changes, *ways.POLLS))
    ears = build.parts(given).hearing
    steps = ears.clip_steps
    clips = [np.array(ears.clips[at : at + steps]) for at in (0, steps)]
    words = [sound.active(mixtures.tens(clip)) for clip in clips]
    level = np.sqrt(np.mean(np.square(mixtures.tens(sound.clip_levels(ONE.background)))))
    ratio = np.mean(words) * ears.event_gain[ears.event_word.index(1)]
    ratio /= level * ears.gain_x16[0] * sound.EVENT_GAIN / 16
    assert 20 * np.log10(ratio) == pytest.approx(snr_db, abs=0.05)


def test_tuning_and_judged_share_no_recording(tmp_path_factory: pytest.TempPathFactory) -> None:
    tuned = {clip for one in mixtures.tuning() for clip in (*one.words, *one.bursts)}
    tuned |= {one.background for one in mixtures.tuning()}
    judged = mixtures.judged(tmp_path_factory.getbasetemp())
    for one in judged:
        assert not tuned & {*one.words, *one.bursts, one.background}


def test_what_remembers_hears_a_word_from_deep_sleep_and_what_does_not_misses_it() -> None:
    """On a board that tests its PSRAM at each start, and so takes longer than a word."""
    slow = (*ONE.changes, "board=xiao_esp32s3")
    back, afterwards = (
        ways.life(WAYS[name], slow) for name in (OURS, "ULP, deep sleep, looks afterwards")
    )
    assert back.caught == back.words > 20
    assert afterwards.caught < afterwards.words / 2


@pytest.mark.parametrize("bursts_per_hour", [5, 10])
def test_bursts_leave_the_recall_and_cost_little(bursts_per_hour: int) -> None:
    """They emptied the purse, and the node heard 43 and 24 % of the words."""
    calm, busy = (
        ways.life(WAYS[OURS], ("days=1", f"world.sound.bursts_per_hour={rate}"))
        for rate in (1.0, float(bursts_per_hour))
    )
    assert busy.caught == busy.words
    assert busy.ledger.charge_fc / busy.days < 1.6 * calm.ledger.charge_fc / calm.days


def test_behind_a_step_in_the_noise_recall_is_what_that_noise_allows() -> None:
    """At seven the background comes up by 24 dB; before, it was as loud the whole day."""
    step, loud = (
        ways.life(WAYS[OURS], ("days=2", f"world.sound.night_gain_x16={night}", DAY))
        for night in (1, 16)
    )
    assert step.caught / step.words >= loud.caught / loud.words
    assert step.false_wakes <= 2 * 100


DAY = "world.sound.day_gain_x16=16"


def test_the_price_takes_no_more_than_a_point_of_recall() -> None:
    loud = ("days=2", "world.sound.night_gain_x16=8", "world.sound.day_gain_x16=8")
    priced, free = (ways.life(way, loud) for way in (WAYS[OURS], Way("ours", UNPRICED)))
    assert priced.caught >= free.caught - priced.words / 100


def test_a_life_is_that_of_the_simulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("host_sim.engine.native.is_ready", lambda: False)
    ours = ways.life(WAYS[OURS], ("days=0.5",))
    given = scenario.load("sound", ("days=0.5",))
    node = plain.Life(build.parts(given), device_config(given.file.node, given.board))
    node.live(build.end_us(given))
    assert ours.ledger.us == node.parts.us


def test_tuning_takes_the_least_charge_that_has_the_recall(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {1: (100.0, 0.5), 2: (300.0, 0.97), 3: (200.0, 0.95), 4: (400.0, 1.0)}
    monkeypatch.setattr(tune, "measured", found.__getitem__)
    assert tune.best(lambda mark: mark, {"mark": tuple(found)})[0] == {"mark": 3}
    assert tune.best(lambda mark: mark, {"mark": (1,)}) == ({"mark": 1}, 100.0, 0.5)


def test_ours_is_tuned_to_hear_no_less_than_any_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those hear 98 % of the tuning words at best, so ours is to: its cheaper mark hears less."""
    monkeypatch.setattr(tune, "two", lambda name: lambda **marks: (500.0, 0.98))
    heard = {30: (300.0, 0.985), 32: (200.0, 0.975), 34: (400.0, 0.99), 36: (100.0, 0.5)}
    monkeypatch.setattr(tune, "ours", lambda modulation, **others: heard[modulation])
    monkeypatch.setattr(tune, "measured", lambda found: found)
    *_, last = tune.all_of()
    assert last.startswith(f"{OURS}: margin 100, ratio_x4 6, modulation 30,")


def test_the_scenario_has_the_marks_that_ours_are_tuned_in() -> None:
    watch = scenario.load("sound").file.node.watch
    assert watch
    first, second, third = watch.stages
    assert first.margin in tune.OURS["margin"]
    assert first.ratio * 4 in tune.OURS["ratio_x4"]
    assert second.margin == 0
    assert third.margin in tune.OURS["modulation"]
    assert watch.interval_ms in tune.OURS["interval_ms"]


def test_without_recordings_or_marks_a_line_says_so() -> None:
    with pytest.raises(BadInput, match="judged on recordings not shipped; give --data"):
        study.of("cascade", None, lambda done: None)
    with pytest.raises(BadInput, match="sleep has nothing to tune; leave --tune out"):
        next(study.tuned("sleep"))
