"""A predicted figure beside a measured one, as every table of docs/fidelity.md has them."""

from dataclasses import dataclass

GLENN20 = "glenn20, PPK2"


@dataclass(frozen=True)
class Row:
    """`how` is fitted where a number of the board was chosen to meet the measured one.

    `interval` holds 80 %, None where none is known; `part` is that of a wake that it belongs to.
    """

    what: str
    unit: str
    predicted: float
    measured: float
    how: str
    by: str
    interval: tuple[float, float] | None = None
    part: str = ""

    @property
    def error_pct(self) -> float:
        """Predicted against measured."""
        return 100 * (self.predicted / self.measured - 1)

    @property
    def held(self) -> bool:
        """Whether the interval holds what was measured."""
        return self.interval is not None and self.interval[0] <= self.measured <= self.interval[1]
