"""What each way is tuned to on the first half of January, over some panels and stores.

A baseline is tuned for the most hours served. Ours keeps the shortest darkness by which it is off
no longer than by any other: no January has a weekend, but weeks of an office that are made up do.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TypeVar

from host_sim.engine import plain
from host_sim.lab.harvest import optimum, ways, worlds
from host_sim.lab.harvest.ways import Lived, Way
from host_sim.lab.harvest.worlds import Place
from host_sim.progress import Progress
from torpor.policy import harvest

BOARD = "firebeetle_esp32"
PLACES = ((0.3, 24), (0.5, 24), (0.8, 24), (0.5, 12), (0.5, 72))  # share, hours of store
WEEKS = ((0.3, 24), (0.5, 24), (0.8, 24), (0.8, 12), (0.8, 48))
DARK_H = (12, 18, 24, 30, 36, 42, 48, 54, 60, 72)
OTHERS = (("AHEAD_H", 6), ("AHEAD_H", 12), ("AHEAD_H", 24), ("WEEK_H", 0))  # what else was tried
TIMES = (1, 1.5, 2, 3, 4, 6, 8)
MARKS = (0.2, 0.3, 0.4, 0.5, 0.6)
CHARGES = ((30, 15), (50, 15), (50, 30), (70, 15), (70, 30), (70, 50))
One = TypeVar("One")


def best(some: Sequence[One], way: Callable[[One], Way], places: Sequence[Place]) -> One:
    """The one of some that serves most in these places."""
    return max(some, key=lambda one: sum(way(one)(place).served_h for place in places))


@cache
def places() -> list[Place]:
    """Where all is tuned."""
    return [Place(worlds.january(), BOARD, share, store_h) for share, store_h in PLACES]


@cache
def kansal() -> float:
    """Its mark."""
    return best(MARKS, ways.kansal, places())


@cache
def threshold() -> tuple[int, int]:
    """The charges of a node that goes by its voltage."""
    return best(CHARGES, lambda pair: ways.threshold(*pair), places())


@cache
def fixed(share: float, store_h: float) -> float:
    """How many times the shortest period suits a panel and a store."""
    place = Place(worlds.january(), BOARD, share, store_h)
    return best(TIMES, ways.fixed, [place])


def all_of(progress: Progress) -> Iterator[str]:
    """What tuning chooses, a line each."""
    weeks = [Place(worlds.weeks(), BOARD, share, store_h) for share, store_h in WEEKS]
    most = [optimum.most(place) for place in (*places(), *weeks)]
    off_h = {}
    tried = (*(("DARK_H", dark_h) for dark_h in DARK_H), *OTHERS)
    for number, (const, value) in enumerate(tried):
        progress(number / len(tried))
        lives = _with(const, value, (*places(), *weeks))
        off_h[const, value] = round(_off_h(lives))
        for name, some in (("", slice(len(PLACES))), (", weeks", slice(len(PLACES), None))):
            work = 100 * _work(lives[some], most[some])
            told = f"{work:.1f} % of the optimum's work, {_off_h(lives[some]):.0f} h off"
            yield f"{const} = {value}{name}: {told}"
    dark_h = min(DARK_H, key=lambda dark_h: off_h["DARK_H", dark_h])
    yield f"Torpor: DARK_H = {dark_h}, and has {harvest.DARK_H}"
    yield f"Kansal: mark {kansal()}"
    yield f"voltage threshold: {threshold()} %"
    for share, store_h in PLACES:
        yield f"fixed, {share:g} of the demand, {store_h} h: {fixed(share, store_h):g} times"


def _with(const: str, value: int, some: Sequence[Place]) -> list[Lived]:
    """Our lives if the policy had this number."""
    shipped = getattr(harvest, const)
    setattr(harvest, const, value)
    try:
        return [ways.ours(place, plain.Life) for place in some]
    finally:
        setattr(harvest, const, shipped)


def _work(lives: Sequence[Lived], most: Sequence[Lived]) -> float:
    shares = [life.served_h / best.served_h for life, best in zip(lives, most, strict=True)]
    return sum(shares) / len(shares)


def _off_h(lives: Sequence[Lived]) -> float:
    return sum(life.off_h for life in lives)
