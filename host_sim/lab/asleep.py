"""The sleep current that was recorded beside the predicted, and whether the instrument tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, inf

import numpy as np

from host_sim.lab import scatter
from host_sim.lab.wakes import Predicted
from host_sim.trace.cut.instrument import JUDGED, USUAL_STEPS
from host_sim.trace.cut.wakes import Cut

MOST_STEPS = 20  # of an instrument's offset


@dataclass(frozen=True)
class Sleep:
    """Mean sleep currents, mA, recorded and predicted, and the instrument's step.

    `scatter_ma` is half the 95 % interval of the recorded mean, by the scatter of the sleeps. The
    instrument's offset is not known: in an INA219 of 10 uV a step it is 1 to 4 steps as a rule, 20
    at most (TI SBOS448G, 7.5).
    """

    recorded_ma: float
    predicted_ma: float
    scatter_ma: float
    step_ma: float

    @property
    def half_ma(self) -> float:
        """Half the interval of the recorded current."""
        return hypot(self.scatter_ma, USUAL_STEPS * self.step_ma)

    @property
    def judged(self) -> bool:
        """Whether the instrument resolves the current, or no offset explains the difference."""
        beyond_ma = abs(self.recorded_ma - self.predicted_ma) - MOST_STEPS * self.step_ma
        return self.half_ma < JUDGED * self.predicted_ma or beyond_ma > self.scatter_ma


def compare(predicted: Predicted, cuts: Sequence[Cut]) -> Sleep:
    """The sleeps of all recordings against the predicted current."""
    sleeps = np.array([sleep for cut in cuts for sleep in cut.sleeps]).reshape(-1, 2)
    step_ma = max(cut.step_ua for cut in cuts) / 1000
    if not len(sleeps):
        return Sleep(0.0, predicted.sleep_ma, inf, step_ma)
    mean_ma = float(np.average(sleeps[:, 1], weights=sleeps[:, 0]))
    scatter_ma = scatter.half(sleeps[:, 1]) if len(sleeps) > 1 else 0.0
    return Sleep(mean_ma, predicted.sleep_ma, scatter_ma, step_ma)
