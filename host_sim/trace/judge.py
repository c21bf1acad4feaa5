"""A wake predicted from a board beside a wake recorded: charge and duration, state by state."""

from dataclasses import dataclass

from host_sim import states
from host_sim.board import Board
from host_sim.trace.digest import Row, active


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


def predict(board: Board, wake: str) -> list[tuple[str, float, float]]:
    """The board's recipe, priced by the board's states: state, s, mA."""
    current_na = dict(zip(states.NAMES, board.current_na, strict=True))
    return [
        (step.state, step.duration_us / 1e6, current_na[step.state] / 1e6)
        for step in board.file.wakes[wake].phases
    ]


def judge(board: Board, wake: str, table: list[Row]) -> Verdict:
    """Predict a wake of the board by its recipe and compare it with a digest's wake.

    Bursts are shorter than a sample of most recordings, which so cannot tell them from listening:
    both are compared as one, the radio on.
    """
    recorded: dict[str, list[float]] = {}
    predicted: dict[str, list[float]] = {}
    for row in active(table):
        total = recorded.setdefault(_comparable(row.state), [0.0, 0.0])
        total[0] += row.duration_s
        total[1] += row.charge_mc
    for state, seconds, ma in predict(board, wake):
        total = predicted.setdefault(_comparable(state), [0.0, 0.0])
        total[0] += seconds
        total[1] += seconds * ma
    names = dict.fromkeys((*predicted, *recorded))
    none = [0.0, 0.0]
    return Verdict(
        [
            Line(
                name,
                recorded.get(name, none)[0],
                predicted.get(name, none)[0],
                recorded.get(name, none)[1],
                predicted.get(name, none)[1],
            )
            for name in names
        ]
    )


def _comparable(state: str) -> str:
    return "radio_on" if state == "listen" or state.startswith("tx") else state
