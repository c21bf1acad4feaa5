"""Levels of the clips and of mixtures, the timeline of events, and what a detector meets."""

import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.engine.events import NEVER_US
from host_sim.engine.hearing import Hearing, both
from host_sim.errors import BadInput
from host_sim.units import HOUR_US
from host_sim.world import loudness, sound
from torpor.policy.loudness import BLOCK, QUIET
from torpor.ulp.programs import gates

BUSY = sound.Sounds(60.0, 20.0, 1, 4)


def of(background: list[int], clip: list[int] | None = None, at_us: int = 0) -> Hearing:
    """Ears for a background, and a clip over it."""
    clip = clip or [0]
    starts = [at_us, NEVER_US]
    return Hearing(
        sound.STEP_US, background, [16], starts, [0] * 2, [sound.EVENT_GAIN] * 2, [1, 0],
        clip, len(clip), [0] * 2, 0,
    )  # fmt: skip


def test_a_look_scores_from_its_cell_on() -> None:
    ears = of([0, 0, 100, 200, 300, 400, 500] + [0] * 93)
    assert ears.score(0, 10_000) == 100
    assert ears.score(1, 10_000) == (100 + 200 + 300 + 400 + 500) // BLOCK
    assert ears.score(1, 30_000) == 500 // BLOCK
    assert ears.score(2, 0) == (100 + 200 + 300 + 400 + 500) // BLOCK * 16 // QUIET


def test_the_words_swell_and_the_noise_does_not_while_it_lasts() -> None:
    noise = sound.levels(sound.samples("noise")).tolist()
    assert max(of(noise).score(2, us) for us in range(0, 1_000_000, 10_000)) == 48
    for word in ("yes", "no"):
        level = [*sound.levels(sound.samples(word)).tolist(), *[0] * 100]
        assert min(of(level).score(2, us) for us in range(30_000, 610_000, 10_000)) > 2 * 48


def test_silence_scores_next_to_nothing() -> None:
    silence = of(sound.levels(sound.samples("silence")).tolist())
    assert [max(silence.score(i, us) for us in range(0, 500_000, 10_000)) for i in range(3)] == [
        2, 1, 0,
    ]  # fmt: skip


@given(st.integers(0, 65_535), st.integers(0, 65_535))
def test_powers_add(a: int, b: int) -> None:
    root = both(a, b)
    assert root * root <= a * a + b * b < (root + 1) * (root + 1)


@pytest.mark.parametrize("snr_db", [20, 10, 0])
@pytest.mark.parametrize("word", ["yes", "no"])
def test_the_level_of_a_mixture_is_the_root_of_the_sum_of_squares(word: str, snr_db: int) -> None:
    """Against samples that are added: a word's mean within 1.2 %, a cell within 30 % mostly."""
    heard = sound.samples(word)
    noise = np.roll(sound.samples("noise"), 4_321)
    noise = (noise * (np.std(heard) / np.std(noise) / 10 ** (snr_db / 20))).astype(np.int64)
    added = sound.levels(heard + noise)
    ours = np.hypot(sound.levels(heard), sound.levels(noise))
    assert ours.mean() == pytest.approx(added.mean(), rel=0.012)
    assert np.mean(np.abs(ours - added) <= 0.3 * added) > 0.9


