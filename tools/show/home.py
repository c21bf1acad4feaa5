"""How a home of many nodes is printed: each node a line, or how they are distributed."""

from typing import Any

from rich.markup import escape

from host_sim.engine import parts
from host_sim.home.run import HomeResult
from host_sim.sim.result import Result
from tools.show import output, report

FEW = 12  # nodes that have a line each
WORST = 3
QUANTILES = (("least", 0.0), ("10 %", 0.1), ("half", 0.5), ("90 %", 0.9), ("most", 1.0))


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
    """The nodes and the channel."""
    home = told.home
    output.console.print(f"[bold]{escape(home.file.title)}[/bold]")
    output.console.print(
        f"{escape(home.name)}, {len(home.members):,} nodes, {home.file.days:g} days, "
        f"seed {home.file.seed}\nsimulated in {told.wall_s:.2f} s{report.by(told.engine)}\n"
    )
    named = list(zip((member.name for member in home.members), told.results, strict=True))
    columns = ("current, µA", "life, days", "joins a day", "failed", "delivered", "radio, s a day")
    if len(named) <= FEW:
        table = output.table("", "node", *columns)
        for name, result in named:
            table.add_row(escape(name), *_row(result))
    else:
        table = output.table("", f"{len(named):,} nodes", *columns)
        results = [result for _, result in named]
        for title, share in QUANTILES:
            table.add_row(title, *(_quantile(results, name, form, share) for name, form in FIGURES))
        named.sort(key=lambda one: -one[1].ledger.average_current_ua)
        for name, result in named[:WORST]:
            table.add_row(escape(name), *_row(result))
    output.console.print(table)
    output.console.print(
        f"\n{told.waits:,} frames waited for others; {told.hits:,} were lost to some that their "
        "senders did\nnot hear"
    )


FIGURES = (  # of spec/figures, and how each is written
    ("average_current_ua", "{:,.1f}"),
    ("battery_life_days", "{:,.0f}"),
    ("joins_per_day", "{:,.1f}"),
    ("", "{:,.0f}"),
    ("delivered_percent", "{:.1f} %"),
    ("radio_on_s_per_day", "{:,.1f}"),
)


def _figure(result: Result, name: str) -> float | None:
    """A figure; the one without a name is the number of joins that failed."""
    return result.figure(name) if name else result.count[parts.JOINS_FAILED]


def _row(result: Result) -> list[str]:
    return [_text(_figure(result, name), form) for name, form in FIGURES]


def _quantile(results: list[Result], name: str, form: str, share: float) -> str:
    """A figure that so many of the nodes stay at or below."""
    found = (_figure(result, name) for result in results)
    values = sorted(value for value in found if value is not None)
    return _text(values[round(share * (len(values) - 1))] if values else None, form)


def _text(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)
