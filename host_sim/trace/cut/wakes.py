"""A recording cut into wakes and sleeps to be judged, and what its instrument can tell of them.

A wake's charge is that above sleep, two samples before and behind it included: what its first and
last sample hold of it is not lost. Left out are wakes that the recording's ends, a gap or the end
of the instrument's range cut.
"""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from host_sim.trace.cut import digest
from host_sim.trace.cut.digest import Row
from host_sim.trace.cut.instrument import LOOKED_AT
from host_sim.trace.recording import Recording, Samples

# The phases of a wake by the number on the marker pins D0 and D1, and those that a current tells.
PHASES = ("start", "awake", "sensing", "on air")
RADIO_OFF, RADIO_ON = "radio off", "radio on"
OFF = ("boot", "idle")  # states of a digest in which the radio is off
PAD = 2  # samples
SETTLED_S = 0.1  # of a sleep's ends, not looked at: the supply's capacitors
STRAY = 0.01  # of the time that a pin may be high asleep: noise

Amount = tuple[float, float]  # s, mC


@dataclass(frozen=True)
class Recorded:
    """One wake: its states, and seconds and charge of its phases by name."""

    rows: list[Row]
    seconds: float
    mc: float
    phases: dict[str, Amount]
    on_air: bool


@dataclass(frozen=True)
class Cut:
    """What a recording holds; `why` counts the wakes that were left out, by reason.

    `sleeps` has seconds and mean mA of each sleep. `step_ua` is the least difference of two samples
    asleep, `noise_ua` their spread. `marked`: marker pins tell the phases.
    """

    recording: Recording
    wakes: list[Recorded]
    why: Counter[str]
    sleeps: list[tuple[float, float]]
    step_ua: float
    noise_ua: float
    marked: bool


def cut(recording: Recording, doze_s: float) -> Cut:
    """The wakes of a recording; a sleep of `doze_s` at most is within one: a sensor warms up."""
    rows = _joined(digest.rows(recording), doze_s)
    marked = _marked(recording, rows)
    asleep = [_settled(recording, row) for row in rows if row.state == digest.ASLEEP]
    asleep = [part for part in asleep if len(part)]
    means_ua = [float(part.mean(dtype=np.float64)) for part in asleep]
    lengths = [len(part) for part in asleep]
    sleep_ua = float(np.average(means_ua, weights=lengths)) if asleep else 0.0
    wakes: list[Recorded] = []
    why: Counter[str] = Counter()
    for wake in digest.wakes(rows):
        first, last = _samples(recording, wake)
        reason = _unfit(recording, first, last)
        if reason:
            why[reason] += 1
            continue
        amounts = _by_mark(recording, first, last) if marked else _by_state(wake)
        around = recording.current_ua[first - PAD : last + PAD]
        mc = (float(around.sum(dtype=np.float64)) - 2 * PAD * sleep_ua) / recording.rate_hz / 1000
        seconds = (last - first) / recording.rate_hz
        on_air = PHASES[-1] in amounts or RADIO_ON in amounts
        wakes.append(Recorded(wake, seconds, mc, amounts, on_air))
    step_ua, noise_ua = _resolution(recording, asleep)
    sleeps = [(n / recording.rate_hz, ua / 1000) for n, ua in zip(lengths, means_ua, strict=True)]
    return Cut(recording, wakes, why, sleeps, step_ua, noise_ua, marked)


def _joined(rows: list[Row], doze_s: float) -> list[Row]:
    """The rows, a sleep between two wakes that is so short taken as awake with the radio off."""
    short = {at for at in range(1, len(rows) - 1) if rows[at].duration_s <= doze_s}
    return [
        replace(row, state=digest.IDLE) if at in short and row.state == digest.ASLEEP else row
        for at, row in enumerate(rows)
    ]


def _samples(recording: Recording, rows: list[Row]) -> tuple[int, int]:
    end_s = rows[-1].start_s + rows[-1].duration_s
    return round(rows[0].start_s * recording.rate_hz), round(end_s * recording.rate_hz)


def _settled(recording: Recording, row: Row) -> Samples:
    """The samples of a sleep but for its ends."""
    first, last = _samples(recording, [row])
    edge = max(PAD, round(SETTLED_S * recording.rate_hz))
    return recording.current_ua[first + edge : last - edge]


def _unfit(recording: Recording, first: int, last: int) -> str | None:
    """Why a wake cannot be judged."""
    if first < PAD or last + PAD > len(recording.current_ua):
        return "cut by the recording's ends"
    begin_s, end_s = first / recording.rate_hz, last / recording.rate_hz
    if any(begin_s <= gap.start_s <= end_s for gap in recording.gaps):
        return "with a gap"
    most_ua = recording.current_ua.max() if recording.clipped_samples else np.inf
    return "clipped" if recording.current_ua[first:last].max() >= most_ua else None


def _marked(recording: Recording, rows: list[Row]) -> bool:
    """Whether marker pins are wired: D0 and D1 are low in sleep, and not for all of a wake."""
    if recording.digital is None or recording.channels[:2] != ("D0", "D1"):
        return False
    high, samples = Counter[bool](), Counter[bool]()
    for row in rows:
        first, last = _samples(recording, [row])
        asleep = row.state == digest.ASLEEP
        high[asleep] += int(np.count_nonzero(recording.digital[first:last] & 3))
        samples[asleep] += last - first
    return high[True] <= STRAY * samples[True] and high[False] > STRAY * samples[False]


def _by_mark(recording: Recording, first: int, last: int) -> dict[str, Amount]:
    """Seconds and charge by what the pins say; once they spoke, 0 is on the way to sleep: awake."""
    assert recording.digital is not None
    number = recording.digital[first:last] & 3
    spoke = int(np.argmax(number > 0)) if number.any() else len(number)
    number[spoke:][number[spoke:] == 0] = 1
    ua = recording.current_ua[first:last]
    seconds = np.bincount(number, minlength=len(PHASES)) / recording.rate_hz
    mc = np.bincount(number, ua, minlength=len(PHASES)) / recording.rate_hz / 1000
    return {name: (float(seconds[i]), float(mc[i])) for i, name in enumerate(PHASES) if seconds[i]}


def _by_state(wake: list[Row]) -> dict[str, Amount]:
    """Seconds and charge with the radio off and on."""
    out: dict[str, Amount] = {}
    for row in wake:
        name = RADIO_OFF if row.state in OFF else RADIO_ON
        seconds, mc = out.get(name, (0.0, 0.0))
        out[name] = seconds + row.duration_s, mc + row.charge_mc
    return out


def _resolution(recording: Recording, asleep: list[Samples]) -> tuple[float, float]:
    """The instrument's step and its noise: asleep, but the step awake where sleep is one level."""
    quiet = asleep[0][:LOOKED_AT].astype(np.float64) if asleep else np.empty(0)
    noise_ua = float(quiet.std()) if len(quiet) else 0.0
    for samples in (quiet, recording.current_ua[:LOOKED_AT].astype(np.float64)):
        apart = np.diff(np.unique(samples))
        if len(apart):
            return float(apart.min()), noise_ua
    return 0.0, noise_ua
