"""From current to states: sleep, boot, idle, listening, modem sleep, transmit, load.

Method: levels.py says where the bands asleep, awake, radio on and transmitting begin. Stretches of
a band, not single samples, are named; later names paint over earlier ones.

- `boot`: from a sleep's end to the first step of the awake level; `idle`: awake after that.
- `tx`: a burst no longer than a Wi-Fi frame, or uneven; `listen`: the radio on around bursts, or at
  the level that it has around them; where there are none, at the usual level of a receiver.
- `modem_sleep` (`light_sleep` where the chip sleeps): the radio off between receptions at a
  multiple of the beacon's period, these receptions included, and off as shortly around bursts.
- `load`: a draw as high as a radio's that is none of these: a LoRa transmitter, a sensor's heater.

Limits: current alone does not tell a busy CPU from a waiting one or from a small load: all are
`idle`, in segments of one level. A board that draws more than 12 mA asleep is `idle` too. A burst
shorter than a sample is a `tx` only if it lifts that sample's mean over the band.
"""

from dataclasses import dataclass

import numpy as np

from host_sim.progress import Progress, silent
from host_sim.trace.cut import levels as limits
from host_sim.trace.cut import pyramid as pyramids
from host_sim.trace.cut.intervals import Chosen, Intervals, Painting, Where, at_least
from host_sim.trace.cut.levels import Levels
from host_sim.trace.cut.pyramid import Pyramid
from host_sim.trace.cut.steps import steps
from host_sim.trace.recording import Recording, Samples
from host_sim.trace.spool import PLACES, give_back

NAMES = ("deep_sleep", "idle", "boot", "listen", "modem_sleep", "light_sleep", "load", "tx")
DEEP_SLEEP, IDLE, BOOT, LISTEN, MODEM_SLEEP, LIGHT_SLEEP, LOAD, TX = range(8)

MARGIN = 0.9  # of a band's limit, downwards
SHORTEST_S = 0.02  # of sleeping, and of being awake without the radio
DIP_S = 0.005  # of the radio, still on
INRUSH_S = 0.005  # of a peak above the awake band …
BOOTING_S = 0.5  # … so soon after sleep that no radio is up
FRAME_S = 0.02  # over 12.4 ms, 1,500 bytes at 1 Mbit/s (IEEE 802.11b)
EVEN = 0.1  # what a load's current varies by, at most
LISTEN_RATIO = 0.12  # what the level of listening varies by: the clock changes meanwhile
LISTEN_UA = (75_000.0, 112_000.0)  # of receivers where nothing is known; 78 to 100 mA and a CPU

BEACON_S = 0.1024  # 100 time units of 1,024 µs (IEEE 802.11)
BEACON_SLACK_S = 0.012  # of one reception; their mean is held to
PERIOD_RATIO = 0.015  # … this
MOST_PERIODS = 10  # an access point's DTIM, or a station's listen interval
BEACON_LONGEST_S = 0.03  # a reception with the broadcasts after it
MISSED = 2.5  # periods without a reception, and still modem sleep

PROBES = 9  # samples of a stretch to know its level by


@dataclass(frozen=True)
class Segment:
    """A stretch of one state, by sample."""

    state: str
    start: int
    end: int


@dataclass(frozen=True)
class Found:
    """The states of a recording from the first sample to the last, without overlap or hole."""

    segments: list[Segment]
    beacon_period_s: float | None
    pyramid: Pyramid


