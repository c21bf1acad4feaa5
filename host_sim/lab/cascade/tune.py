"""Marks from the tuning mixtures: of a grid, those of the least charge a word.

Each way, ours and the baselines, is to hear RECALL of the words, or the most that it can, and to
tell of little else.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count, product

from host_sim.lab.cascade import mixtures, ways
from host_sim.lab.cascade.heard import Heard
from host_sim.lab.cascade.ways import Way
from host_sim.progress import Progress

RECALL = 0.999  # of the tuning words, down to 5 dB
MESSAGES = 2  # a word: who tells more often of something else than of words has found none
Grid = Mapping[str, Sequence[int]]
LOUD: Grid = {
    "margin": (800, 900, 1_000, 1_100, 1_200),
    "modulation": (16, 20, 24),  # 16 refuses nothing
    "interval_ms": (80, 90, 100, 110, 120),
    "frames": (1, 2, 4, 6, 8),
}
GRIDS: Mapping[str, Grid] = {
    ways.OURS: {
        "margin": (100, 150, 200, 250, 300),
        "ratio_x4": (6, 7, 8),  # in noise louder than these mixtures' it stands alone
        "modulation": (28, 30, 32, 34),
        "interval_ms": (60, 70, 80, 90, 100, 120),
    },
    "CPU polls, two stages": {
        "margin": (1_000, 1_500, 2_000),
        "modulation": (16, 24, 28, 30, 32, 34, 36),
        "interval_ms": (60, 80, 100),
        "frames": (2, 4, 8),
    },
    "ULP, light sleep, two stages": LOUD,
    "ULP, deep sleep, looks afterwards": LOUD,
    "a first mark of 900": {
        "margin": (700, 800, 900, 1_000, 1_100, 1_200),
        "modulation": (28, 30, 32, 34, 36),
        "interval_ms": (60, 70, 80, 90, 100),
    },
    "duty cycle": {
        "margin": (0,),  # every look is in full
        "modulation": (48, 50, 52, 54, 56, 58, 60),
        "interval_ms": (50, 100),
    },
}
Marks = tuple[int, ...]  # in the order of a grid's keys
Table = Mapping[Marks, Heard]  # what came of each of a grid's marks


def ours(margin: int, ratio_x4: int, modulation: int, interval_ms: int) -> Way:
    """The cascade with these marks; the ULP asks a block for no less than the first frame.

    Events have no price here: what that is to be is another matter, and it hides a mark's misses.
    """
    stages = (
        f"[{{margin={margin}, ratio={ratio_x4 / 4}}}, {{margin=0, ratio=0}}, "
        f"{{margin={modulation}, ratio=0}}]"
    )
    marks = (f"node.watch.stages={stages}", f"node.watch.interval_ms={interval_ms}")
    return Way("ours", (*marks, "node.watch.events_per_day=0"))


def two(name: str) -> Callable[..., Way]:
    """One of the baselines, with other marks and looks."""
    of = ways.WAYS[name]
    sleeps = tuple(one for one in of.changes if one.startswith(("node.watch.ulp", "node.deep")))

    def make(frames: int = 1, **marks: int) -> Way:
        return Way(of.kind, (*sleeps, *ways.fixed(**marks)), of.looks_back, frames)

    return make


def measured(way: Way) -> Heard:
    """What came of the tuning mixtures."""
    return sum((Heard.of(ways.life(way, one.changes)) for one in mixtures.tuning()), Heard())


def table(make: Callable[..., Way], grid: Grid, measuring: Callable[[], None]) -> Table:
    """Of each of a grid's marks, each told before it is measured."""
    found = {}
    for marks in product(*grid.values()):
        measuring()
        found[marks] = measured(make(**dict(zip(grid, marks, strict=True))))
    return found


def best(of: Table) -> Marks:
    """The marks of the least charge a word, of those that hear RECALL in MESSAGES at most.

    Where none does both: the fewest messages over MESSAGES first, then the most recall.
    """

    def value(marks: Marks) -> tuple[float, float, float]:
        heard = of[marks]
        over = max(0.0, heard.messages_per_word - MESSAGES)
        return over, -min(heard.recall, RECALL), heard.mc_per_word

    return min(of, key=value)


def all_of(progress: Progress) -> Iterator[str]:
    """What tuning finds for each way, a line each."""
    whole = sum(math.prod(map(len, grid.values())) for grid in GRIDS.values())
    done = count()
    for name, grid in GRIDS.items():
        make = ours if name == ways.OURS else two(name)
        found = table(make, grid, lambda: progress(next(done) / whole))
        marks = best(found)
        chosen = ", ".join(f"{mark} {value}" for mark, value in zip(grid, marks, strict=True))
        heard = found[marks]
        yield (
            f"{name}: {chosen}: {heard.mc_per_word:,.0f} mC a word, "
            f"{100 * heard.recall:.1f} % caught, {heard.messages_per_word:.1f} messages a word"
        )
