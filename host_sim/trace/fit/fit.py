"""From the digests of a board to its power states and the recipes of its wakes.

A state's current is the mean over time, of a steady state over its long stretches: short ones hold
edges. Transmit levels that were not recorded are inferred.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from host_sim.hardware import states
from host_sim.trace.cut import segment
from host_sim.trace.cut.digest import Row
from host_sim.trace.cut.instrument import Instrument
from host_sim.trace.fit import student
from host_sim.trace.fit.evidence import AIR, TX, Evidence

STEADY = ("idle", "cpu", "listen", "sense")  # one level; the other states are cycles of several
LONG = 0.7  # of the longest stretch of a steady state in a recording
OWN = 2.5  # samples, of a stretch that has one without a neighbour in it
FULL = 0.92  # of the highest peak: a burst that fills its sample, to tell from one cut by it
EXPONENT = 0.39  # of power in mW; the ESP32-C6 datasheet's four 802.15.4 points (rms 1.8 mA)

# Seconds on end that a state is told by, at least. Five periods of the mains average out the hum
# that a sleep's microamperes would drown in. A Wi-Fi receiver that waits is on for a beacon's
# period or longer, Bluetooth's or a spike for milliseconds; and the price of listening is that of
# all receiving. A cycle is whole after the longest period that cut looks for. What idles for less
# than cut takes for a wake is a burst's edge. Of the others a stretch is as long as the firmware
# makes it.
LEAST_S = {
    "deep_sleep": 0.1,
    "idle": segment.SHORTEST_S,
    "listen": segment.BEACON_S,
    **dict.fromkeys(("light_sleep", "modem_sleep"), segment.MOST_PERIODS * segment.BEACON_S),
}


@dataclass(frozen=True)
class Estimate:
    """Mean current of a state in mA, its spread over samples, and the 95 % interval of the mean."""

    mean_ma: float
    sd_ma: float
    quantiles_ma: tuple[float, float, float]  # 10, 50 and 90 % of the time in stretches
    ci95_ma: tuple[float, float] | None  # None of a single stretch
    seconds: float
    recordings: tuple[str, ...]


def currents(evidence: Iterable[Evidence]) -> dict[str, Estimate]:
    """Each state that the evidence is for and enough of, but for tx and the radio's marker."""
    found = {}
    for state, recordings in _pool(evidence).items():
        enough = {
            name: _long(rows) if state in STEADY else _own(rows, by)
            for name, (rows, by) in recordings.items()
            if not untold(state, rows, by)
        }
        if enough and average(row for rows in enough.values() for row in rows) > 0:
            found[state] = _estimate(enough)
    return found


def refused(evidence: Sequence[Evidence]) -> dict[str, str]:
    """Each state that the evidence is for and yet not fitted, and why."""
    found, why = currents(evidence), {}
    for state, recordings in _pool(evidence).items():
        if state not in found:
            rows, by = max(recordings.values(), key=lambda one: longest_s(one[0]))
            why[state] = untold(state, rows, by) or "its mean is negative: the zero is off"
    if any(TX in one.states for one in evidence) and not peak_ma(evidence):
        why[TX] = "its bursts go over the instrument's range, or --tx-dbm is not told"
    return why


def untold(state: str, rows: Sequence[Row], by: Instrument | None) -> str:
    """Why these stretches by an instrument tell no current of a state; nothing where they do."""
    if state in (TX, AIR):
        return ""
    if state == "deep_sleep" and by and by.step_ua:
        return f"a step of {by.step_ua:.3g} µA tells no sleep: its zero may be off by more"
    least_s, on_end_s = max(LEAST_S.get(state, 0), _own_s(by)), longest_s(rows)
    what = f"{on_end_s:.3f} s on end at most, and less than {least_s:.3f} s tell no {state}"
    return what if on_end_s < least_s else ""


def longest_s(rows: Iterable[Row]) -> float:
    """The longest stretch."""
    return max(row.duration_s for row in rows)


