"""Stage 0 of a detector on the ULP: what its program scores of a clip, and what a look costs.

The words that the chip would run are run here, over the recorded samples.
"""

from collections.abc import Iterator
from functools import cache

from host_sim.hardware.chip import ULPS
from host_sim.ulp import watch as ulpwatch
from host_sim.ulp.emulator import Run, Ulp
from host_sim.world import sound
from torpor.ulp.assemble import Program, assemble
from torpor.ulp.chips import names
from torpor.ulp.programs import PROGRAMS

RATE_HZ = 16_000
CONVERSIONS = 32  # of a look
TO_STEPS = 4  # bits that the converter has less than a sample
BIAS = 2_048  # where it sees the microphone at rest


@cache
def price(chip: str) -> tuple[int, int]:
    """Duration (µs) and current on top of sleep (nA) of a look."""
    run = _look(Ulp(_program(chip), chip, lambda unit, channel: BIAS, lambda: 0))
    return ulpwatch.look(ULPS[chip], run.cycles, run.adc_cycles)


@cache
def scores(chip: str, clip: str, then: str | None) -> list[int]:
    """Score of a look that starts at each step of a clip, in 16-bit units as the other stages'.

    Behind the clip follows another one, or silence.
    """
    wave = sound.samples(clip).tolist()
    wave += sound.samples(then).tolist() if then else [0] * len(wave)
    apart = price(chip)[0] * RATE_HZ / 1e6 / CONVERSIONS
    heard: Iterator[int] = iter(())

    def adc(unit: int, channel: int) -> int:
        return next(heard)

    ulp = Ulp(_program(chip), chip, adc, lambda: 0)
    found = []
    for start in range(0, sound.STEPS * sound.SAMPLES, sound.SAMPLES):
        at = (start + round(i * apart) for i in range(CONVERSIONS))
        heard = (BIAS + (wave[sample] >> TO_STEPS) for sample in at)
        _look(ulp)
        found.append(ulp["score"] << TO_STEPS)
    return found


def _look(ulp: Ulp) -> Run:
    """One run that wakes nobody, from the mean that the driver sets."""
    ulp["threshold"], ulp["mean"] = 0xFFFF, BIAS << 4
    return ulp.run()


def _program(chip: str) -> Program:
    pin = next(pin for pin in range(48) if "channel" in names(chip, pin))
    return assemble(PROGRAMS["loudness"], chip, names(chip, pin))
