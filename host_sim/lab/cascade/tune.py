"""Thresholds from the tuning mixtures: the least charge at no less than a given recall.

One value after the other is moved to its neighbours as long as that saves charge and keeps the
recall (coordinate descent), from the middle of each grid.
"""

from collections.abc import Callable, Mapping, Sequence

from host_sim.lab.cascade import mixtures, ways
from host_sim.lab.cascade.ways import Way

RECALL = 0.97  # of the tuning words
Grid = Mapping[str, Sequence[int]]
OURS: Grid = {
    "margin": (100, 150, 250, 400, 600),
    "ratio_x4": (5, 6, 8, 10, 12),
    "sustained": (0, 50, 100, 200, 300),
    "modulation": (36, 40, 48, 56, 64, 80, 96),
    "interval_ms": (100, 120, 150, 180, 200, 250, 300),
}
FIXED: Grid = {
    "margin": (200, 400, 700, 1_000, 1_500),
    "modulation": (36, 48, 64, 80, 96, 150),
    "interval_ms": (100, 150, 200, 250, 300, 400),
}
DUTY: Grid = {"modulation": FIXED["modulation"], "interval_ms": (50, 100, 200, 400, 800)}


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
    """Mean charge a day (mC) and recall, over the tuning mixtures."""
    lives = [ways.life(way, one.changes) for one in mixtures.tuning()]
    charge = sum(one.ledger.charge_fc / one.days for one in lives) / len(lives) / 1e12
    return charge, sum(one.caught for one in lives) / max(1, sum(one.words for one in lives))


def best(make: Callable[..., Way], grid: Grid) -> tuple[dict[str, int], float, float]:
    """The marks, their charge and their recall; where none has the recall, what has most."""
    at = {name: len(values) // 2 for name, values in grid.items()}
    known: dict[tuple[int, ...], tuple[float, float]] = {}

    def value() -> tuple[float, float]:
        """Less is better: recall first, up to what is asked, then charge."""
        key = tuple(at.values())
        if key not in known:
            known[key] = measured(make(**{name: grid[name][i] for name, i in at.items()}))
        charge, recall = known[key]
        return -min(recall, RECALL), charge

    least, moved = value(), True
    while moved:
        moved = False
        for name, values in grid.items():
            for step in (-1, 1):
                while 0 <= at[name] + step < len(values):
                    at[name] += step
                    if value() < least:
                        least, moved = value(), True
                    else:
                        at[name] -= step
                        break
    charge, recall = known[tuple(at.values())]
    return {name: grid[name][i] for name, i in at.items()}, charge, recall


def all_of() -> list[str]:
    """What tuning finds for ours and for each baseline, a line each."""
    makes: dict[str, tuple[Callable[..., Way], Grid]] = {ways.OURS: (ours, OURS)}
    makes |= {
        name: (two(name), DUTY if way.kind == "naive" else FIXED)
        for name, way in ways.WAYS.items()
        if way.kind != "ours"
    }
    lines = []
    for name, (make, grid) in makes.items():
        marks, charge, recall = best(make, grid)
        chosen = ", ".join(f"{mark} {value}" for mark, value in marks.items())
        lines.append(f"{name}: {chosen}: {charge:,.0f} mC a day, {100 * recall:.1f} % caught")
    return lines