def _own_s(by: Instrument | None) -> float:
    return OWN / by.rate_hz if by else 0.0


def _own(rows: list[Row], by: Instrument | None) -> list[Row]:
    return [row for row in rows if row.duration_s >= _own_s(by)]


Told = tuple[list[Row], Instrument | None]


def _pool(evidence: Iterable[Evidence]) -> dict[str, dict[str, Told]]:
    """By state and recording, what the evidence is for, but for tx and the radio's marker."""
    pool: dict[str, dict[str, Told]] = {}
    for one in evidence:
        for own, seen in one.states.items():
            rows = [row for row in one.rows if row.state == seen]
            if rows and own not in (TX, AIR):
                pool.setdefault(own, {})[one.recording] = rows, one.instrument
    return pool


def _long(rows: list[Row]) -> list[Row]:
    least_s = LONG * longest_s(rows)
    return [row for row in rows if row.duration_s >= least_s]


def _estimate(recordings: dict[str, list[Row]]) -> Estimate:
    rows = [row for some in recordings.values() for row in some]
    seconds = np.array([row.duration_s for row in rows])
    mean_ma = np.array([row.mean_ma for row in rows])
    mean = float(np.average(mean_ma, weights=seconds))
    within = np.array([row.sd_ma for row in rows]) ** 2
    sd = float(np.sqrt(np.average(within + (mean_ma - mean) ** 2, weights=seconds)))
    order = np.argsort(mean_ma)
    share = (np.cumsum(seconds[order]) - seconds[order] / 2) / seconds.sum()
    low, middle, high = np.interp((0.1, 0.5, 0.9), share, mean_ma[order])
    return Estimate(
        mean,
        sd,
        (float(low), float(middle), float(high)),
        interval(list(recordings.values())),
        float(seconds.sum()),
        tuple(recordings),
    )


def average(rows: Iterable[Row]) -> float:
    """Mean current over time."""
    amount, seconds = _draw(rows)
    return amount / seconds


def _draw(rows: Iterable[Row]) -> student.Draw:
    some = list(rows)
    amount = sum(row.mean_ma * row.duration_s for row in some)
    return amount, sum(row.duration_s for row in some)


def interval(recordings: Sequence[list[Row]]) -> tuple[float, float] | None:
    """Where the mean current lies with 95 %, each recording a draw.

    A single recording's stretches are its draws, so that what differs from recording to recording
    is not held. None of a single stretch.
    """
    draws = recordings if len(recordings) > 1 else [[row] for row in recordings[0]]
    return student.interval(list(map(_draw, draws)))


def beacon_nc(found: dict[str, Estimate], period_s: float) -> float | None:
    """Charge of receiving one beacon: what modem sleep draws over idling, in a period."""
    if "modem_sleep" not in found or "idle" not in found:
        return None
    return (found["modem_sleep"].mean_ma - found["idle"].mean_ma) * period_s * 1e6


def peak_ma(evidence: Iterable[Evidence]) -> tuple[float, float] | None:
    """Transmit power and current of the evidence for it: the median peak of whole bursts.

    An instrument at the end of its range tells no peak.
    """
    for one in evidence:
        clipped = one.instrument is not None and one.instrument.clipped_samples > 0
        if one.tx_dbm is not None and TX in one.states and not clipped:
            peaks = [row.peak_ma for row in one.rows if row.state == one.states[TX]]
            if peaks:
                return one.tx_dbm, median(ma for ma in peaks if ma >= FULL * max(peaks))
    return None


def levels_ma(listen_ma: float, dbm: float, ma: float) -> Iterator[float]:
    """Current at each transmit level: a + b * P^0.39 through listening and the recorded level."""
    for level in states.TX_LEVELS_DBM:
        yield listen_ma + (ma - listen_ma) * 10 ** ((level - dbm) / 10 * EXPONENT)
