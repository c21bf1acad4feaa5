"""A detector's first stage on the ULP: what its program hears of a clip, and what a look costs."""

from functools import cache

from host_sim.hardware.chip import ULPS
from host_sim.ulp import watch as ulpwatch
from host_sim.ulp.emulator import Run, Ulp
from host_sim.world import sound
from host_sim.world.series import Ints
from torpor.ulp.assemble import Program, assemble
from torpor.ulp.chips import names
from torpor.ulp.programs import PROGRAMS

RATE_HZ = 16_000
CONVERSIONS = 16  # of a frame
TO_STEPS = 4  # bits that the converter has less than a sample
BIAS = 2_048  # where it sees the microphone at rest


@cache
def price(chip: str) -> tuple[int, int]:
    """Duration (µs) and current on top of sleep (nA) of a look that hears nothing."""
    return ulpwatch.look(ULPS[chip], *_quiet_look(chip)[:2])


def _quiet_look(chip: str) -> Run:
    ulp = Ulp(program(chip), chip, lambda unit, channel: BIAS, lambda: 0)
    ulp["threshold"], ulp["mean"] = 0xFFFF, BIAS << 4
    return ulp.run()


def program(chip: str) -> Program:
    """The words for any pin that has a channel."""
    pin = next(pin for pin in range(48) if "channel" in names(chip, pin))
    return assemble(PROGRAMS["loudness"], chip, names(chip, pin))


def instants(chip: str) -> list[int]:
    """The sample at which each conversion of a frame is, from the frame's first."""
    apart = price(chip)[0] * RATE_HZ / 1e6 / CONVERSIONS
    return [min(sound.SAMPLES - 1, round(i * apart)) for i in range(CONVERSIONS)]


@cache
def clip_levels(chip: str, clip: str) -> Ints:
    """Of a clip, worked out once."""
    return levels(chip, sound.samples(clip))


def levels(chip: str, wave: Ints) -> Ints:
    """What the program scores of each 5 ms, frame after frame from a mean at rest.

    The same as running its words (tests/sim/test_loudness.py), which takes a hundred times as long.
    """
    frames = wave[: len(wave) // sound.SAMPLES * sound.SAMPLES].reshape(-1, sound.SAMPLES)
    steps = (BIAS + (frames[:, instants(chip)] >> TO_STEPS)).tolist()
    found = []
    mean_x16 = BIAS << 4
    for frame in steps:
        total = 0
        for step in frame:
            distance = step - (mean_x16 >> 4)
            mean_x16 += distance
            total += abs(distance)
        found.append(total)
    return sound.ints(found)
