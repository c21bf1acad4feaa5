"""Sound for a detector: recorded words and noise, scored the way an ESP32 could.

Three stages, each a cheap integer feature of 5 ms levels (torpor.policy.loudness):
0  loudness: mean absolute amplitude over 5 ms (an ADC burst, what a ULP can sum);
1  sustained loudness: the same over a block of 40 ms, which a click does not keep up;
2  modulation: loudest over quiet (20th percentile, at least 64) of the blocks in 480 ms, or
   of the second that the ULP remembers, in 1/16. Speech comes in syllables between pauses; machine
   noise does not.

Stage 2 hears syllables and no word: running speech passes too. How much it passes of which sounds
at which level over the background, `torpor lab cascade` says.
"""

import wave
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from host_sim.engine.events import NEVER_US
from host_sim.engine.hearing import Hearing
from host_sim.errors import BadInput
from host_sim.units import HOUR_US
from host_sim.world.recordings import DATA
from host_sim.world.series import Ints

STEP_US = 5_000
RATE_HZ = 16_000
SAMPLES = 80  # in a 5 ms frame at 16 kHz
LOOK_US = (5_000, 40_000, 480_000)
# What the CPU takes for what the ULP remembers: WebAssembly fuel of reading RTC memory with the
# driver's first score, and of its second (130 and 630 thousand), at 2.3 cycles and 160 MHz; I, as
# all fuel (docs/start.md).
JUDGE_US = (0, 1_900, 9_100)
APART_US = 3_000_000  # events do not overlap
EVENT_GAIN = 1_024  # of an event as it was recorded
COLOURS = {"white": 0, "pink": 1, "brown": 2}  # backgrounds that are computed
LONG_S = 30  # a background that is shorter is made longer
PIECE = 40  # cells of the pieces that it is made of
LONG_STEPS = 12_007  # prime, so that no interval of looks meets it at a few places only

Loudness = Callable[[str], Ints]  # levels of a clip


@dataclass(frozen=True)
class Sounds:
    """What is heard: rates by the hour, gains in 1/16, and clips: shipped ones by name, or WAVs."""

    words_per_hour: float
    bursts_per_hour: float
    night_gain_x16: int
    day_gain_x16: int
    word_gain_x16: float = 16
    words: tuple[str, ...] = ("yes", "no")
    bursts: tuple[str, ...] = ("noise",)
    background: str = "noise"


def ints(values: list[int]) -> Ints:
    """A list as an array of 64 bits."""
    return np.array(values, dtype=np.int64)


def samples(clip: str) -> Ints:
    """16-bit samples at 16 kHz of a shipped clip, a colour of noise, or a WAV; BadInput."""
    if clip in COLOURS:
        return coloured(COLOURS[clip])
    shipped = DATA / "micro_speech" / f"{clip}_1000ms.wav", DATA / "ambience" / f"{clip}.wav"
    path = next((one for one in shipped if one.exists()), Path(clip))
    try:
        with wave.open(str(path)) as file:
            form = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            found = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    except (OSError, EOFError, wave.Error) as error:
        raise BadInput(f"no WAV can be read: {error}", where=str(path)) from None
    if form != (1, 2, RATE_HZ) or len(found) < SAMPLES:
        remedy = "convert it to one channel of 16 bits at 16 kHz, 5 ms at least"
        raise BadInput("a WAV of another form", where=str(path), remedy=remedy)
    return found.astype(np.int64)


def coloured(power: int) -> Ints:
    """Half a minute of noise at a level of 1,000; its power goes as 1 / f**power from 20 Hz on."""
    count = LONG_S * RATE_HZ
    hz = np.fft.rfftfreq(count, 1 / RATE_HZ)
    shape = np.where(hz >= 20, np.maximum(hz, 1) ** (-power / 2), 0)
    white = np.random.default_rng(6).standard_normal(count)
    noise = np.fft.irfft(np.fft.rfft(white) * shape, count)
    made: Ints = (noise * (1_000 / np.abs(noise).mean())).astype(np.int64)
    return made


