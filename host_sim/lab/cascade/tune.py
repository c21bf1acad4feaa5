"""Marks from the tuning mixtures: of a grid, the least charge a word at no less than a recall."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

from host_sim.lab.cascade import mixtures, ways
from host_sim.lab.cascade.ways import Way

RECALL = 0.9  # of the tuning words, down to 5 dB
Grid = Mapping[str, Sequence[int]]
OURS: Grid = {
    "margin": (100, 150, 250),
    "ratio_x4": (8, 9, 10, 12),
    "sustained": (200,),
    "modulation": (44, 48, 52, 56, 64),
    "interval_ms": (100, 120),
}
FIXED: Grid = {
    "margin": (700, 1_000, 1_500),
    "modulation": (36, 44, 52, 56, 64),
    "interval_ms": (100, 150),
}
DUTY: Grid = {
    "margin": (0,),  # every look is in full
    "modulation": FIXED["modulation"],
    "interval_ms": (50, 100),
}


def ours(margin: int, ratio_x4: int, sustained: int, modulation: int, interval_ms: int) -> Way:
    """The cascade with these marks."""
    stages = (
        f"[{{margin={margin}, ratio={ratio_x4 / 4}}}, {{margin={sustained}, ratio=0}}, "
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


def best(make: Callable[..., Way], grid: Grid) -> tuple[dict[str, int], float, float]:
    """The marks, their charge and their recall; where none has the recall, what has most."""

    def value(marks: dict[str, int]) -> tuple[float, float]:
        charge, recall = measured(make(**marks))
        return -min(recall, RECALL), charge

    every = [dict(zip(grid, marks, strict=True)) for marks in product(*grid.values())]
    marks = min(every, key=value)
    return marks, *measured(make(**marks))


def all_of() -> Iterator[str]:
    """What tuning finds for ours and for each baseline, a line each."""
    makes: dict[str, tuple[Callable[..., Way], Grid]] = {ways.OURS: (ours, OURS)}
    makes |= {
        name: (two(name), DUTY if way.kind == "naive" else FIXED)
        for name, way in ways.WAYS.items()
        if way.kind != "ours"
    }
    for name, (make, grid) in makes.items():
        marks, charge, recall = best(make, grid)
        chosen = ", ".join(f"{mark} {value}" for mark, value in marks.items())
        yield f"{name}: {chosen}: {charge:,.0f} mC a word, {100 * recall:.1f} % caught"
