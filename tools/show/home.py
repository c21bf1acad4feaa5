"""How a home of many nodes is printed: each node a line, or how they are distributed."""

from collections.abc import Callable
from typing import Any

from rich.markup import escape

from host_sim.engine import parts
from host_sim.home.run import HomeResult
from host_sim.sim.result import Result
from tools.show import output

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
            {"node": member.name, "place_m": list(member.place_m), **result.as_json()}
            for member, result in zip(told.home.members, told.results, strict=True)
        ],
    }


def show(told: HomeResult) -> None:
    """The nodes and the channel."""
    home = told.home
    by = " by the compiled engine" if told.engine == "compiled" else ""
    output.console.print(f"[bold]{escape(home.file.title)}[/bold]")
    output.console.print(
        f"{escape(home.name)}, {len(home.members):,} nodes, {home.file.days:g} days, "
        f"seed {home.file.seed}\nsimulated in {told.wall_s:.2f} s{by}\n"
    )
    named = list(zip((member.name for member in home.members), told.results, strict=True))
    columns = ("current, µA", "life, days", "joins", "failed", "delivered", "radio, s a day")
    if len(named) <= FEW:
        table = output.table("", "node", *columns)
        for name, result in named:
            table.add_row(escape(name), *_row(result))
    else:
        table = output.table("", f"of {len(named):,} nodes", *columns)
        results = [result for _, result in named]
        for title, share in QUANTILES:
            table.add_row(title, *(_quantile(results, of, share) for of in FIGURES))
        named.sort(key=lambda one: -one[1].ledger.average_current_ua)
        for name, result in named[:WORST]:
            table.add_row(escape(name), *_row(result))
    output.console.print(table)
    output.console.print(
        f"\n{told.waits:,} frames waited for others; {told.hits:,} were lost to some that their "
        "senders did\nnot hear"
    )


def _radio_s(result: Result) -> float:
    """Time on the air, listening or scanning, s a day."""
    radio = ("scan", "associate", "address", "connect", "listen", "modem_sleep")
    us = sum(
        line.duration_us
        for line in result.ledger.by_state()
        if line.name in radio or line.name.startswith("tx_")
    )
    return us / 1e6 / (result.days or 1.0)


def _delivered(result: Result) -> float:
    return result.figure("delivered_percent")


FIGURES: tuple[tuple[Callable[[Result], float | None], str], ...] = (
    (lambda result: result.ledger.average_current_ua, "{:,.1f}"),
    (lambda result: result.battery_life_days, "{:,.0f}"),
    (lambda result: result.count[parts.JOINS], "{:,.0f}"),
    (lambda result: result.count[parts.JOINS_FAILED], "{:,.0f}"),
    (_delivered, "{:.1f} %"),
    (_radio_s, "{:,.1f}"),
)


def _row(result: Result) -> list[str]:
    return [_text(of(result), form) for of, form in FIGURES]


def _quantile(
    results: list[Result], figure: tuple[Callable[[Result], float | None], str], share: float
) -> str:
    """A figure that so many of the nodes stay at or below."""
    of, form = figure
    values = sorted(value for value in map(of, results) if value is not None)
    return _text(values[round(share * (len(values) - 1))] if values else None, form)


def _text(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)
