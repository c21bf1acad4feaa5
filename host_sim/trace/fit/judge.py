"""A wake predicted from a board beside a wake recorded: charge and duration, state by state."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, pvariance

from host_sim.errors import BadInput
from host_sim.hardware import states
from host_sim.hardware.board import Board
from host_sim.hardware.boardfile import Step
from host_sim.trace.cut.digest import Row
from host_sim.trace.fit import recipe, student
from host_sim.trace.fit.evidence import Evidence

Priced = tuple[str, float, float]  # state, s, mC


@dataclass(frozen=True)
class Line:
    """One state of the wake, recorded and predicted."""

    state: str
    recorded_s: float
    predicted_s: float
    recorded_mc: float
    predicted_mc: float


@dataclass(frozen=True)
class Verdict:
    """The wake as a whole, and its lines."""

    lines: list[Line]

    @property
    def recorded_mc(self) -> float:
        """Charge of the recorded wake."""
        return sum(line.recorded_mc for line in self.lines)

    @property
    def predicted_mc(self) -> float:
        """Charge of the predicted wake."""
        return sum(line.predicted_mc for line in self.lines)

    @property
    def recorded_s(self) -> float:
        """Duration of the recorded wake."""
        return sum(line.recorded_s for line in self.lines)

    @property
    def predicted_s(self) -> float:
        """Duration of the predicted wake."""
        return sum(line.predicted_s for line in self.lines)

    @property
    def charge_error_pct(self) -> float:
        """Predicted against recorded charge."""
        return 100 * (self.predicted_mc / self.recorded_mc - 1)

    @property
    def duration_error_pct(self) -> float:
        """Predicted against recorded duration."""
        return 100 * (self.predicted_s / self.recorded_s - 1)


def predict(board: Board, wake: str, records: int | None) -> list[Priced]:
    """The steps of the board's recipe, priced. BadInput when its records are not said, or odd."""
    steps = board.steps(wake)
    if records is None and any(step.per_record_us or step.per_record_nc for step in steps):
        if board.file.wakes[wake].of:
            records = 0  # it ends before they are sent
        else:
            raise BadInput(f"{wake} sends records", remedy="say how many: --set records=N")
    out = []
    for step in steps:
        us, nc = _price(board, step, records or 0)
        if us <= 0 or nc <= 0:
            what = f"with {records or 0} records nothing is left of {step.state}"
            raise BadInput(what, remedy=f"{wake} was fitted on fewer")
        out.append((step.state, us / 1e6, nc / 1e6))
    return out


def _price(board: Board, step: Step, records: int) -> tuple[int, float]:
    """Time in µs and charge in nC of a step."""
    us = step.duration_us + records * step.per_record_us
    if step.charge_nc is None:
        return us, us * board.current_na[states.NAMES.index(step.state)] / 1e6
    return us, step.charge_nc + records * step.per_record_nc


def charge_mc(board: Board, wake: str, records: int) -> float:
    """What a wake takes in all."""
    return sum(_price(board, step, records)[1] for step in board.steps(wake)) / 1e6


def judge(predicted: Iterable[Priced], recorded: Iterable[Row]) -> Verdict:
    """Compare a prediction with a recorded wake, state by state.

    Bursts are shorter than a sample of most recordings, which so cannot tell them from listening:
    both are compared as one, the radio on.
    """
    totals: dict[str, list[float]] = {}
    for state, seconds, mc in predicted:
        total = totals.setdefault(_comparable(state), [0.0] * 4)
        total[1] += seconds
        total[3] += mc
    for row in recorded:
        total = totals.setdefault(_comparable(row.state), [0.0] * 4)
        total[0] += row.duration_s
        total[2] += row.charge_mc
    return Verdict([Line(state, *total) for state, total in totals.items()])


def _comparable(state: str) -> str:
    return "radio_on" if state == "listen" or state.startswith("tx") else state


def interval_mc(
    board: Board, wake: str, records: int | None, evidence: Iterable[Evidence]
) -> tuple[float, float] | None:
    """Where a single wake's charge lies with 95 %: one that the recipe was not fitted on.

    It is the prediction interval of a straight line (NIST/SEMATECH e-Handbook of Statistical
    Methods, 4.5.1.2): Student's t times the spread of the fitted wakes about the prediction, and
    how sure the line is at so many records. Recordings, not wakes, are counted as independent. It
    holds no other firmware, channel or temperature than theirs; and of two numbers of records no
    curvature between. None where the recordings do not say: one alone, two with a slope, or all of
    another number of records.
    """
    recipe_, line = board.file.wakes[wake], len(board.steps(wake))
    mine = [one for one in evidence if one.wake == (recipe_.of or wake)]
    sent, columns = recipe.table(mine)
    recordings, slope = len(mine), len(set(sent)) > 1
    freedom = recordings - 1 - slope
    if freedom < 1 or not (slope or (records or 0) in sent):
        return None

    recorded_mc = [sum(stretch.charge_mc for stretch in column[:line]) for column in columns]
    errors = [mc - charge_mc(board, wake, n) for mc, n in zip(recorded_mc, sent, strict=True)]
    variance = fmean(error**2 for error in errors) * recordings / freedom
    unsure = 1.0
    if slope:
        unsure += ((records or 0) - fmean(sent)) ** 2 / pvariance(sent)
    half_mc = student.t95(freedom) * sqrt(variance * (1 + unsure / recordings))
    middle_mc = charge_mc(board, wake, records or 0)
    return middle_mc - half_mc, middle_mc + half_mc


def fitted_on(board: Board, wake: str, evidence: Iterable[Evidence]) -> list[Evidence]:
    """The evidence that a prediction of the wake stands on: its own, and its states'."""
    own = board.file.wakes[wake].of or wake
    priced = {"tx" if s.state.startswith("tx_") else s.state for s in board.steps(wake)}
    priced -= {step.state for step in board.steps(wake) if step.charge_nc is not None}
    return [one for one in evidence if one.wake == own or priced & set(one.states)]
