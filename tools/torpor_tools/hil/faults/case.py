"""A fault of a board as a line that replays it: its kind, and when, or what chance begins with.

A file's names besides the start that meets it, and the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random

from host_sim.errors import BadInput
from host_sim.lab.faults.kinds import CLOCK, HANG, MEMORY, RESET
from torpor_tools.hil.faults import damage
from torpor_tools.hil.faults.broker import ILLS
from torpor_tools.hil.faults.damage import CUT_AT_BLOCK, DAMAGES, OF_ANY

CTRL_C = "Ctrl-C"
AT_AN_INSTANT = (RESET, CTRL_C)
BEFORE_A_WAKE = (MEMORY, CLOCK)
NO_ACCESS_POINT, NVS_FULL = "access point absent", "NVS full"
UNREAD = "file unread"  # by any start: damaged in one of these ways, it makes no difference
OF_A_FILE = (*DAMAGES, UNREAD)
UNTIL_MENDED = (*DAMAGES, NO_ACCESS_POINT)
# What a module that is read at each join does instead; a second hang is followed by a day's rest.
LOOPS = {
    "reset loop": "machine.reset()",
    HANG: "while True: pass",
    "OSError loop": "raise OSError",
    "RuntimeError loop": "raise RuntimeError",
    "MemoryError loop": "raise MemoryError",
}
KINDS = (*AT_AN_INSTANT, *BEFORE_A_WAKE, *OF_A_FILE, NO_ACCESS_POINT, NVS_FULL, *LOOPS, *ILLS)
# How a start comes: by the timer, by software, by the reset line, and by the timer to a wake whose
# join raises.
STARTS = SLEPT, BY_RESET, POWER_ON, CRASHING = "wake", "reset", "power-on", "crash"
BOOT, MAIN = "/boot.py", "main.py"  # they catch the faults of all others
MOST = 2**31
_GAP = "."  # for the spaces of a kind: a line is one word

Reads = dict[str, list[str]]  # the files that each start reads


@dataclass(frozen=True)
class Case:
    """A fault: one of KINDS; the ms into a wake, or what chance begins with; of a file, where."""

    kind: str
    at: int
    start: str = ""
    file: str = ""

    @property
    def row(self) -> str:
        """What it is counted as."""
        return self.kind

    @property
    def damage(self) -> str:
        """What is wrong with its file."""
        return OF_ANY[self.at % len(OF_ANY)] if self.kind == UNREAD else self.kind

    def __str__(self) -> str:
        words = [self.kind.replace(" ", _GAP), str(self.at)]
        if self.kind in OF_A_FILE:
            words[1:1] = [self.start, self.file]
        return ":".join(words)


def read(line: str) -> Case:
    """The case of a line; BadInput where it is none."""
    words = line.split(":")
    kind, at = words[0].replace(_GAP, " "), words[-1]
    where = words[1:-1]
    fits = len(where) == 2 and where[0] in STARTS if kind in OF_A_FILE else len(words) == 2
    if kind not in KINDS or not fits or not (at.isascii() and at.isdecimal()) or int(at) >= MOST:
        remedy = "give the line that torpor faults printed, as reset:740"
        raise BadInput(f"{line} is no fault of a board", where="--replay", remedy=remedy)
    return Case(kind, int(at), *where)


def drawn(
    count: int, seed: int, wake_ms: int, reads: Reads, sizes: dict[str, int]
) -> Iterator[Case]:
    """So many, all kinds in turn, in a wake that takes so long and of files of these sizes."""
    return islice(_each(Random(seed), wake_ms, reads, sizes), count)


def _each(dice: Random, wake_ms: int, reads: Reads, sizes: dict[str, int]) -> Iterator[Case]:
    while True:
        for kind in dice.sample(KINDS, len(KINDS)):
            at = dice.randrange(MOST)
            if kind not in OF_A_FILE:
                yield Case(kind, at % wake_ms if kind in AT_AN_INSTANT else at)
                continue
            start = dice.choice(STARTS)
            fit = (
                reads[start] if kind in DAMAGES else sorted(set(sizes).difference(*reads.values()))
            )
            if kind == CUT_AT_BLOCK:
                fit = [name for name in fit if damage.edges(sizes[name])]
            yield Case(kind, at, start, dice.choice(fit))
