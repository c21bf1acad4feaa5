"""How long the phases of a wake take, from recordings in which their states are told apart.

A start is told by the current alone; the others by a node's marker pins (docs/bench.md). The
first time on the air in a wake is the join, a cached one as a rule, and each later one a message.
A recording tells the join as a whole: what the board has for its other parts is taken off, and
the rest is put down to `associate`. Our own code is told by wakes that stay off the air: a join
loads the link, too. A power-on is left out: its join is none that was cached.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from host_sim.hardware import states
from host_sim.hardware.board import Board
from host_sim.trace.cut.digest import Row
from host_sim.trace.cut.labels import POWER_ON
from host_sim.trace.fit import fit, student
from host_sim.trace.fit.evidence import AIR, Evidence

JOIN = "associate"


@dataclass(frozen=True)
class Duration:
    """Mean time of a phase and the 95 % interval of that mean, None of a single time."""

    mean_s: float
    ci95_s: tuple[float, float] | None
    times: int
    recordings: tuple[str, ...]


Wake = Sequence[Row]


def _each(state: str) -> Callable[[Wake], Iterator[float]]:
    return lambda wake: (row.duration_s for row in wake if row.state == state)


def _boot(wake: Wake) -> Iterator[float]:
    """By its charge: its first and last sample are of a boot in part."""
    boots = (row for row in wake if row.state == "boot" and row.mean_ma > 0)
    return (min(row.duration_s, row.charge_mc / row.mean_ma) for row in boots)


def _blurred(state: str, one: Evidence) -> bool:
    """Whether a boot is so few samples that its ends are most of it."""
    boots = [row for row in one.rows if row.state == state == "boot"]
    return any(fit.untold(state, [row], one.instrument) for row in boots)


def _own_code(wake: Wake) -> list[float]:
    seconds = sum(_each("cpu")(wake))
    return [seconds] if seconds and all(row.state != AIR for row in wake) else []


# By phase: the state that tells it, and its times in a wake.
TOLD: dict[str, tuple[str, Callable[[Wake], Iterable[float]]]] = {
    "boot": ("boot", _boot),
    "wake_cpu": ("cpu", _own_code),
    "measure": ("sense", _each("sense")),
    JOIN: (AIR, lambda wake: list(_each(AIR)(wake))[:1]),
    "message": (AIR, lambda wake: list(_each(AIR)(wake))[1:]),
}


def durations(evidence: Sequence[Evidence], board: Board) -> dict[str, Duration]:
    """Each phase that the evidence is for."""
    found = {}
    for phase, (state, times) in TOLD.items():
        by_recording = {
            one.recording: [
                s for wake in one.wakes() if wake[0].state != POWER_ON for s in times(wake)
            ]
            for one in evidence
            if one.states.get(state) == state and not _blurred(state, one)
        }
        if any(by_recording.values()):
            found[phase] = _estimate({name: some for name, some in by_recording.items() if some})
    if JOIN in found and (rest := _less(found[JOIN], _others_s(board))).mean_s > 0:
        found[JOIN] = rest
    else:
        found.pop(JOIN, None)
    return found


def _estimate(by_recording: dict[str, list[float]]) -> Duration:
    every = [s for some in by_recording.values() for s in some]
    draws = list(by_recording.values()) if len(by_recording) > 1 else [[s] for s in every]
    ci95_s = student.interval([(sum(some), len(some)) for some in draws])
    return Duration(sum(every) / len(every), ci95_s, len(every), tuple(by_recording))


def _others_s(board: Board) -> float:
    """The parts of a cached join besides."""
    parts = (part.phase for part in states.CACHED_JOIN if part.phase != JOIN)
    return sum(map(board.phase_us, parts)) / 1e6


def _less(one: Duration, seconds: float) -> Duration:
    low, high = one.ci95_s or (0.0, 0.0)
    ci95_s = (max(0.0, low - seconds), high - seconds) if one.ci95_s else None
    return replace(one, mean_s=one.mean_s - seconds, ci95_s=ci95_s)
