"""Recorded wakes beside those that a scenario predicts: error by kind and phase, and of the life.

A mean has an interval of 95 %, the wider of two: by the scatter of the recorded wakes (Student's
t), or by that of the predicted ones with what a slow instrument misses. To either the instrument's
usual offset over the wake is added (root of the sum of squares). Its error of gain is not in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, hypot, sqrt

import numpy as np

from host_sim.hardware.cell import CHARGE_SHIFT
from host_sim.lab import asleep, match, scatter
from host_sim.lab.asleep import Sleep
from host_sim.lab.wakes import Kind, Predicted
from host_sim.sim import battery
from host_sim.sim.life import leak_a_day
from host_sim.trace.cut.instrument import USUAL_STEPS
from host_sim.trace.cut.wakes import PHASES, RADIO_OFF, RADIO_ON, Cut, Recorded

SILENT = (*PHASES[:-1], RADIO_OFF)  # phases without the radio
TOLD = 2  # samples, of a phase that is told from its neighbours


@dataclass(frozen=True)
class Line:
    """A kind of wake, or a phase of it: recorded means beside predicted ones.

    `half_mc` is half the interval of the recorded charge, `period_s` a sample of the slowest
    recording.
    """

    kind: str
    phase: str | None
    times: int
    recorded_s: float
    predicted_s: float
    recorded_mc: float
    predicted_mc: float
    half_mc: float
    period_s: float

    @property
    def told(self) -> bool:
        """Whether it is long enough to be told from what is beside it."""
        return self.recorded_mc > 0 and self.predicted_s >= TOLD * self.period_s

    @property
    def error_pct(self) -> float:
        """Predicted against recorded charge."""
        return 100 * (self.predicted_mc / self.recorded_mc - 1)

    @property
    def ci95_pct(self) -> tuple[float, float] | None:
        """Its interval; None where that has no end."""
        if self.half_mc >= self.recorded_mc:
            return None
        ends_mc = (self.recorded_mc + self.half_mc, self.recorded_mc - self.half_mc)
        least, most = (100 * (self.predicted_mc / mc - 1) for mc in ends_mc)
        return least, most


@dataclass(frozen=True)
class Verdict:
    """What recordings say of a run.

    `times` is how often each kind is in the run, which takes `run_s` and draws `run_mc`; the cell
    leaks `leaked_mc` in that time. `unsure` counts wakes that may be of another kind, `far` those
    that are near none. `more_mc` is what the run would draw more, had it drawn as recorded, by kind
    or "sleep"; `half_mc` is half the interval of its sum.
    """

    lines: list[Line]
    times: dict[str, int]
    sleep: Sleep
    unsure: int
    far: int
    run_mc: float
    leaked_mc: float
    run_s: float
    life_days: float | None
    more_mc: dict[str, float]
    half_mc: float

    def current_ua(self, more_mc: float = 0.0) -> float:
        """Mean current of the run, with so much more."""
        return max(0.0, 1000 * (self.run_mc + more_mc) / self.run_s)

    def days(self, more_mc: float) -> float | None:
        """Battery life if the run drew so much more; None without a cell, or an end."""
        whole_mc = self.run_mc + self.leaked_mc
        if self.life_days is None or whole_mc + more_mc <= 0:
            return None
        return self.life_days * whole_mc / (whole_mc + more_mc)

    @property
    def all_mc(self) -> float:
        """What the run would draw more by what was recorded."""
        return sum(self.more_mc.values())


def judge(predicted: Predicted, cuts: Sequence[Cut]) -> Verdict:
    """Match the wakes of recordings to the kinds of a run, and compare them."""
    matched: dict[str, list[Recorded]] = {kind.name: [] for kind in predicted.kinds}
    unsure = far = 0
    for cut in cuts:
        for wake in cut.wakes:
            found = match.match(wake, predicted.kinds)
            matched[found.kind.name].append(wake)
            unsure += not found.sure
            far += not found.near
    lines = list(_lines(predicted.kinds, matched, cuts))
    sleep = asleep.compare(predicted, cuts)
    times = {kind.name: kind.times for kind in predicted.kinds}
    more, halves = {}, []
    for kind in predicted.kinds:
        apart_mc, half_mc = _apart(kind, lines, predicted.kinds)
        more[kind.name] = kind.times * apart_mc
        halves.append(kind.times * half_mc)
    if sleep.judged:
        more["sleep"] = predicted.sleep_s * (sleep.recorded_ma - sleep.predicted_ma)
        halves.append(predicted.sleep_s * sleep.half_ma)
    ledger = predicted.result.ledger
    run_s = ledger.duration_us / 1e6
    scenario = predicted.result.scenario
    power = battery.of(scenario, max(battery.YEAR_DAYS, ceil(scenario.file.days)))
    return Verdict(
        lines,
        times,
        sleep,
        unsure,
        far,
        ledger.charge_fc / 1e12,
        leak_a_day(power) * predicted.result.days * 2**CHARGE_SHIFT / 1e12,
        run_s,
        predicted.result.battery_life_days,
        more,
        hypot(*halves),
    )


def _lines(
    kinds: Sequence[Kind], matched: dict[str, list[Recorded]], cuts: Sequence[Cut]
) -> Iterator[Line]:
    """Each kind that was recorded, and its phases where all recordings tell the same ones."""
    slowest_s = max(1 / cut.recording.rate_hz for cut in cuts)
    offset_ma = USUAL_STEPS * max(cut.step_ua for cut in cuts) / 1000
    names = PHASES if all(cut.marked for cut in cuts) else (RADIO_OFF, RADIO_ON)
    whole = all(cut.marked == cuts[0].marked for cut in cuts)
    for kind in kinds:
        if mine := matched[kind.name]:
            like = [one for one in kinds if _alike(one, kind)]
            for name in (None, *(names if whole else ())):
                line = _line(kind, name, mine, like, slowest_s, offset_ma)
                if line.predicted_s or line.recorded_s:
                    yield line


def _apart(kind: Kind, lines: Sequence[Line], kinds: Sequence[Kind]) -> tuple[float, float]:
    """What a recorded wake of a kind draws more than predicted, and half the interval of that.

    A kind that was not recorded is taken to differ as the recorded ones do, weighted by how often
    they occur: those with as much radio; where there are none, all of them but for the radio, since
    every wake shares the start.
    """
    near = {one.name: one.times for one in kinds if one.on_air == kind.on_air}
    every = {one.name: one.times for one in kinds}
    whole: tuple[str | None, ...] = (None,)
    silent = whole if kind.on_air else SILENT
    for times, phases in (({kind.name: 1}, whole), (near, whole), (every, silent)):
        seen = [line for line in lines if line.kind in times and line.phase in phases]
        if seen:
            weight = sum({line.kind: times[line.kind] for line in seen}.values())
            apart = sum(times[line.kind] * (line.recorded_mc - line.predicted_mc) for line in seen)
            half_mc = sum(times[line.kind] * line.half_mc for line in seen) / weight
            unseen = kind.on_air and not any(line.kind in near for line in seen)
            return apart / weight, half_mc + (_unseen_mc(kind) if unseen else 0.0)
    return 0.0, 0.0


def _unseen_mc(kind: Kind) -> float:
    """Half the interval of what a kind draws with the radio on, where no recording has it on."""
    _, mc, times = kind.each(RADIO_ON)
    return scatter.Z95 * match.OFF_BY * float(np.average(mc, weights=times))


def _alike(one: Kind, other: Kind) -> bool:
    """Whether two kinds scatter alike."""
    return (one.on_air, one.is_long) == (other.on_air, other.is_long)


def _line(
    kind: Kind,
    phase: str | None,
    mine: Sequence[Recorded],
    like: Sequence[Kind],
    period_s: float,
    offset_ma: float,
) -> Line:
    """A kind or a phase of it, with its interval: by the scatter of all kinds that are like it."""
    amounts = [
        (wake.seconds, wake.mc) if phase is None else wake.phases.get(phase, (0.0, 0.0))
        for wake in mine
    ]
    recorded = np.array(amounts)
    seconds, mc, times = kind.each(phase)
    recorded_mc, predicted_mc = float(recorded[:, 1].mean()), float(np.average(mc, weights=times))
    one_mc = max(scatter.one_mc([one.each(phase)[1:] for one in some]) for some in (like, [kind]))
    one_mc *= max(1.0, recorded_mc / predicted_mc) if predicted_mc else 1.0  # more scatters more
    missed = scatter.missed_mc(kind.usual(phase), period_s) / sqrt(len(mine))
    # Messages of one recording share the channel's state and the power: their mean is no surer.
    one_mc /= 1 if kind.on_air else sqrt(len(mine))
    half_mc = hypot(one_mc, scatter.Z95 * missed)
    if len(mine) > 1:
        half_mc = max(half_mc, scatter.half(recorded[:, 1]))
    half_mc = hypot(half_mc, offset_ma * recorded[:, 0].mean())
    return Line(
        kind.name,
        phase,
        len(mine),
        float(recorded[:, 0].mean()),
        float(np.average(seconds, weights=times)),
        recorded_mc,
        predicted_mc,
        half_mc,
        period_s,
    )
