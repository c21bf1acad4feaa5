"""All that a page tells of one run: figures, budgets, energy, current, wakes, change, origin."""

from dataclasses import dataclass, field
from typing import Any

from host_sim.hardware.uncertain import SHARE
from host_sim.lab.cause import Why
from host_sim.lab.check import Checked
from host_sim.lab.interval import Interval
from host_sim.lab.report import change, energy, verdict, waves, words
from host_sim.sim import runfile
from host_sim.sim.result import Result
from host_sim.sim.runfile import Run
from host_sim.sim.wakelog import Log
from host_sim.spec import figures
from torpor import __version__

WIDEST = 5  # quantities of an interval that are named


@dataclass(frozen=True)
class Beside:
    """What a run is shown with: its interval, its change since a run, its check, a recording.

    `kept` is how it was kept, where it is an older one: what it read then may be another by now.
    """

    between: Interval | None = None
    why: Why | None = None
    since: str = ""
    checked: Checked | None = None
    recorded: dict[str, Any] = field(default_factory=dict)
    kept: Run | None = None


def of(log: Log, beside: Beside = Beside(), *, as_today: bool = False, share: float = 1.0) -> Any:
    """The page's data; `share` is of the room of a page, which several runs divide."""
    result, given = log.result, log.result.scenario
    checked, between = beside.checked, beside.between
    budgets = verdict.of_check(checked.rows) if checked else verdict.of_run(result, between)
    return {
        "title": given.file.title + (" (baseline)" if as_today else ""),
        "scenario": checked.name if checked else given.name,
        "board": {"name": given.board.file.name, "title": given.board.file.title},
        "complete": result.complete,
        "days": result.days,
        "of_days": given.file.days,
        "together": verdict.together(budgets),
        "budgets": budgets,
        "seeds": len(checked.now.seeds) if checked else 1,
        "life": _life(result, budgets, between, checked),
        "share": SHARE,
        "summary": _summary(result, between),
        "energy": energy.of(given, result.ledger),
        "waves": waves.of(log, share),
        "causes": words.CAUSES,
        "recorded": beside.recorded or None,
        "change": change.of(beside.why, beside.since) if beside.why else None,
        "widened": _widened(between) if between else None,
        "made": _made(beside.kept or runfile.of(result)),
    }


def _life(
    result: Result,
    budgets: list[dict[str, Any]],
    between: Interval | None,
    checked: Checked | None,
) -> dict[str, Any] | None:
    """The battery life, between which days it lies, and its limit; None without a cell."""
    lived, battery = result.life, result.scenario.file.node.battery
    if not lived or not battery:
        return None
    name = "battery_life_days"
    known = (between.bounds if between else checked.between if checked else {}).get(name)
    limits = [row["limit"] for row in budgets if row["name"] == name]
    return {
        "days": lived.days,
        "low": known[0] if known else None,
        "high": known[1] if known else None,
        "limit": limits[0] if limits else None,
        "how": lived.how,
        "why": lived.why,
        "asleep_days": result.asleep_days,
        "cell": f"{battery.capacity_mah:,g} mAh {battery.chemistry}",
    }


def _summary(result: Result, between: Interval | None) -> list[dict[str, Any]]:
    """Every figure that the scenario has, with its interval."""
    return [
        {
            "name": one.name,
            "title": one.title,
            "unit": one.unit,
            "value": one.of(result),
            "bounds": between.bounds.get(one.name) if between else None,
        }
        for one in figures.FIGURES.values()
        if one.fits(result.scenario.file)
    ] + [
        {"name": name, "title": f"{name} in all", "unit": "", "value": count, "bounds": None}
        for name, count in result.counters.items()
        if count
    ]


def _widened(between: Interval) -> list[dict[str, Any]]:
    """The numbers that leave the most open."""
    return [
        {
            "name": one.name,
            "share": share,
            "error": f"{one.spread:.3g} {one.unit}",
            "tag": one.tag,
            "source": one.source,
            "measure": one.measure,
        }
        for one, share in between.shares[:WIDEST]
        if share >= 0.01
    ]


def _made(run: Run) -> dict[str, Any]:
    """What was run, by what: the run file's word on it."""
    return {
        "torpor": __version__,
        "seed": run.seed,
        "identity": run.identity,
        "inputs": run.inputs,
        "keys": [[key, value] for key, value in run.keys.items() if value is not None],
    }
