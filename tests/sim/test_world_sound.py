"""Scores of the shipped clips, the timeline of events, and what a polling detector meets."""

import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.engine.events import NEVER_US
from host_sim.engine.hearing import HOUR_US, Hearing
from host_sim.world import sound
from host_sim.world.recordings import Ints

HUSH: Ints = np.zeros(sound.STEPS, dtype=np.int64)
BUSY = sound.Sounds(60.0, 20.0, 1, 4)


def test_the_words_score_as_described() -> None:
    for word in sound.CLIPS[: sound.WORDS]:
        modulation = sound.scores(sound.levels(word), HUSH)[2]
        assert min(modulation[4:61]) >= 880


def test_the_noise_scores_low_while_it_lasts_and_higher_as_it_ends() -> None:
    noise = sound.levels("noise")
    assert max(sound.scores(noise, noise)[2]) == 93
    assert max(sound.scores(noise, HUSH)[2]) == 723


def test_silence_scores_next_to_nothing() -> None:
    silence = sound.levels("silence")
    assert [max(stage) for stage in sound.scores(silence, silence)] == [2, 1, 0]


def test_a_score_looks_from_its_step_on() -> None:
    level = np.array([0, 0, 100, 200, 300, 400, 500], dtype=np.int64)
    loud, sustained, modulation = sound.scores(level, HUSH)
    assert loud == level.tolist()
    assert sustained[2] == (100 + 200 + 300 + 400 + 500) // 5
    assert sustained[6] == 500 // 5  # the padding follows the clip
    assert modulation[0] == 500 * 16 // sound.QUIET


def levels_of(path: Path) -> Ints:
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.int64)
    frames = len(samples) // sound.SAMPLES
    whole = samples[: frames * sound.SAMPLES].reshape(frames, sound.SAMPLES)
    level: Ints = np.abs(whole).mean(axis=1).astype(np.int64)
    return level


def passing(level: Ints, padding: Ints = HUSH) -> float:
    """Share of looks let by at 400 and 200 that stage 2 passes at 150, each look in its turn."""
    loud, sustained, modulation = (np.array(stage) for stage in sound.scores(level, padding))
    starts = np.arange(len(level) - 6)
    let_by = starts[(loud[starts] >= 400) & (sustained[starts + 1] >= 200)]
    return float(np.mean(modulation[let_by + 6] >= 150))


@pytest.mark.parametrize(
    ("clip", "percent"),
    [
        ("hey_jane", 74),
        ("alexa_test", 86),
        ("hey_mycroft_test", 87),
        ("turn_on_the_office_lights_test_clip", 24),
        ("negative_reference", 51),
    ],
)
def test_unseen_speech_passes_as_described(recordings: Path, clip: str, percent: int) -> None:
    level = levels_of(recordings / "audio" / "openwakeword" / f"{clip}.wav")
    assert 100 * passing(level) == pytest.approx(percent, abs=0.6)


@pytest.mark.parametrize(
    ("colour", "power", "lowest_hz", "percent"),
    [("white", 0, 1, 0), ("pink", 1, 1, 0), ("brown", 2, 1, 12), ("brown, cut", 2, 20, 0)],
)
def test_steady_noise_passes_as_described(
    colour: str, power: int, lowest_hz: int, percent: int
) -> None:
    hz = np.fft.rfftfreq(60 * 16_000, 1 / 16_000)
    shape = np.where(hz >= lowest_hz, np.maximum(hz, 1) ** (-power / 2), 0)
    white = np.random.default_rng(1).standard_normal(60 * 16_000)
    samples = np.fft.irfft(np.fft.rfft(white) * shape)
    samples *= 3_000 / np.sqrt(np.mean(samples**2))
    level = np.abs(samples.reshape(-1, sound.SAMPLES)).mean(axis=1).astype(np.int64)
    while_it_lasts = passing(level[: -sound.STEPS], level[-sound.STEPS :])
    assert 100 * while_it_lasts == pytest.approx(percent, abs=3 if percent else 0)


