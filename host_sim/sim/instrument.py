"""What an instrument makes of a current: its rate, its aperture, its steps, its noise, its end.

A model to learn, before one is bought, what can be judged with it. Gain errors are left out: the
data sheets' 0.1 to 0.5 % lie below what a board is known to.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from host_sim.trace.recording import Floats, Recording

CHANNELS = ("D0", "D1")


class Range(NamedTuple):
    """Up to `most_ua` the instrument tells steps of `step_ua`, with noise of `noise_ua` rms."""

    most_ua: float
    step_ua: float
    noise_ua: float


@dataclass(frozen=True)
class Instrument:
    """A sample every 1 / rate_hz, each the mean over an aperture that may be shorter.

    `offset_ua` is added to every sample; above the last range it clips. `marked`: it records the
    marker pins, too.
    """

    rate_hz: float
    aperture_us: float
    ranges: tuple[Range, ...]
    offset_ua: float = 0.0
    marked: bool = False


INSTRUMENTS = {
    # Over the usual 0.1 ohm. TI SBOS448G, 7.5: 1 LSB of 10 uV, 12 bits in 532 us, an offset of
    # 10 uV (typical, PGA /1), 40 mV at most. Noise, M: asleep at 3.5 mA, 31 uA rms with the steps,
    # in Kadoshima/research_advertising_energy_saving, whose rate this is, too.
    "ina219": Instrument(100, 532, (Range(400_000, 100, 31),), offset_ua=100),
    # Rate, and logic port: Nordic's kit. Steps, M: recordings of fossketeers with one, 0.044 uA
    # asleep, 50 uA to 60 mA, 1.5 mA above. Noise, I: half a step.
    "ppk2": Instrument(
        100_000,
        10,
        (
            Range(50, 0.044, 0.022),
            Range(500, 0.5, 0.25),
            Range(5_000, 5, 2.5),
            Range(60_000, 50, 25),
            Range(1_000_000, 1_500, 750),
        ),
        marked=True,
    ),
    # Elektor on the Otii Arc: 4 kHz, 5 nA up to 20 mA, 82 uA up to 2.7 A. Noise, I: half a step.
    "otii_arc": Instrument(4_000, 250, (Range(20_000, 0.005, 0.0025), Range(2_700_000, 82, 41))),
}


def ideal(rate_hz: float) -> Instrument:
    """One that sees all there is, at a rate."""
    return Instrument(rate_hz, 1e6 / rate_hz, ())


@dataclass(frozen=True)
class Traced:
    """A run's current: when each step began (µs), its nA, what the pins said, and the end."""

    start_us: npt.NDArray[np.int64]
    na: npt.NDArray[np.int64]
    mark: npt.NDArray[np.int64]
    end_us: int

    def mean_ua(self, ends_us: Floats, aperture_us: float) -> Floats:
        """Mean current over the time that ends at each of these instants."""
        at_us = np.append(self.start_us, self.end_us)
        fc = np.concatenate([[0.0], np.cumsum(np.diff(at_us) * self.na)])
        drawn_fc = np.interp(ends_us, at_us, fc) - np.interp(ends_us - aperture_us, at_us, fc)
        mean_ua: Floats = drawn_fc / aperture_us / 1000
        return mean_ua


def ends_us(run: Traced, by: Instrument, from_s: float, to_s: float) -> Floats:
    """When each sample of a window ends that the run fills, µs."""
    count = int((min(to_s, run.end_us / 1e6) - from_s) * by.rate_hz + 1e-6)
    ends: Floats = from_s * 1e6 + np.arange(1, count + 1, dtype=np.float64) * (1e6 / by.rate_hz)
    return ends


def see(run: Traced, by: Instrument, from_s: float, to_s: float, seed: int) -> Recording:
    """A window of a run as the instrument records it; its noise is drawn by the seed."""
    at_us = ends_us(run, by, from_s, to_s)
    current_ua = run.mean_ua(at_us, by.aperture_us)
    clipped = 0
    if by.ranges:
        most_ua, step_ua, noise_ua = np.array(by.ranges).T
        which = np.minimum(np.searchsorted(most_ua, current_ua), len(most_ua) - 1)
        noise = np.random.default_rng([seed, 5]).standard_normal(len(at_us)) * noise_ua[which]
        steps = np.round((current_ua + by.offset_ua + noise) / step_ua[which])
        np.minimum(steps * step_ua[which], most_ua[-1], out=current_ua)
        clipped = int(np.count_nonzero(current_ua == most_ua[-1]))
    marks = None
    if by.marked:
        began = np.searchsorted(run.start_us, at_us - 1, side="right") - 1
        marks = run.mark[began].astype(np.uint8)
    return Recording(
        "simulated",
        by.rate_hz,
        current_ua.astype(np.float32),
        channels=CHANNELS if by.marked else (),
        digital=marks,
        clipped_samples=clipped,
    )
