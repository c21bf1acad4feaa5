"""Marks from the tuning mixtures: of a grid, the least charge a word at no less than a recall.

A baseline is to hear RECALL of the words. Ours is to hear no less than any of the baselines, in
sound that neither was tuned on; so in what it is tuned on it is asked for a margin more. Each
background is left out in turn, all are tuned on the others, and the margin is the least at which
ours then hears no less than any baseline of what was left out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

from host_sim.lab.cascade import mixtures, ways
from host_sim.lab.cascade.study import Heard
from host_sim.lab.cascade.ways import Way

RECALL = 0.95  # of the tuning words, down to 5 dB
MARGINS = tuple(halves / 200 for halves in range(11))  # 0 … 5 points, by halves
Grid = Mapping[str, Sequence[int]]
OURS: Grid = {
    "margin": (100, 150, 200),
    "ratio_x4": (6, 7, 8),  # in noise louder than these mixtures' it stands alone
    "modulation": (28, 30, 32, 34, 36),
    "interval_ms": (100, 110, 120, 130, 140, 150),
}
FIXED: Grid = {
    "margin": (700, 1_000, 1_500),
    "modulation": (24, 26, 28, 30, 32, 34, 36),
    "interval_ms": (100, 150, 200),
}
DUTY: Grid = {
    "margin": (0,),  # every look is in full
    "modulation": (34, 36, 38, 40, 42),
    "interval_ms": (50, 100),
}
Marks = tuple[int, ...]  # in the order of a grid's keys
Table = Mapping[Marks, Mapping[str, Heard]]  # what came of each of a grid's marks, by background


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


def measured(way: Way) -> dict[str, Heard]:
    """What came of the tuning mixtures, by background."""
    heard: dict[str, Heard] = {}
    for one in mixtures.tuning():
        life = Heard.of(ways.life(way, one.changes))
        heard[one.background] = life + heard.get(one.background, Heard())
    return heard


def table(make: Callable[..., Way], grid: Grid) -> Table:
    """Of each of a grid's marks."""
    return {
        marks: measured(make(**dict(zip(grid, marks, strict=True))))
        for marks in product(*grid.values())
    }


def best(of: Table, least: float, without: str = "") -> Marks:
    """The marks of least charge a word; where none has the least recall, of those with the most.

    `without`: a background that is left out.
    """

    def value(marks: Marks) -> tuple[float, float]:
        heard = together(of[marks], without)
        return -min(heard.recall, least), heard.mc_per_word

    return min(of, key=value)


def together(heard: Mapping[str, Heard], without: str = "") -> Heard:
    """Of all backgrounds, or of all but one."""
    return sum((one for name, one in heard.items() if name != without), Heard())


def asked(baselines: Sequence[Table], margin: float, without: str = "") -> float:
    """Recall that ours is tuned to: a margin over what the best of the baselines then hears."""
    found = [together(of[best(of, RECALL, without)], without).recall for of in baselines]
    return max(RECALL, *found) + margin


def left_out(baselines: Sequence[Table], mine: Table, margin: float) -> tuple[float, float]:
    """Recall of ours and of the best baseline of the backgrounds that were left out, together."""

    def over(of: Table, least: Callable[[str], float]) -> float:
        parts = (of[best(of, least(out), out)][out] for out in next(iter(of.values())))
        return sum(parts, Heard()).recall

    mine_hears = over(mine, lambda out: asked(baselines, margin, out))
    return mine_hears, max(over(of, lambda out: RECALL) for of in baselines)


def least_margin(baselines: Sequence[Table], mine: Table) -> float:
    """The first of MARGINS at which ours hears no less than any baseline; the last if none is."""

    def holds(margin: float) -> bool:
        one, other = left_out(baselines, mine, margin)
        return one >= other

    return next(filter(holds, MARGINS), MARGINS[-1])


def all_of() -> Iterator[str]:
    """What tuning finds for each baseline and then for ours, a line each."""
    baselines = []
    for name, way in ways.WAYS.items():
        if way.kind != "ours":
            grid = DUTY if way.kind == "naive" else FIXED
            baselines.append(table(two(name), grid))
            yield _line(name, grid, baselines[-1], RECALL)
    mine = table(ours, OURS)
    for margin in MARGINS:
        one, other = left_out(baselines, mine, margin)
        yield (
            f"{100 * margin:.1f} points more asked of {ways.OURS}: of what is left out "
            f"{100 * one:.1f} % caught, by the best baseline {100 * other:.1f} %"
        )
    margin = least_margin(baselines, mine)
    yield _line(ways.OURS, OURS, mine, asked(baselines, margin))


def _line(name: str, grid: Grid, of: Table, least: float) -> str:
    marks = best(of, least)
    heard = together(of[marks])
    chosen = ", ".join(f"{mark} {value}" for mark, value in zip(grid, marks, strict=True))
    return (
        f"{name}: {chosen}: {heard.mc_per_word:,.0f} mC a word, {100 * heard.recall:.1f} % caught, "
        f"{100 * least:.1f} % asked"
    )