def test_the_tables_are_laid_out_as_hearing_reads_them() -> None:
    heard = sound.hearing(BUSY, 1, 1)
    assert len(heard.clips) == len(sound.CLIPS) * sound.STAGES * sound.STEPS
    assert len(heard.background) == sound.STAGES * sound.STEPS
    assert len(heard.gain_x16) == 24
    assert [heard.gain_x16[hour] for hour in (0, 6, 7, 21, 22)] == [1, 1, 4, 4, 1]
    assert heard.loudest == max(heard.background[: sound.STEPS])
    for clip, name in enumerate(sound.CLIPS):
        for stage, scores in enumerate(sound.scores(sound.levels(name), HUSH)):
            first = (clip * sound.STAGES + stage) * sound.STEPS
            assert heard.clips[first : first + sound.STEPS] == scores


@given(st.floats(0, 600), st.floats(0, 600), st.integers(0, 2**31 - 1))
@settings(max_examples=30, deadline=None)
def test_events_ascend_apart_and_are_their_seed(words: float, bursts: float, seed: int) -> None:
    sounds = sound.Sounds(words, bursts, 1, 2)
    one, other = sound.hearing(sounds, 1, seed), sound.hearing(sounds, 1, seed)
    starts = one.event_us[:-1]
    assert one.event_us[-1] == NEVER_US
    assert all(b - a >= sound.APART_US for a, b in pairwise(starts))
    assert not starts or 0 <= starts[0] <= starts[-1] < 24 * HOUR_US
    assert (starts, one.event_clip) == (other.event_us[:-1], other.event_clip)
    pairs = zip(one.event_clip[:-1], one.event_word[:-1], strict=True)
    assert all(word == int(clip < sound.WORDS) for clip, word in pairs)
    columns = (one.event_clip, one.event_gain, one.event_word, one.caught)
    assert {len(column) for column in columns} == {len(one.event_us)}


def test_events_come_at_their_rates() -> None:
    heard = sound.hearing(sound.Sounds(6.0, 2.0, 1, 2), 100, 1)
    words = sum(heard.event_word)
    assert words == pytest.approx(6 * 2_400, rel=0.03)
    assert len(heard.event_us) - 1 - words == pytest.approx(2 * 2_400, rel=0.05)


def test_no_rate_no_events() -> None:
    assert sound.hearing(sound.Sounds(0, 0, 1, 2), 30, 1).event_us == [NEVER_US]


def fresh() -> Hearing:
    return sound.hearing(BUSY, 1, 3)


@given(
    st.integers(0, 23 * HOUR_US),
    st.integers(0, HOUR_US // 6),
    st.integers(50_000, 2_000_000),
    st.integers(1, 7_000),
)
@settings(max_examples=30, deadline=None)
def test_skipping_ahead_finds_the_crossing_that_each_poll_would(
    start_us: int, length_us: int, interval_us: int, threshold: int
) -> None:
    end_us = start_us + length_us
    slow = fresh()
    polls = range(start_us + interval_us, end_us, interval_us)
    expected = next((us for us in polls if slow.score(0, us) >= threshold), end_us)
    assert fresh().crossing(start_us, end_us, interval_us, threshold) == expected


@pytest.mark.parametrize(("start_us", "heard_us"), [(0, 10_000_000), (1, 10_000_001)])
def test_an_event_that_starts_exactly_at_a_poll_is_not_skipped(
    start_us: int, heard_us: int
) -> None:
    heard = sound.hearing(sound.Sounds(0, 0, 0, 0), 1, 1)
    heard.event_us = [10_000_000, NEVER_US]
    assert heard.crossing(start_us, 20_000_000, 1_000_000, 1) == heard_us


def test_silence_and_a_contact_need_no_clips() -> None:
    assert sound.silence().score(0, HOUR_US) == 0
    contact = sound.contact()
    assert [contact.score(stage, HOUR_US) for stage in (0, 1)] == [1, 1]
