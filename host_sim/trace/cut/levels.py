"""The limits between asleep, awake, radio on and transmitting: of a recording, or of a board.

Each limit is searched where chips of the ESP32 family have it, between the neighbouring plateaus
of the recording that lie furthest apart there; where there are no two, it is the usual one. What a
board draws beside its chip shifts its plateaus, and so the limits.
"""

from dataclasses import dataclass

import numpy as np

from host_sim.hardware import states
from host_sim.hardware.board import Board
from host_sim.trace.cut.pyramid import Pyramid
from host_sim.trace.recording import Floats

# Least, most and usual, in µA. The lowest clock awake draws 13 mA (ESP32-C3 datasheet, modem sleep
# at 80 MHz, idle), reception 78 mA and more (ESP32-C6 datasheet), a busy CPU at 240 MHz 68 mA
# (ESP32 datasheet).
AWAKE = (2_000.0, 12_000.0, 5_000.0)
RADIO = (55_000.0, 110_000.0, 75_000.0)
TRANSMIT_RATIO = 1.3  # a transmitter's lowest level over reception: 141 to 101 mA, less noise
TRANSMIT_UA = 130_000.0  # where nothing listens

FLAT = 0.1  # a plateau's blocks: most less least, of the mean
APART = 1.2  # ratio of two plateaus
LOOKED_AT = 20_000  # blocks


@dataclass(frozen=True)
class Levels:
    """Where each band begins, in µA; `listen_ua` where a board says it."""

    awake_ua: float
    radio_ua: float
    transmit_ua: float
    listen_ua: float | None = None

    @property
    def limits(self) -> tuple[float, float, float]:
        """In their order."""
        return self.awake_ua, self.radio_ua, self.transmit_ua


def of_board(board: Board) -> Levels:
    """Halfway, as ratios, between the board's own states."""
    ma = dict(zip(states.NAMES, (na / 1e6 for na in board.current_na), strict=True))
    awake = [ma[name] for name in ("idle", "boot", "cpu")]
    return Levels(
        1000 * (ma["deep_sleep"] * min(awake)) ** 0.5,
        1000 * (max(awake) * ma["listen"]) ** 0.5,
        1000 * ma["listen"] * TRANSMIT_RATIO,
        1000 * ma["listen"],
    )


def of_recording(pyramid: Pyramid) -> Levels:
    """From the plateaus of a recording: two blocks in turn that are flat."""
    at = np.arange(0, len(pyramid.mean) - 1, -(-len(pyramid.mean) // LOOKED_AT))
    mean = pyramid.mean[at]
    high = np.maximum(pyramid.high[at], pyramid.high[at + 1])
    low = np.minimum(pyramid.low[at], pyramid.low[at + 1])
    plateaus = np.sort(mean[high - low <= FLAT * mean])
    radio_ua = _between(plateaus, *RADIO)
    listening = plateaus[(plateaus >= radio_ua) & (plateaus < 2 * radio_ua)]
    transmit_ua = TRANSMIT_RATIO * float(np.median(listening)) if len(listening) else TRANSMIT_UA
    return Levels(_between(plateaus, *AWAKE), radio_ua, transmit_ua)


def _between(plateaus: Floats, least: float, most: float, usual: float) -> float:
    """The middle, as a ratio, of the widest step among plateaus that is wide within the limits."""
    low, high = np.maximum(plateaus[:-1], 1.0), plateaus[1:]
    lower, upper = np.maximum(low, least), np.minimum(high, most)
    ratio = np.where(upper / lower >= APART, high / low, 0)
    if not len(ratio) or not ratio.max():
        return usual
    at = int(np.argmax(ratio))
    return float(np.sqrt(lower[at] * upper[at]))
