"""Marks from the tuning mixtures: of a grid, the least charge a word at no less than a recall.

A baseline is to hear RECALL of the words, and ours no less than any of the baselines then does.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

from host_sim.lab.cascade import mixtures, ways
from host_sim.lab.cascade.ways import Way

RECALL = 0.95  # of the tuning words, down to 5 dB
Grid = Mapping[str, Sequence[int]]
OURS: Grid = {
    "margin": (100, 150, 200),
    "ratio_x4": (6, 7, 8),  # in noise louder than these mixtures' it stands alone
    "modulation": (30, 32, 34, 36),
    "interval_ms": (120, 130, 140, 150),
}
FIXED: Grid = {
    "margin": (700, 1_000, 1_500),
    "modulation": (24, 28, 32, 36, 40),
    "interval_ms": (100, 150, 200),
}
DUTY: Grid = {
    "margin": (0,),  # every look is in full
    "modulation": FIXED["modulation"],
    "interval_ms": (50, 100),
}


def ours(margin: int, ratio_x4: int, modulation: int, interval_ms: int) -> Way:
    """The cascade with these marks; the ULP asks a block for no less than the first frame."""
    stages = (
        f"[{{margin={margin}, ratio={ratio_x4 / 4}}}, {{margin=0, ratio=0}}, "
        f"{{margin={modulation}, ratio=0}}]"
    )
    return Way("ours", (f"node.watch.stages={stages}", f"node.watch.interval_ms={interval_ms}"))


def two(name: str) -> Callable[..., Way]:
    """One of the baselines, with other marks."""
    of = ways.WAYS[name]
    sleeps = tuple(one for one in of.changes if one.startswith(("node.watch.ulp", "node.deep")))
    return lambda **marks: Way(of.kind, (*sleeps, *ways.fixed(**marks)), of.looks_back)


def measured(way: Way) -> tuple[float, float]:
    """Charge a word told (mC) and recall, over the tuning mixtures."""
    lives = [ways.life(way, one.changes) for one in mixtures.tuning()]
    caught = sum(one.caught for one in lives)
    charge = sum(one.ledger.charge_fc for one in lives) / 1e12
    return charge / max(1, caught), caught / max(1, sum(one.words for one in lives))


def best(
    make: Callable[..., Way], grid: Grid, least: float = RECALL
) -> tuple[dict[str, int], float, float]:
    """The marks, their charge and their recall; where none has the least recall, what has most."""

    def value(marks: dict[str, int]) -> tuple[float, float]:
        charge, recall = measured(make(**marks))
        return -min(recall, least), charge

    every = [dict(zip(grid, marks, strict=True)) for marks in product(*grid.values())]
    marks = min(every, key=value)
    return marks, *measured(make(**marks))


def all_of() -> Iterator[str]:
    """What tuning finds for each baseline and then for ours, a line each."""
    heard = RECALL
    for name, way in ways.WAYS.items():
        if way.kind != "ours":
            found = best(two(name), DUTY if way.kind == "naive" else FIXED)
            heard = max(heard, found[2])
            yield _line(name, *found)
    yield _line(ways.OURS, *best(ours, OURS, heard))


def _line(name: str, marks: dict[str, int], charge: float, recall: float) -> str:
    chosen = ", ".join(f"{mark} {value}" for mark, value in marks.items())
    return f"{name}: {chosen}: {charge:,.0f} mC a word, {100 * recall:.1f} % caught"
