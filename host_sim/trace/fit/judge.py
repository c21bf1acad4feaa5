"""A wake predicted from a board beside a wake recorded: charge and duration, state by state."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from host_sim.errors import BadInput
from host_sim.hardware import states
from host_sim.hardware.board import Board, Step
from host_sim.trace.cut.digest import Row
from host_sim.trace.fit import calibrate
from host_sim.trace.fit.evidence import Evidence

BOOTSTRAPS = 1_000
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
    return _priced(board, board.steps(wake), wake, records)


def _priced(board: Board, steps: list[Step], wake: str, records: int | None) -> list[Priced]:
    if records is None and any(step.per_record_us or step.per_record_nc for step in steps):
        if board.file.wakes[wake].of:
            records = 0  # it ends before they are sent
        else:
            raise BadInput(f"{wake} sends records", remedy="say how many: --set records=N")
    records = records or 0
    current_na = dict(zip(states.NAMES, board.current_na, strict=True))
    out = []
    for step in steps:
        us = step.duration_us + records * step.per_record_us
        if step.charge_nc is None:
            nc = us * current_na[step.state] / 1e6
        else:
            nc = step.charge_nc + records * step.per_record_nc
        if us <= 0 or nc <= 0:
            what = f"with {records} records nothing is left of {step.state}"
            raise BadInput(what, remedy=f"{wake} was fitted on fewer")
        out.append((step.state, us / 1e6, nc / 1e6))
    return out


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
    board: Board, wake: str, records: int | None, evidence: Sequence[Evidence]
) -> tuple[float, float] | None:
    """95 % of the predictions that other draws of the fitted recordings would have given.

    Recordings are drawn with replacement among those of equal records; None where one was alone.
    """
    recipe = board.file.wakes[wake]
    mine = sorted((e for e in evidence if e.wake == (recipe.of or wake)), key=_records)
    groups = [list(group) for _, group in groupby(mine, key=_records)]
    if not groups or min(map(len, groups)) < 2:
        return None
    random = np.random.default_rng(1)
    values = []
    for _ in range(BOOTSTRAPS):
        drawn = [g[i] for g in groups for i in random.integers(len(g), size=len(g))]
        steps = calibrate.steps(drawn)[: recipe.first if recipe.of else None]
        values.append(sum(mc for _, _, mc in _priced(board, steps, wake, records)))
    low, high = np.percentile(values, (2.5, 97.5))
    return float(low), float(high)


def _records(evidence: Evidence) -> int:
    return evidence.records or 0


def fitted_on(board: Board, wake: str, evidence: Iterable[Evidence]) -> list[Evidence]:
    """The evidence that a prediction of the wake stands on: its own, and its states'."""
    own = board.file.wakes[wake].of or wake
    priced = {"tx" if s.state.startswith("tx_") else s.state for s in board.steps(wake)}
    priced -= {step.state for step in board.steps(wake) if step.charge_nc is not None}
    return [one for one in evidence if one.wake == own or priced & set(one.states)]
