"""A scenario as four nodes would do it: naive, by good practice, Torpor's, and at the bound."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from host_sim.engine.plain import Life
from host_sim.lab import bound, decisions, shares
from host_sim.lab.bound import Bound
from host_sim.progress import Progress
from host_sim.sim import run
from host_sim.sim.result import Result
from host_sim.spec.scenario import Scenario


@dataclass(frozen=True)
class Brought:
    """What a decision saves of the mean current, µA.

    `alone_ua` is what a node draws more that leaves out only this one; `share_ua` is its share, by
    Shapley, of the whole difference between the naive node and Torpor.
    """

    name: str
    alone_ua: float
    share_ua: float


@dataclass(frozen=True)
class Compared:
    """The runs, and what each decision brought; of a node whose cell light charges, nothing.

    Such a node draws what the light gives it: drawing less is no better.
    """

    naive: Result
    practice: Result
    ours: Result
    bound: Bound
    brought: list[Brought]


def count(given: Scenario) -> int:
    """How many runs that are, at most."""
    names = _judged(given)
    return 2 + len(names) + shares.runs(names)


def _judged(given: Scenario) -> tuple[str, ...]:
    """The decisions of which it is told what they bring."""
    return () if given.file.world.harvest else decisions.that_matter(given)


def runs(given: Scenario, engine: type[Life], progress: Progress) -> Compared:
    """Run the scenario as each node, with each decision left out, and for the shares.

    Ctrl-C ends it without a result: part of a run compares with nothing.
    """
    names = _judged(given)
    all_of_them, done = count(given), 0

    def simulated(configured: Scenario, device: dict[str, Any]) -> Result:
        nonlocal done
        result = run.run(configured, device=device, engine=engine)
        if not result.complete:
            raise KeyboardInterrupt
        done += 1
        progress(min(1.0, done / all_of_them))
        return result

    @cache
    def simulate(off: frozenset[str]) -> Result:
        return simulated(*decisions.without(given, off))

    def drawn_ua(off: Collection[str]) -> float:
        return simulate(frozenset(off)).ledger.average_current_ua

    all_of_names = frozenset(decisions.that_matter(given))
    share = shares.shapley(names, lambda on: drawn_ua(all_of_names.difference(on)))
    alone = {name: drawn_ua([name]) - drawn_ua(()) for name in names}
    return Compared(
        naive=simulate(all_of_names),
        practice=simulated(*decisions.practice(given)),
        ours=simulate(frozenset()),
        bound=bound.of(given),
        brought=[Brought(name, alone[name], -share[name]) for name in names],
    )
