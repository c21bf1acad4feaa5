"""A fault of a board as a line that replays it: its kind, and when, or what chance begins with."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random

from host_sim.errors import BadInput
from host_sim.lab.faults.kinds import CLOCK, HANG, MEMORY, RESET
from tools.hil.faults.broker import ILLS

CTRL_C = "Ctrl-C"
AT_AN_INSTANT = (RESET, CTRL_C)
BEFORE_A_WAKE = (MEMORY, CLOCK)
REMOVED, CUT, NO_ACCESS_POINT = "file removed", "file cut", "access point absent"
FILES = (REMOVED, CUT, NO_ACCESS_POINT)
NVS_FULL = "NVS full"
# What a module that is read at each join does instead; a second hang is followed by a day's rest.
LOOPS = {
    "reset loop": "machine.reset()",
    HANG: "while True: pass",
    "OSError loop": "raise OSError",
    "RuntimeError loop": "raise RuntimeError",
    "MemoryError loop": "raise MemoryError",
}
KINDS = (*AT_AN_INSTANT, *BEFORE_A_WAKE, *FILES, NVS_FULL, *LOOPS, *ILLS)
MOST = 2**31
_GAP = "."  # for the spaces of a kind: a line is one word


@dataclass(frozen=True)
class Case:
    """A fault: one of KINDS; the ms into a wake, or what chance begins with."""

    kind: str
    at: int

    @property
    def row(self) -> str:
        """What it is counted as."""
        return self.kind

    def __str__(self) -> str:
        return f"{self.kind.replace(' ', _GAP)}:{self.at}"


def read(line: str) -> Case:
    """The case of a line; BadInput where it is none."""
    kind, _, at = line.partition(":")
    kind = kind.replace(_GAP, " ")
    if kind not in KINDS or not (at.isascii() and at.isdecimal()) or int(at) >= MOST:
        remedy = "give the line that torpor faults printed, as reset:740"
        raise BadInput(f"{line} is no fault of a board", where="--replay", remedy=remedy)
    return Case(kind, int(at))


def drawn(count: int, seed: int, wake_ms: int) -> list[Case]:
    """So many, all kinds in turn, in a wake that takes so long."""
    return list(islice(_each(Random(seed), wake_ms), count))


def _each(dice: Random, wake_ms: int) -> Iterator[Case]:
    while True:
        for kind in dice.sample(KINDS, len(KINDS)):
            yield Case(kind, dice.randrange(wake_ms if kind in AT_AN_INSTANT else MOST))
