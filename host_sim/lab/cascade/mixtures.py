"""Mixtures of words and backgrounds, as changes of the scenario `sound`.

A word's level is that of its active part, the mean over the words; a background's is its root mean
square. Both are of 10 ms of the recording, whatever a look lasts, and their ratio is the
signal-to-noise ratio.
"""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from host_sim.world import sound
from host_sim.world.series import Ints

CLIPS = Path("audio", "openwakeword")  # in the folder of recordings
JUDGED_WORDS = ("alexa_test", "hey_jane", "hey_mycroft_test")
JUDGED_BURST = "negative_reference"
AMBIENCES = ("wind", "birds", "crickets")  # shipped; they swell as words do
LEVELS = ((30, 2), (20, 4), (10, 8), (5, 8))  # signal to noise, dB, and the background's gain
WORDS = 36  # that a mixture has on average, where nothing else is asked
HOURS = 24
TEN_MS_US = 10_000
TIMES = 6  # that each mixture is drawn


@dataclass(frozen=True)
class Mixture:
    """What is heard, how loud, how often: `gain_x16` of the background, and the words over it."""

    words: tuple[str, ...]
    bursts: tuple[str, ...]
    background: str
    snr_db: float = 20
    gain_x16: int = 4
    words_per_hour: float = 3
    bursts_per_hour: float = 1
    seed: int = 1

    @property
    def changes(self) -> tuple[str, ...]:
        """Of the scenario: long enough for some words, and a word's gain by its ratio."""
        level = np.mean([_active(word) for word in self.words])
        wanted = _level(self.background) * self.gain_x16 * 10 ** (self.snr_db / 20)
        world = {
            "words": _listed(self.words),
            "bursts": _listed(self.bursts),
            "background": f'"{self.background}"',
            "word_gain_x16": min(256.0, round(float(wanted / level), 3)),
            "words_per_hour": float(self.words_per_hour),
            "bursts_per_hour": float(self.bursts_per_hour),
            "night_gain_x16": self.gain_x16,
            "day_gain_x16": self.gain_x16,
        }
        days = max(0.5, WORDS / self.words_per_hour / HOURS)
        return (
            f"days={days}",
            f"seed={self.seed}",
            *(f"world.sound.{key}={value}" for key, value in world.items()),
        )


def tuning() -> list[Mixture]:
    """Of what is shipped: yes and no over machine noise, in bursts too, over white and over brown.

    The computed ones are the steadiest and the least steady. Several times each: marks differ by a
    few words of a thousand.
    """
    one = Mixture(("yes", "no"), ("noise",), "noise")
    return [
        some
        for draw in range(TIMES)
        for first, background in ((1, "noise"), (11, "white"), (16, "brown"))
        for some in _each(replace(one, background=background), 20 * draw + first)
    ]


def judged(data: Path) -> list[Mixture]:
    """Of what is not shipped: other words, bursts and backgrounds; drawn as often as for tuning."""
    folder = data / CLIPS
    words = tuple(str(folder / f"{word}.wav") for word in JUDGED_WORDS)
    one = Mixture(words, (str(folder / f"{JUDGED_BURST}.wav"),), "pink")
    return [some for draw in range(TIMES) for some in _each(one, 20 * draw + 5)]


def ambient(data: Path) -> list[Mixture]:
    """The judged words in the open air, among bursts of machine noise."""
    one = replace(judged(data)[0], bursts=("noise",))
    return [
        some
        for draw in range(TIMES)
        for first, ambience in enumerate(AMBIENCES)
        for some in _each(replace(one, background=ambience), 200 + 100 * draw + 20 * first)
    ]


def _each(one: Mixture, first_seed: int) -> list[Mixture]:
    """At each of the levels, by a seed of its own."""
    return [
        replace(one, snr_db=snr_db, gain_x16=gain_x16, seed=seed)
        for seed, (snr_db, gain_x16) in enumerate(LEVELS, first_seed)
    ]


def tens(level: Ints) -> Ints:
    """Levels of 10 ms from those of the simulator's steps."""
    steps = TEN_MS_US // sound.STEP_US
    found: Ints = level[: len(level) // steps * steps].reshape(-1, steps).mean(axis=1).astype(int)
    return found


def _listed(clips: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{clip}"' for clip in clips) + "]"


@cache
def _active(clip: str) -> float:
    return sound.active(tens(sound.clip_levels(clip)))


@cache
def _level(background: str) -> float:
    level = tens(sound.clip_levels(background)).astype(float)
    return float(np.sqrt((level**2).mean()))
