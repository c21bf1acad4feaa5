"""The tables of torpor fleet and torpor sweep."""

from dataclasses import dataclass
from typing import Any

from rich.markup import escape
from rich.padding import Padding

from host_sim.lab import told as causes
from host_sim.lab.fleet.told import CURRENT, LIFE, OFF, PERCENTILES, Told, Worst
from torpor_tools.show import output

TOLD_S = 1.0  # from here on a run is long enough to tell how fast it was


@dataclass(frozen=True)
class Speed:
    """Nodes that were simulated now, how long and on how many cores; a node's bytes in the file.

    `efficiency` is the share of the cores' time in which they simulated.
    """

    simulated: int
    wall_s: float
    days_per_s: float
    cores: int
    efficiency: float
    bytes_a_node: float


def show(title: str, found: Told, speed: Speed) -> None:
    """For people."""
    console = output.console
    console.print(f"[bold]{escape(title)}[/bold], {found.count:,} nodes\n")
    console.print(percentiles(found))
    if found.rows:
        console.print("", rows(found))
    if found.worst:
        console.print(f"\nthe worst, beside the middling node {found.middling}")
        for one in found.worst:
            first, *rest = map(escape, worst(one))
            console.print(f"\n{first}")
            console.print(Padding("\n".join(rest), (0, 0, 0, 2)))
    console.print(f"\n{footer(speed)}")


def percentiles(found: Told) -> object:
    """Each figure over all nodes."""
    out = output.table("", "", *(f"{one} %" for one in PERCENTILES))
    for name, *cells in percentile_rows(found):
        out.add_row(name, *cells)
    return out


def percentile_rows(found: Told) -> list[list[str]]:
    """The cells of that table."""
    return [
        [one.name, *(f"{value:,.1f}" for value in one.percentiles)]
        for one in found.spreads
        if one.percentiles
    ]


def rows(found: Told) -> object:
    """Each node of a small sweep."""
    figures = [one.name for one in found.spreads]
    given = [name for name in found.rows[0] if name not in ("node", *figures)]
    last = ("off, h a day", OFF, 1) if found.rows[0][OFF] is not None else ("days", LIFE, 0)
    head, figure, digits = last
    out = output.table("", *(name.rpartition(".")[2] for name in given), "µA", head)
    for row in found.rows:
        value = row[figure]
        end = "-" if value is None else f"{value:,.{digits}f}"
        out.add_row(*(escape(str(row[name])) for name in given), f"{row[CURRENT]:,.1f}", end)
    return out


def worst(one: Worst) -> list[str]:
    """A node, what it was given, and why it draws more, or less."""
    life = "" if one.life_days is None else f"{one.life_days:,.0f} days, "
    if one.off_h is not None:
        life = f"{one.off_h:,.1f} h a day off, "
    given = ", ".join(f"{key} {value}" for key, value in one.given.items())
    return [f"node {one.node}: {life}{one.current_ua:,.1f} µA", given, causes.headline(one.why)]


def footer(speed: Speed) -> str:
    """How fast it was, in lines of a terminal."""
    if not speed.simulated:
        return f"nothing was left to simulate; {speed.bytes_a_node:,.0f} bytes a node"
    if speed.wall_s < TOLD_S:  # most of it is a start: no speed to tell
        return (
            f"{speed.simulated:,} nodes simulated in {speed.wall_s:.1f} s;\n"
            f"{speed.bytes_a_node:,.0f} bytes a node"
        )
    cores = "1 core" if speed.cores == 1 else f"{speed.cores} cores"
    return (
        f"{speed.simulated:,} nodes simulated, {speed.days_per_s:,.0f} node-days a second on "
        f"{cores}, {100 * speed.efficiency:.0f} % efficient;\n"
        f"{speed.bytes_a_node:,.0f} bytes a node"
    )


def as_json(found: Told, speed: Speed) -> dict[str, Any]:
    """For a program."""
    return {
        "nodes": found.count,
        "percentiles": {
            one.name: dict(zip(map(str, PERCENTILES), one.percentiles, strict=True))
            for one in found.spreads
            if one.percentiles
        },
        "middling": found.middling,
        "worst": [
            {
                "node": one.node,
                "given": one.given,
                LIFE: one.life_days,
                OFF: one.off_h,
                CURRENT: one.current_ua,
                "why": causes.headline(one.why),
            }
            for one in found.worst
        ],
        "rows": found.rows,
        "simulated": speed.simulated,
        "node_days_per_s": speed.days_per_s,
        "cores": speed.cores,
        "efficiency": speed.efficiency,
        "bytes_per_node": speed.bytes_a_node,
    }
