"""Two recordings of a wake beside each other, state by state: where more charge went."""

from dataclasses import dataclass

from host_sim.trace.cut import digest
from host_sim.trace.cut.digest import Row


@dataclass(frozen=True)
class Line:
    """One state, a wake's mean in each."""

    state: str
    times: tuple[float, float]  # how often
    seconds: tuple[float, float]
    charge_mc: tuple[float, float]

    @property
    def more_mc(self) -> float:
        """Of the second over the first."""
        return self.charge_mc[1] - self.charge_mc[0]


def between(first: list[Row], second: list[Row]) -> list[Line]:
    """The states, those with most more charge first. Each has a wake."""
    both = [digest.wakes(first), digest.wakes(second)]
    rows = [[row for wake in wakes for row in wake] for wakes in both]
    states = dict.fromkeys(row.state for some in rows for row in some)
    lines = []
    for state in states:
        mine = [[row for row in some if row.state == state] for some in rows]
        lines.append(
            Line(
                state,
                _each([len(some) for some in mine], both),
                _each([sum(row.duration_s for row in some) for some in mine], both),
                _each([sum(row.charge_mc for row in some) for some in mine], both),
            )
        )
    return sorted(lines, key=lambda line: -line.more_mc)


def _each(totals: list[float], wakes: list[list[list[Row]]]) -> tuple[float, float]:
    first, second = (total / len(some) for total, some in zip(totals, wakes, strict=True))
    return first, second
