"""From current to states: sleep, boot, idle, listening, modem sleep, transmit.

Method: each sample falls into a band (asleep, awake, radio on, transmitting); runs of one band are
segments. Runs too short to mean anything join their neighbour. The awake band is cut further where
its level steps; its first level after sleep is the boot. Short radio-on runs at the beacon's
period, with the radio off between, are one modem sleep.

Limits: the bands are those of a 3.3 V ESP32 with Wi-Fi. Another radio, or a sensor that draws as
much as one, is named by its current alone: the LoRa transmitter of the recorded board is a `tx` at
157 mA and a `listen` at 119 mA. A busy CPU and a waiting one are both `idle`. A burst shorter than
a sample is a `tx` only if it lifts that sample's mean over the band.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from host_sim.trace.recording import Recording, Samples

AWAKE_UA = 5_000.0
RADIO_UA = 75_000.0
TRANSMIT_UA = 130_000.0
ASLEEP, AWAKE, RADIO, TRANSMIT = range(4)

SHORTEST_S = 0.02  # of an awake or sleeping segment
STEP_RATIO = 1.15  # between two levels of the awake band
STEP_WINDOW_S = 0.05
BEACON_S = 0.1024  # 100 time units of 1,024 µs (IEEE 802.11)
BEACON_SLACK_S = 0.012
BEACON_LONGEST_S = 0.03  # a radio-on run that may be a beacon's reception


@dataclass(frozen=True)
class Segment:
    """A stretch of one state, by sample."""

    state: str
    start: int
    end: int


def segments(recording: Recording) -> list[Segment]:
    """The recording's states from the first sample to the last, without overlap or hole."""
    current, rate_hz = recording.current_ua, recording.rate_hz
    band = np.digitize(current, (AWAKE_UA, RADIO_UA, TRANSMIT_UA))
    runs = _absorb(_runs(band), round(SHORTEST_S * rate_hz))
    beacons = _beacons(runs, rate_hz)
    out: list[Segment] = []
    booted = False
    for number, (kind, start, end) in enumerate(runs):
        if number in beacons:
            state = "modem_sleep"
        elif kind == ASLEEP:
            state, booted = "deep_sleep", False
        elif kind == AWAKE:
            for at, stop in _levels(current, start, end, rate_hz):
                _add(out, "idle" if booted else "boot", at, stop)
                booted = True
            continue
        else:
            state = "tx" if kind == TRANSMIT else "listen"
        _add(out, state, start, end)
    return out


def _add(out: list[Segment], state: str, start: int, end: int) -> None:
    """Append, or lengthen the last one when it is of the same state (boot and idle keep steps)."""
    if out and out[-1].state == state and state not in ("boot", "idle"):
        out[-1] = Segment(state, out[-1].start, end)
    else:
        out.append(Segment(state, start, end))


def _runs(band: npt.NDArray[np.intp]) -> list[tuple[int, int, int]]:
    """Runs of equal values: (value, start, end)."""
    edges = np.flatnonzero(np.diff(band)) + 1
    starts = [0, *edges.tolist()]
    ends = [*edges.tolist(), len(band)]
    return [(int(band[start]), start, end) for start, end in zip(starts, ends, strict=True)]


def _absorb(runs: list[tuple[int, int, int]], least: int) -> list[tuple[int, int, int]]:
    """Join sleeping and awake runs that are too short to the run before; radio runs stay."""
    out: list[tuple[int, int, int]] = []
    for kind, start, end in runs:
        short = kind in (ASLEEP, AWAKE) and end - start < least
        if out and (out[-1][0] == kind or (short and out[-1][0] != TRANSMIT)):
            out[-1] = (out[-1][0], out[-1][1], end)
        else:
            out.append((kind, start, end))
    return out


def _beacons(runs: list[tuple[int, int, int]], rate_hz: float) -> set[int]:
    """Numbers of the runs that make up modem sleep: beacon receptions, and what lies between."""
    short = [
        number
        for number, (kind, start, end) in enumerate(runs)
        if kind == RADIO and end - start <= BEACON_LONGEST_S * rate_hz
    ]
    out: set[int] = set()
    for this, following in pairwise(short):
        apart_s = (runs[following][1] - runs[this][1]) / rate_hz
        quiet = all(runs[number][0] == AWAKE for number in range(this + 1, following))
        if quiet and abs(apart_s - BEACON_S) <= BEACON_SLACK_S:
            out.update(range(this, following + 1))
    return out


def _levels(current: Samples, start: int, end: int, rate_hz: float) -> list[tuple[int, int]]:
    """Cut an awake run where the median of a window steps against the windows of its level.

    The first window of a level is left out of the comparison: it holds the edge, and an inrush.
    """
    window = max(1, round(STEP_WINDOW_S * rate_hz))
    count = (end - start) // window
    windows = current[start : start + count * window].reshape(count, window)
    medians = np.median(windows, axis=1)
    cuts = [0]
    for at in range(2, count):
        settled = cuts[-1] + 1
        if at <= settled:
            continue
        level = float(np.median(medians[settled:at]))
        if not level / STEP_RATIO <= medians[at] <= level * STEP_RATIO:
            cuts.append(at)
    edges = [start + cut * window for cut in cuts]
    return list(zip(edges, [*edges[1:], end], strict=True))


def beacon_period_s(recording: Recording) -> float | None:
    """The median time between beacon receptions, or None where there are none."""
    band = np.digitize(recording.current_ua, (AWAKE_UA, RADIO_UA, TRANSMIT_UA))
    runs = _absorb(_runs(band), round(SHORTEST_S * recording.rate_hz))
    numbers = sorted(_beacons(runs, recording.rate_hz))
    starts = [runs[number][1] for number in numbers if runs[number][0] == RADIO]
    steps = np.diff(starts) / recording.rate_hz
    near = steps[np.abs(steps - BEACON_S) <= BEACON_SLACK_S]
    return float(np.median(near)) if len(near) else None