def find(recording: Recording, levels: Levels | None = None, progress: Progress = silent) -> Found:
    """Cut a recording into states, by the levels of its board or by its own."""
    pyramid = pyramids.build(recording, progress)
    levels = levels or limits.of_recording(pyramid)
    starts, bands = pyramids.band_runs(pyramid, levels.limits, MARGIN)
    count, rate_hz = len(recording.current_ua), recording.rate_hz
    shortest = SHORTEST_S * rate_hz
    awake, radio, bursts = (at_least(starts, bands, band, count) for band in (1, 2, 3))
    awake, radio = awake.joined(shortest), radio.joined(DIP_S * rate_hz)
    awake = awake[(awake.length >= shortest) | _with(awake, radio)]
    radio = radio[~_inrush(radio, awake, rate_hz)]
    bursts = bursts[radio.holds(bursts.start) >= 0]
    steady = _even(recording.current_ua, bursts) & (bursts.length > FRAME_S * rate_hz)
    frames = bursts[~steady]
    heard = _with(radio, frames)
    beacons, quiet, period_s = _modem_sleep(radio, heard, rate_hz)
    wifi, short = heard | beacons, radio.length <= BEACON_LONGEST_S * rate_hz
    wifi |= _listening(recording.current_ua, radio, wifi, short, levels)
    load = ~wifi & ~short

    picture = Painting(np.zeros(1, np.int64), np.array([DEEP_SLEEP]), count).over(awake, IDLE)
    asleep = picture.at((quiet.start + quiet.end) // 2) == DEEP_SLEEP
    picture = picture.over(radio[wifi], LISTEN).over(radio[load], LOAD)
    picture = picture.over(radio[beacons], MODEM_SLEEP)
    picture = picture.over(quiet, np.where(asleep, LIGHT_SLEEP, MODEM_SLEEP))
    picture = picture.over(frames, TX).over(bursts[steady], LOAD)
    return Found(_segments(picture, pyramid, rate_hz), period_s, pyramid)


def awake(pyramid: Pyramid, rate_hz: float) -> Intervals:
    """Where the chip is awake, by its current alone."""
    starts, bands = pyramids.band_runs(pyramid, limits.of_recording(pyramid).limits, MARGIN)
    found = at_least(starts, bands, 1, len(pyramid.samples)).joined(SHORTEST_S * rate_hz)
    return found[found.length >= SHORTEST_S * rate_hz]


def _with(intervals: Intervals, inner: Intervals) -> Chosen:
    """Which of the intervals hold the start of an inner one."""
    which = intervals.holds(inner.start)
    return np.bincount(which[which >= 0], minlength=len(intervals.start)) > 0


def _inrush(radio: Intervals, awake: Intervals, rate_hz: float) -> Chosen:
    """Peaks of the supply while the chip boots; a wake that ends with its peak is no boot."""
    wake = awake.holds(radio.start)
    woke = awake.start[wake]
    soon = (woke > 0) & (radio.start - woke < BOOTING_S * rate_hz)
    booted = awake.end[wake] - radio.end >= SHORTEST_S * rate_hz
    chosen: Chosen = soon & booted & (radio.length <= max(1, INRUSH_S * rate_hz))
    return chosen


def _probes(current: Samples, intervals: Intervals) -> Samples:
    """Some samples of each interval, sorted."""
    nth = 2 * np.arange(PROBES) + 1
    out = np.empty((len(intervals.start), PROBES), np.float32)
    for first in range(0, len(out), PLACES):
        some = slice(first, first + PLACES)
        start, length = intervals.start[some, np.newaxis], intervals.length[some, np.newaxis]
        out[some] = current[start + length * nth // (2 * PROBES)]
        give_back(current)
    out.sort(axis=1)
    return out


def _even(current: Samples, intervals: Intervals) -> Chosen:
    probes = _probes(current, intervals)
    even: Chosen = probes[:, -1] - probes[:, 0] <= EVEN * probes[:, PROBES // 2]
    return even


def _listening(
    current: Samples, radio: Intervals, wifi: Chosen, short: Chosen, levels: Levels
) -> Chosen:
    """Where the radio is at the level that it listens at: the board's, else as around bursts.

    Where there are none, a spike is not taken for it.
    """
    level_ua = _probes(current, radio)[:, PROBES // 2]
    known_ua = levels.listen_ua or (float(np.median(level_ua[wifi])) if wifi.any() else None)
    if known_ua:
        same: Chosen = np.abs(level_ua / known_ua - 1) <= LISTEN_RATIO
    else:
        same = (level_ua >= LISTEN_UA[0]) & (level_ua <= LISTEN_UA[1]) & ~short
    return same


def _modem_sleep(
    radio: Intervals, heard: Chosen, rate_hz: float
) -> tuple[Chosen, Intervals, float | None]:
    """Receptions of beacons among the stretches with the radio on, the quiet, and the period.

    The period is the multiple of BEACON_S that most neighbouring receptions are apart.
    """
    short = ~heard & (radio.length <= BEACON_LONGEST_S * rate_hz)
    apart_s = np.diff(radio.start) / rate_hz
    times = np.rint(apart_s / BEACON_S).astype(int)
    near = short[1:] & short[:-1] & (times >= 1) & (times <= MOST_PERIODS)
    near &= np.abs(apart_s - times * BEACON_S) <= BEACON_SLACK_S
    none = np.zeros(len(radio.start), bool), Intervals(radio.end[:0], radio.start[:0]), None
    if not near.any():
        return none
    usual = int(np.bincount(times[near]).argmax())
    near &= times == usual
    period_s = float(np.mean(apart_s[near]))
    if abs(period_s / (usual * BEACON_S) - 1) > PERIOD_RATIO:
        return none
    gap = Intervals(radio.end[:-1], radio.start[1:])
    linked = gap.length <= MISSED * period_s * rate_hz
    session = np.concatenate([[0], np.cumsum(~linked)])
    associated = np.bincount(session[1:][near], minlength=session[-1] + 1) > 0
    inside = associated[session]
    return short & inside, gap[linked & inside[1:]], period_s


def _segments(picture: Painting, pyramid: Pyramid, rate_hz: float) -> list[Segment]:
    """As a list; awake stretches are cut into boot and levels."""
    asleep_until = set(picture.of(DEEP_SLEEP).end.tolist())
    idle = picture.of(IDLE)
    cuts: list[int] = []
    boots: list[tuple[int, int]] = []
    for start, end in zip(idle.start.tolist(), idle.end.tolist(), strict=True):
        found = steps(pyramid, start, end, rate_hz)
        cuts += found
        give_back(pyramid.samples)
        if start in asleep_until:
            boots.append((start, found[0] if found else end))
    boot = np.array(boots, np.int64).reshape(-1, 2)
    picture = picture.over(Intervals(boot[:, 0], boot[:, 1]), BOOT)
    edges: Where = np.union1d(picture.start, np.array(cuts, np.int64))
    codes = picture.at(edges)
    bounds = [*edges.tolist(), picture.samples]
    return [
        Segment(NAMES[code], start, end)
        for code, start, end in zip(codes.tolist(), bounds, bounds[1:], strict=False)
    ]
