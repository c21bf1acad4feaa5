"""Ways to wake for a sound: what mixtures hold, what a step in the noise does, what tuning is."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from host_sim.engine import plain
from host_sim.engine.parts import SENDS, ULP_US
from host_sim.errors import BadInput
from host_sim.lab import study
from host_sim.lab.cascade import mixtures, tune, ways
from host_sim.lab.cascade.heard import Heard
from host_sim.lab.cascade.mixtures import Mixture
from host_sim.lab.cascade.ways import FREE, OURS, WAYS, Way
from host_sim.sim import build
from host_sim.spec import scenario
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
    priced, free = (ways.life(way, loud) for way in (WAYS[OURS], FREE))
    assert priced.caught >= free.caught - priced.words / 100


@pytest.mark.parametrize("ambience", mixtures.AMBIENCES)
def test_where_a_place_swells_as_words_do_no_more_is_told_than_has_its_price(ambience: str) -> None:
    """Words that are louder are told as ever, or more of them: a node that joins hears none."""
    loud = Mixture(("yes", "no"), ("noise",), ambience, snr_db=20, gain_x16=8).changes
    priced, free = (Heard.of(ways.life(way, loud)) for way in (WAYS[OURS], FREE))
    assert priced.messages / priced.days <= 1_000 < 2_000 < free.messages / free.days
    assert priced.caught >= free.caught
    assert priced.recall > 0.95


def test_a_life_is_that_of_the_simulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("host_sim.engine.native.is_ready", lambda: False)
    ours = ways.life(WAYS[OURS], ("days=0.5",))
    given = scenario.load("sound", ("days=0.5",))
    node = plain.Life(build.parts(given), given.device())
    node.live(build.end_us(given))
    assert ours.ledger.us == node.parts.us


def heard(mc_per_word: float, permille: int, messages: int = 2_000) -> Heard:
    """So many of 1,000 words told, at this charge each, among so many messages."""
    return Heard(mc_per_word * permille, 1.0, 1_000, permille, messages)


def test_tuning_takes_the_least_charge_that_has_the_recall() -> None:
    found: dict[tune.Marks, Heard] = {
        (1,): heard(100, 998),
        (2,): heard(300, 1_000),
        (3,): heard(200, 999),
        (4,): heard(250, 999),
    }
    assert tune.best(found) == (3,)
    assert tune.best({marks: found[marks] for marks in ((1,), (2,))}) == (2,)
    assert tune.best({(1,): found[1,], (5,): heard(50, 997)}) == (1,)
    cries_wolf: dict[tune.Marks, Heard] = {
        (6,): heard(100, 1_000, 2_001),
        (7,): heard(90, 1_000, 2_002),
    }
    assert tune.best({**found, **cries_wolf}) == (3,)
    assert tune.best(cries_wolf) == (6,)


def test_each_way_is_tuned_in_a_grid_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line each; whose program looks for 5 ms is not asked for how long."""

    def table(
        make: Callable[..., Way], grid: tune.Grid, measuring: Callable[[], None]
    ) -> tune.Table:
        marks = tuple(values[0] for values in grid.values())
        return {marks: heard(200 * make(**dict(zip(grid, marks, strict=True))).frames, 999)}

    monkeypatch.setattr(tune, "table", table)
    lines = list(tune.all_of(lambda done: None))
    assert [line.partition(": ")[0] for line in lines] == list(WAYS)
    assert lines[0] == f"{OURS}: margin 100, ratio_x4 6, modulation 28, interval_ms 60: " + (
        "200 mC a word, 99.9 % caught, 2.0 messages a word"
    )
    long = {name for name, grid in tune.GRIDS.items() if "frames" in grid}
    assert long == {name for name in WAYS if name.endswith((", two stages", "afterwards"))}


def test_tuning_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes minutes a way: each of a grid's marks is told, not each way."""
    told: list[float] = []
    monkeypatch.setattr(tune, "measured", lambda way: heard(100, 999))
    assert len(list(tune.all_of(told.append))) == len(WAYS)
    assert told == [number / len(told) for number in range(len(told))]
    assert len(told) > 100 * len(WAYS)


# Of a grid where its end is none that tuning came to: what stands in tune.py beside it.
NATURAL = {("modulation", 16), ("ratio_x4", 6), ("margin", 0)}
CPU_LOOKS = {("frames", 8), ("interval_ms", 60), ("interval_ms", 50)}  # it looks without a pause


@pytest.mark.parametrize("name", WAYS)
def test_the_marks_of_a_way_are_within_its_grid(name: str) -> None:
    given = scenario.load("sound", WAYS[name].changes)
    watch = given.file.node.watch
    assert watch
    first, _, third = watch.stages
    marks = {
        "margin": first.margin,
        "ratio_x4": first.ratio * 4,
        "modulation": third.margin,
        "interval_ms": watch.interval_ms,
        "frames": WAYS[name].frames,
    }
    by_cpu = CPU_LOOKS if WAYS[name].changes[:2] == ways.POLLS else set()
    for key, values in tune.GRIDS[name].items():
        assert marks[key] in values
        at_end = marks[key] in (min(values), max(values))
        assert not at_end or (key, marks[key]) in NATURAL | by_cpu


@pytest.mark.parametrize("name", [name for name in WAYS if name.endswith("two stages")])
def test_a_longer_look_is_the_mean_of_its_frames_and_costs_as_many(name: str) -> None:
    given = scenario.load("sound", (*ONE.changes, *WAYS[name].changes))
    one, four = build.parts(given), build.parts(given)
    ways.look_longer(four, 4)
    step_us = one.hearing.step_us
    for look_us in (0, 7 * step_us, (len(one.hearing.background) - 2) * step_us):
        levels = [one.hearing.noise(look_us + frame * step_us) for frame in range(4)]
        assert four.hearing.noise(look_us) == pytest.approx(sum(levels) / 4, abs=1)
    clip, steps = np.array(one.hearing.clips), one.hearing.clip_steps
    assert four.hearing.clips[steps + 30] == clip[steps + 30 : steps + 34].sum() // 4
    assert four.hearing.clips[steps - 1] == clip[steps - 1] // 4
    assert four.look_us[0] == 4 * one.look_us[0]
    assert four.watch[ULP_US] == 4 * one.watch[ULP_US]


def test_without_marks_a_line_says_so() -> None:
    with pytest.raises(BadInput, match="sleep has nothing to tune; leave --tune out"):
        next(study.tuned("sleep", lambda done: None))


@pytest.mark.parametrize(
    ("background", "gain_x16", "told"),
    [("noise", 64, 0), ("white", 64, 0), ("pink", 64, 0), ("brown", 32, 0), ("brown", 64, 50)],
)
def test_of_noise_alone_little_is_told(background: str, gain_x16: int, told: int) -> None:
    """As docs/cascade.md has it, up to the loudest that a scenario may be: but for its reports."""
    silent = ("words_per_hour=0", "bursts_per_hour=0")
    gains = (f"night_gain_x16={gain_x16}", f"day_gain_x16={gain_x16}")
    world = (*silent, *gains, f'background="{background}"')
    heard = ways.life(WAYS[OURS], ("days=2", *(f"world.sound.{key}" for key in world)))
    assert heard.count[SENDS] == pytest.approx(2 * (4 + told), abs=told // 10)
