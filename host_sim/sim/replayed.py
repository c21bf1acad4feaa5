"""What a run drew from recordings, beside what was recorded."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from host_sim.engine import replay
from host_sim.sim import twosample


@dataclass(frozen=True)
class Replayed:
    """What was recorded of a phase or a state, how often each was drawn, and what was held back.

    Segments are (µs, nA).
    """

    name: str
    recorded: list[tuple[int, int]]
    times: list[int]
    unseen: list[tuple[int, int]]

    def facts(self) -> dict[str, Any]:
        """Charges of a phase, currents of a state: drawn beside recorded, and the two-sample test.

        It compares the drawn with the unseen where there are some, else with the recorded. What
        there is none of has no mean, and no p-value: None.
        """
        recorded, unseen = self._values(self.recorded), self._values(self.unseen)
        drawn = np.repeat(recorded, self.times)
        beside = unseen if len(unseen) else recorded
        return {
            "name": self.name,
            "unit": "mC" if self.name in replay.PHASES else "mA",
            "recorded": len(recorded),
            "recorded_mean": _mean(recorded),
            "unseen": len(unseen),
            "unseen_mean": _mean(unseen),
            "drawn": len(drawn),
            "drawn_mean": _mean(drawn),
            "p_value": twosample.p_value(beside, drawn) if len(drawn) else None,
        }

    def _values(self, segments: list[tuple[int, int]]) -> npt.NDArray[np.float64]:
        """mC of each where the duration is drawn too, else mA."""
        is_phase = self.name in replay.PHASES
        return np.array([(us / 1e6 if is_phase else 1) * na / 1e6 for us, na in segments])


def _mean(values: npt.NDArray[np.float64]) -> float | None:
    return float(values.mean()) if len(values) else None