def active(level: Ints) -> float:
    """The level of a clip while it is on: root mean square of what exceeds a tenth of its peak."""
    on = level[level > 0.1 * level.max()].astype(float)
    return float(np.sqrt((on**2).mean()))


def levels(wave: Ints) -> Ints:
    """Mean absolute amplitude of each 5 ms: what the CPU's look hears."""
    frames = wave[: len(wave) // SAMPLES * SAMPLES].reshape(-1, SAMPLES)
    level: Ints = np.abs(frames).mean(axis=1).astype(np.int64)
    return level


@cache
def clip_levels(clip: str) -> Ints:
    """Of a clip, worked out once."""
    return levels(samples(clip))


def lengthened(level: Ints, seed: int) -> Ints:
    """A background of a minute: pieces of a shorter one in random order."""
    if len(level) >= LONG_S * 1_000_000 // STEP_US:
        return level
    last = max(1, len(level) - PIECE)
    starts = np.random.default_rng([seed, 5]).integers(0, last, LONG_STEPS // PIECE + 1)
    return np.concatenate([level[at : at + PIECE] for at in starts])[:LONG_STEPS]


def hearing(
    sounds: Sounds,
    days: int,
    seed: int,
    loudness: Loudness = clip_levels,
    share: int = 0,
) -> Hearing:
    """A background that loops and events by Poisson processes, for so many days.

    An event that would start within APART_US of the one before is left out. `loudness` is what
    stage 0 hears; with a `share` (torpor.ulp.programs.gates) the ULP listens, and remembers.
    """
    background = lengthened(loudness(sounds.background), seed)
    heard = [loudness(clip) for clip in (*sounds.words, *sounds.bursts)]
    steps = max(len(level) for level in heard)
    clips = [cell for level in heard for cell in (*level.tolist(), *[0] * (steps - len(level)))]
    gain = [sounds.night_gain_x16] * 7 + [sounds.day_gain_x16] * 15 + [sounds.night_gain_x16] * 2
    starts, kinds = _timeline(sounds, days, seed)
    word = [int(kind < len(sounds.words)) for kind in kinds]
    word_gain = round(sounds.word_gain_x16 * EVENT_GAIN / 16)
    return Hearing(
        STEP_US,
        background.tolist(),
        gain,
        [*starts, NEVER_US],
        [*kinds, 0],
        [word_gain if one else EVENT_GAIN for one in word] + [EVENT_GAIN],
        [*word, 0],
        clips,
        steps,
        [0] * (len(starts) + 1),
        share,
    )


def silence() -> Hearing:
    """For a node without a microphone."""
    return Hearing(STEP_US, [], [16], [NEVER_US], [0], [EVENT_GAIN], [0], [], 0, [0], 0)


def contact() -> Hearing:
    """For a node whose detector is a pin: a debounced edge always scores 1."""
    return Hearing(STEP_US, [1], [16], [NEVER_US], [0], [EVENT_GAIN], [0], [], 0, [0], 0)


def _timeline(sounds: Sounds, days: int, seed: int) -> tuple[list[int], list[int]]:
    """Start (µs) and clip of every event, at least APART_US from the one before."""
    random = np.random.default_rng([seed, 3])
    rate = sounds.words_per_hour + sounds.bursts_per_hour
    starts: list[int] = []
    kinds: list[int] = []
    at = 0.0
    while rate > 0:
        at += random.exponential(HOUR_US / rate)
        if at >= days * 24 * HOUR_US:
            break
        if starts and at - starts[-1] < APART_US:
            continue
        word = random.random() * rate < sounds.words_per_hour
        starts.append(int(at))
        of = sounds.words if word else sounds.bursts
        kinds.append(int(random.integers(len(of))) + (0 if word else len(sounds.words)))
    return starts, kinds
