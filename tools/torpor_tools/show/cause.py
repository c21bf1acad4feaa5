"""Why one run draws more than another: the tables, and JSON."""

from collections.abc import Iterator
from typing import Any

from rich.markup import escape

from host_sim.lab import cause, told
from host_sim.lab.cause import Why
from host_sim.sim.change import change
from host_sim.sim.runfile import Run
from host_sim.spec.figures import FIGURES
from torpor_tools.show import output

FEW = 10  # causes, and keys, that have a line each
HEAD = ("average_current_ua", "battery_life_days")  # figures that stand there in any case


def show(before: Run, after: Run) -> None:
    """The sentence, the figures, the causes and the keys that differ."""
    why = Why(before, after)
    output.console.print(f"{escape(told.headline(why))}\n")
    output.console.print(figures(before, after))
    below(why)
    if why.keys:
        output.console.print("", keys(why))


def below(why: Why) -> None:
    """The causes below what was printed; none where nothing draws more or less."""
    if not why.same:
        output.console.print("", causes(why))


def figures(before: Run, after: Run) -> object:
    """Current and life, and which others changed."""
    out = output.table("", "", "before", "after", "change")
    for name, figure in FIGURES.items():
        was, now = before.figures.get(name), after.figures.get(name)
        if was is not None and now is not None and (name in HEAD or was != now):
            change = f"{now / was - 1:+z.1%}" if was else "-"
            out.add_row(f"{name}, {figure.unit}", f"{was:,.1f}", f"{now:,.1f}", change)
    return out


def causes(why: Why) -> object:
    """The largest, what is left, and the sum, which is the whole."""
    out = output.table("", "cause", "µA", "often", "long", "current", "times a day")
    for cells in rows(why):
        out.add_row(*cells)
    return out


def rows(why: Why) -> Iterator[list[str]]:
    """The cells of that table."""
    shown = [one for one in why.causes[:FEW] if abs(one.total) >= told.LEAST_NA]
    for one in shown:
        parts = (one.total, one.rate, one.duration, one.current)
        yield [told.name(one), *map(told.signed, parts), told.times(one, why)]
    if rest := why.causes[len(shown) :]:
        yield ["all else", told.signed(sum(one.total for one in rest))]
    yield ["together", told.signed(why.total)]


def keys(why: Why) -> object:
    """Those that differ."""
    rows = [(key, f"{told.value(was)} → {told.value(now)}") for key, was, now in why.keys]
    more = len(rows) - FEW
    return output.facts("keys that differ", [*rows[:FEW], *[("…", f"{more} more")] * (more > 0)])


def as_json(before: Run, after: Run) -> dict[str, Any]:
    """Stable keys, units in their names."""
    sides = (("before", before), ("after", after))
    named = {side: {"scenario": run.scenario, "figures": run.figures} for side, run in sides}
    return {**why_json(Why(before, after)), **named}


def why_json(why: Why) -> dict[str, Any]:
    """What changed and why; causes add up to the whole, and so do cells."""
    before, after = why.before.ledger, why.after.ledger
    return {
        "headline": told.headline(why),
        "change_na": float(why.total),
        "causes": [
            {
                "task": one.task,
                "activity": one.activity,
                "decision": one.decision,
                "change_na": float(one.total),
                "rate_na": float(one.rate),
                "duration_na": float(one.duration),
                "current_na": float(one.current),
                "per_day_before": cause.a_day(one.was, before),
                "per_day_after": cause.a_day(one.now, after),
            }
            for one in why.causes
        ],
        "cells": [
            {
                "task": cell.task,
                "decision": cell.decision,
                "state": cell.state,
                "change_na": float(cell.total),
            }
            for cell in change(before, after)
        ],
        "coalesced": [
            {"task": one.task, "before": one.was, "after": one.now} for one in why.shared
        ],
        "keys": [{"key": key, "before": was, "after": now} for key, was, now in why.keys],
    }