def test_a_word_over_noise_is_scored_with_it() -> None:
    """What modulation is left of a word when the background comes up."""
    yes = sound.levels(sound.samples("yes")).tolist()
    noise = sound.levels(sound.samples("noise"))
    alone, quiet, loud = (
        of((noise * gain // 16).tolist(), yes).score(2, 300_000) for gain in (0, 1, 16)
    )
    assert alone > quiet > 3 * loud


@pytest.mark.parametrize(
    ("colour", "power", "lowest_hz", "modulation"),
    [("white", 0, 1, 32), ("pink", 1, 1, 32), ("brown", 2, 20, 40)],
)
def test_steady_noise_wakes_nobody_however_loud(
    colour: str, power: int, lowest_hz: int, modulation: int
) -> None:
    """It comes up at once by 40 dB: the floor follows, and no third of it is quiet.

    Brown noise is the least steady, and takes a higher mark than the scenario has.
    """
    hz = np.fft.rfftfreq(60 * 16_000, 1 / 16_000)
    shape = np.where(hz >= lowest_hz, np.maximum(hz, 1) ** (-power / 2), 0)
    white = np.random.default_rng(1).standard_normal(60 * 16_000)
    samples = np.fft.irfft(np.fft.rfft(white) * shape)
    samples *= 3_000 / np.sqrt(np.mean(samples**2))
    samples[: 10 * 16_000] *= 0.01
    ears = of(loudness.levels("esp32", samples.astype(np.int64)).tolist())
    ears.share = gates([150, 0, modulation])["share"]
    assert ears.crossing(0, 59_000_000, 150_000, 150, 24) == 59_000_000
    assert ears.recorded <= 10 * 199  # a few looks on, until it knows


@pytest.mark.parametrize(("level", "clicks"), [(BLOCK * 400 - 1, True), (BLOCK * 400, False)])
def test_a_click_is_over_before_anything_is_remembered(level: int, clicks: bool) -> None:
    """A frame alone is less than the mark in the mean of its block, but where it is very loud."""
    ears = of([0] * 100 + [level] * 1 + [0] * 400)
    ears.share = 6
    assert (ears.crossing(495_000, 2_000_000, 5_000, 400, 0) == 2_000_000) == clicks
    assert (ears.loud_us, ears.recorded) == ((-1, 7) if clicks else (500_000, 199))


def test_every_look_moves_the_floor_a_sixteenth_of_the_way() -> None:
    ears = of([1_600])
    for floor in (100, 194, 282):
        ears.crossing(0, 150_001, 150_000, 65_535, 0)
        assert ears.floor == floor


@pytest.mark.parametrize(("name", "data"), [("none.wav", b""), ("text.wav", b"no sound")])
def test_what_is_no_wav_is_one_line(name: str, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(BadInput, match=f"{name}: no WAV can be read"):
        sound.samples(str(path))


def test_a_wav_of_another_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fast.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 44_100, 0, "NONE", ""))
        file.writeframes(bytes(1_000))
    with pytest.raises(BadInput, match="another form; convert it to one channel of 16 bits"):
        sound.samples(str(path))


@given(st.floats(0, 600), st.floats(0, 600), st.integers(0, 2**31 - 1))
@settings(max_examples=30)
def test_events_ascend_apart_and_are_their_seed(words: float, bursts: float, seed: int) -> None:
    sounds = sound.Sounds(words, bursts, 1, 2)
    one, other = sound.hearing(sounds, 1, seed), sound.hearing(sounds, 1, seed)
    starts = one.event_us[:-1]
    assert one.event_us[-1] == NEVER_US
    assert all(b - a >= sound.APART_US for a, b in pairwise(starts))
    assert not starts or 0 <= starts[0] <= starts[-1] < 24 * HOUR_US
    assert (starts, one.event_clip) == (other.event_us[:-1], other.event_clip)
    pairs = zip(one.event_clip[:-1], one.event_word[:-1], strict=True)
    assert all(word == int(clip < len(sounds.words)) for clip, word in pairs)
    columns = (one.event_clip, one.event_gain, one.event_word, one.caught)
    assert {len(column) for column in columns} == {len(one.event_us)}


def test_events_come_at_their_rates() -> None:
    heard = sound.hearing(sound.Sounds(6.0, 2.0, 1, 2), 100, 1)
    words = sum(heard.event_word)
    assert words == pytest.approx(6 * 2_400, rel=0.03)
    assert len(heard.event_us) - 1 - words == pytest.approx(2 * 2_400, rel=0.05)


def test_no_rate_no_events() -> None:
    assert sound.hearing(sound.Sounds(0, 0, 1, 2), 30, 1).event_us == [NEVER_US]


def test_a_short_background_is_made_long_and_a_long_one_left() -> None:
    short = sound.levels(sound.samples("noise"))
    long = sound.lengthened(short, 1)
    assert len(long) == sound.LONG_STEPS
    assert set(long.tolist()) <= set(short.tolist())
    assert (sound.lengthened(long, 1) == long).all()
    assert (sound.lengthened(short, 2) != long).any()


def fresh() -> Hearing:
    return sound.hearing(BUSY, 1, 3)


@given(
    st.integers(0, 23 * HOUR_US),
    st.integers(0, HOUR_US // 6),
    st.integers(50_000, 2_000_000),
    st.integers(1, 7_000),
    st.integers(0, 80),
)
@settings(max_examples=20)
def test_the_node_is_woken_by_the_first_look_over_the_mark(
    start_us: int, length_us: int, interval_us: int, margin: int, ratio_x16: int
) -> None:
    end_us = start_us + length_us
    slow, expected, floor = fresh(), end_us, 0
    for us in range(start_us + interval_us, end_us, interval_us):
        level = slow.score(0, us)
        if level >= (floor >> 2) * (ratio_x16 >> 2) + margin:
            expected = us
            break
        floor += (level >> 4) - (floor >> 4)
    assert fresh().crossing(start_us, end_us, interval_us, margin, ratio_x16) == expected


@pytest.mark.parametrize(("start_us", "heard_us"), [(0, 10_000_000), (1, 10_000_001)])
def test_an_event_that_starts_exactly_at_a_poll_is_heard(start_us: int, heard_us: int) -> None:
    heard = sound.hearing(sound.Sounds(0, 0, 0, 0), 1, 1)
    heard.event_us = [10_000_000, NEVER_US]
    assert heard.crossing(start_us, 20_000_000, 1_000_000, 1, 0) == heard_us


def test_an_event_is_found_again_after_a_look_beyond_the_next() -> None:
    heard = sound.hearing(sound.Sounds(0, 0, 0, 0), 1, 1)
    heard.event_us = [10_000_000, 11_000_000, NEVER_US]
    heard.event_clip = [0, 1, 0]
    assert [heard.event_at(us) for us in (10_990_000, 11_400_000, 10_990_000)] == [0, 1, 0]


def test_silence_and_a_contact_need_no_clips() -> None:
    assert sound.silence().score(0, HOUR_US) == 0
    contact = sound.contact()
    assert [contact.score(stage, HOUR_US) for stage in (0, 1)] == [1, 1]
