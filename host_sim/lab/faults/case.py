"""A fault as a line that replays it: seed, day, wake of the day, kind, and where in the wake."""

from dataclasses import dataclass

from host_sim.errors import BadInput
from host_sim.lab.faults.kinds import AT_A_CALL, BEFORE_A_WAKE, CALLS, LINKS, LOOPS

LOOP = " at each "
LASTING = (*LINKS, *(f"{kind}{LOOP}{call}" for kind in LOOPS for call in CALLS))
KINDS = (*AT_A_CALL, *BEFORE_A_WAKE, *LASTING)
_GAP = "."  # for the spaces of a kind: a line is one word


@dataclass(frozen=True)
class Case:
    """A fault.

    seed, day, wake  the world's seed, its day, and the wake since that began
    kind             one of KINDS
    at               the moment of the wake, or what chance begins with; 0 of what lasts
    """

    seed: int
    day: int
    wake: int
    kind: str
    at: int

    @property
    def row(self) -> str:
        """What it is counted as: loops by their fault."""
        kind, loop, _ = self.kind.partition(LOOP)
        return f"{kind} loop" if loop else kind

    def __str__(self) -> str:
        kind = self.kind.replace(" ", _GAP)
        return f"{self.seed}:{self.day}:{self.wake}:{kind}:{self.at}"


def read(line: str) -> Case:
    """The case of a line; BadInput where it is none."""
    remedy = "give the line that torpor faults printed, as 1:12:40:reset:7"
    words = line.split(":")
    if len(words) != 5:
        raise BadInput(f"{line} is no fault", where="--replay", remedy=remedy)
    kind = words.pop(3).replace(_GAP, " ")
    if kind not in KINDS or not all(word.isascii() and word.isdecimal() for word in words):
        raise BadInput(f"{line} is no fault", where="--replay", remedy=remedy)
    seed, day, wake, at = map(int, words)
    if seed >= 2**31 or day >= MOST_DAY or (kind in AT_A_CALL and at == 0):
        raise BadInput(f"{line} is no fault", where="--replay", remedy=remedy)
    return Case(seed, day, wake, kind, at)


MOST_DAY = 28
