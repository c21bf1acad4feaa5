"""A study of one policy: ours beside what others do and the best that is possible, over a sweep.

A policy is a package of this room: `study.py` in it has `of(data, progress)`, and baselines and
optimum stand beside it, for a node has no use for them. What ours was tuned on and what it is
judged on are named, and are never the same recording.
"""

import importlib
import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from host_sim.errors import BadInput
from host_sim.progress import Progress

POLICIES = {
    "cascade": "When to wake for a sound: who listens, and for what the CPU starts.",
    "pin": "What to tell of a pin that chatters.",
    "link": "How long to wait for a join, and what of it to spare.",
    "txpower": "How strongly to transmit on a channel that nobody sees.",
    "sleep": "How deep to sleep for a gap that an event may end.",
    "sampling": "When to read a sensor again.",
    "harvest": "How fast to work on light, which nobody knows beforehand.",
    "schedule": "Which wakes serve which tasks, and which of them join.",
}
SHIPPED = ("sleep", "schedule")  # with all that they are judged on
ENERGY = "energy_mj"
SUPPLY_MV = 3300  # at which a charge is told as energy; the boards' regulators give so much
HELD_PERCENT = 0.5  # ours may be so much worse than the best baseline anywhere in a sweep

Kind = Literal["ours", "practice", "naive", "optimum"]
Interval = tuple[float, float]


@dataclass(frozen=True)
class Row:
    """One way to decide, on the judged data: `energy_mj` first in its figures, then its service."""

    name: str
    kind: Kind
    figures: Mapping[str, float]
    ci95: Interval | None = None
    """Where the energy lies with 95 % (bootstrap over recordings or seeds)."""


@dataclass(frozen=True)
class Sweep:
    """How the ways to decide do while one thing of the world varies."""

    over: str
    """What varies, with its unit."""
    at: Sequence[float]
    figure: str
    """What the curves show, with its unit; less is better."""
    curves: Mapping[str, Sequence[float]]
    """By the name of a row, a value for each of `at`."""
    fixed: str = ""
    """What else was held, and where."""
    top: float | None = None
    """Where the picture ends; what is worse runs out of it."""

    def worst_percent(self, rows: Sequence[Row]) -> float:
        """How much more ours takes than the best baseline, where that is most; negative is less."""
        by = {row.name: row.kind for row in rows}
        ours = [curve for name, curve in self.curves.items() if by[name] == "ours"]
        theirs = [curve for name, curve in self.curves.items() if by[name] in BASELINES]
        best = [min(values) for values in zip(*theirs, strict=True)]
        mine = [min(values) for values in zip(*ours, strict=True)]
        return 100 * max(float(a) / float(b) - 1 for a, b in zip(mine, best, strict=True))


BASELINES = ("practice", "naive")


@dataclass(frozen=True)
class Goal:
    """What a policy is to reach, and what it did."""

    what: str
    measured: str
    held: bool


@dataclass(frozen=True)
class Study:
    """What the lab found about a policy."""

    policy: str
    question: str
    """What is compared, in a paragraph."""
    per: str
    """What the energy is spent on: "a delivered message", "a day"."""
    boards: Sequence[str]
    tuning: str
    judged: str
    rows: Sequence[Row]
    sweeps: Sequence[Sweep] = ()
    goals: Sequence[Goal] = ()
    taught: str = ""
    """What it taught, where ours loses and why: paragraphs of Markdown."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """What a figure means, by its name."""

    def best(self, kind: Kind) -> Row | None:
        """The row of a kind that needs the least energy."""
        rows = [row for row in self.rows if row.kind == kind]
        return min(rows, key=lambda row: row.figures[ENERGY], default=None)

    def saving_percent(self, kind: Kind) -> float | None:
        """How much less energy ours needs than the best of a kind."""
        ours, other = self.best("ours"), self.best(kind)
        if ours is None or other is None:
            return None
        return 100 * (1 - ours.figures[ENERGY] / other.figures[ENERGY])

    @property
    def gap_percent(self) -> float | None:
        """How much more energy ours needs than the optimum."""
        saving = self.saving_percent("optimum")
        return None if saving is None else -saving

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        return {
            "policy": self.policy,
            "boards": list(self.boards),
            "data": {"tuning": self.tuning, "judged": self.judged},
            "per": self.per,
            "results": [
                {"name": row.name, "kind": row.kind, **row.figures, "ci95": row.ci95}
                for row in self.rows
            ],
            "sweeps": [
                {
                    "over": one.over,
                    "fixed": one.fixed,
                    "figure": one.figure,
                    "at": list(one.at),
                    "curves": {name: list(values) for name, values in one.curves.items()},
                    "worst_vs_baselines_pct": one.worst_percent(self.rows),
                }
                for one in self.sweeps
            ],
            "goals": [
                {"what": one.what, "measured": one.measured, "held": one.held} for one in self.goals
            ],
            "saving_vs_practice_pct": self.saving_percent("practice"),
            "saving_vs_naive_pct": self.saving_percent("naive"),
            "gap_to_optimum_pct": self.gap_percent,
        }


def of(policy: str, data: Path | None, progress: Progress) -> Study:
    """Study a policy, with the recordings that are not shipped where `data` is their folder.

    BadInput where it needs them.
    """
    if data is None and policy not in SHIPPED:
        what = f"what {policy} is judged on is not shipped"
        raise BadInput(what, remedy="give the folder of the recordings: --data")
    module = importlib.import_module(f"host_sim.lab.{policy}.study")
    study: Study = module.of(data, progress)
    return study


def tuned(policy: str, progress: Progress) -> Iterator[str]:
    """What tuning chooses for ours and for each baseline, a line each, as it is found.

    BadInput for a policy that has nothing to tune.
    """
    name = f"host_sim.lab.{policy}.tune"
    if importlib.util.find_spec(name) is None:
        raise BadInput(f"{policy} has nothing to tune", remedy="leave --tune out")
    yield from importlib.import_module(name).all_of(progress)


def never_worse(rows: Sequence[Row], sweeps: Sequence[Sweep]) -> Goal:
    """The goal of all policies: nowhere in a sweep is ours worse than the best baseline there."""
    worst = max(one.worst_percent(rows) for one in sweeps)
    held = worst <= HELD_PERCENT
    return Goal("never 0.5 % over the best baseline", f"{worst:+.1f} % at worst", held)


def energy_mj(charge_mc: float) -> float:
    """A charge as energy."""
    return charge_mc * SUPPLY_MV / 1000
