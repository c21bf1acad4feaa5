"""How a home of many nodes is printed: each node a line, or how they are distributed."""

from collections.abc import Iterator
from typing import Any

from rich.markup import escape
from rich.table import Table

from host_sim.engine import parts
from host_sim.home.run import HomeResult
from host_sim.sim.result import Result
from torpor_tools.show import homebudgets, output, report
from torpor_tools.show.homebudgets import Named

FEW = 12  # nodes that have a line each
WORST = 3
QUANTILES = (("least", 0.0), ("10 %", 0.1), ("half", 0.5), ("90 %", 0.9), ("most", 1.0))
Heads = dict[str, tuple[str, str]]


def as_json(told: HomeResult) -> dict[str, Any]:
    """Stable keys, units in their names; of each node what torpor sim has of one."""
    return {
        "home": told.home.name,
        "complete": told.complete,
        "wall_s": told.wall_s,
        "engine": told.engine,
        "frames_hit": told.hits,
        "frames_waited": told.waits,
        "nodes": [
            {"node": member.name, "place_m": list(member.place_m)} | _of_one(result)
            for member, result in zip(told.home.members, told.results, strict=True)
        ],
    }


def _of_one(result: Result) -> dict[str, Any]:
    """What torpor sim says of a node, but for what is the home's."""
    return {
        key: value
        for key, value in result.as_json().items()
        if key not in ("complete", "wall_s", "engine")
    }


def show(told: HomeResult) -> None:
    """The nodes, the channel, and what the budgets say."""
    home = told.home
    output.console.print(f"[bold]{escape(home.file.title)}[/bold]")
    output.console.print(
        f"{escape(home.name)}, {len(home.members):,} nodes, {home.file.days:g} days, "
        f"seed {home.file.seed}\nsimulated in {told.wall_s:.2f} s{report.by(told.engine)}\n"
    )
    named = list(zip((member.name for member in home.members), told.results, strict=True))
    output.console.print(_nodes(named, NEED, "average_current_ua"))
    if lit := [one for one in named if one[1].scenario.file.world.harvest]:
        output.console.print("", _nodes(lit, LIGHT, "off_h_per_day"))
    for line in _ends(named):
        output.console.print(f"\n{escape(line)}")
    output.console.print(
        f"\n{told.waits:,} frames waited for others; {told.hits:,} were lost to some that their "
        "senders did\nnot hear"
    )
    if rows := homebudgets.rows(named, each=len(named) <= FEW):
        table = output.table("", "node", "budget", "value", "", "limit", "", "")
        table.columns[1].justify, table.columns[1].no_wrap = "left", False
        for row in rows:
            table.add_row(*row)
        output.console.print("", table)


NEED = {  # the heads, each with a figure of spec/figures and how that is written
    "current, µA": ("average_current_ua", "{:,.1f}"),
    "life, days": ("battery_life_days", "{:,.0f}"),
    "joins a day": ("joins_per_day", "{:,.1f}"),
    "failed": ("", "{:,.0f}"),
    "delivered": ("delivered_percent", "{:.1f} %"),
    "radio, s a day": ("radio_on_s_per_day", "{:,.1f}"),
}
LIGHT = {
    "stored, mC a day": ("harvested_mc_per_day", "{:,.0f}"),
    "off, h a day": ("off_h_per_day", "{:.1f}"),
}


def _nodes(named: list[Named], heads: Heads, worst: str) -> Table:
    """Each node a line, or how they are distributed and the worst by a figure."""
    if len(named) <= FEW:
        table = output.table("", "node", *heads)
        for name, result in named:
            table.add_row(escape(name), *_row(result, heads))
        return table
    table = output.table("", f"{len(named):,} nodes", *heads)
    for title, share in QUANTILES:
        cells = (_quantile(named, name, form, share) for name, form in heads.values())
        table.add_row(title, *cells)
    for name, result in sorted(named, key=lambda one: -(one[1].figure(worst) or 0))[:WORST]:
        table.add_row(escape(name), *_row(result, heads))
    return table


def _ends(named: list[Named]) -> Iterator[str]:
    """Of nodes whose cells did not last the run: each, or the first and how many there are."""
    ended = [(result.life, name) for name, result in named if result.life and not result.alive]
    ended.sort(key=lambda one: one[0].days)
    for life, name in ended[: FEW if len(named) <= FEW else 1]:
        others = f"; {len(ended):,} nodes ended before the run did" if len(named) > FEW else ""
        yield f"{name} ended after {report.in_days(life.days)}: {life.why}{others}"


def _figure(result: Result, name: str) -> float | None:
    """A figure; the one without a name is the number of joins that failed."""
    return result.figure(name) if name else result.count[parts.JOINS_FAILED]


def _row(result: Result, heads: Heads) -> list[str]:
    return [_text(_figure(result, name), form) for name, form in heads.values()]


def _quantile(named: list[Named], name: str, form: str, share: float) -> str:
    """A figure that so many of the nodes stay at or below."""
    found = (_figure(result, name) for _, result in named)
    values = sorted(value for value in found if value is not None)
    return _text(values[round(share * (len(values) - 1))] if values else None, form)


def _text(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)
