"""The picture of a run: the current day by day, and where the charge went."""

from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from host_sim.files.picture import save
from host_sim.sim.life import ENDED, Life
from host_sim.sim.result import Result
from host_sim.trace.draw import style

COLOURS = (style.FIRST, style.SECOND)
OURS = "Torpor", "good practice"
SMALLEST = 0.002  # a share below this is not drawn
MANY = 500  # stretches from which on their line is thin
MILLI_UA = 10_000  # from here on the current is told in mA


def year(results: list[Result], path: Path) -> None:
    """Draw a run, or ours beside good practice; BadInput when it cannot be written."""
    save(picture(results), path)


def picture(results: list[Result]) -> Figure:
    """The figure, to be saved."""
    charges = [result.state_mc_per_day for result in results]
    names = _worth_drawing(charges)
    height = 6.4 + 0.4 * max(0, len(names) - 10)
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(16, height), width_ratios=(3, 2), layout="constrained"
    )
    _current(left, results)
    _breakdown(right, charges, names)
    scenario = results[0].scenario
    length = f"{_days(results[0].days)} simulated on {scenario.board.file.name}"
    style.title(figure, f"{scenario.file.title}: {length}", left.lines[: len(results)])
    return figure


def _days(days: float) -> str:
    return f"{days:,.0f} days" if days >= 100 else f"{days:.3g} day{'' if days == 1 else 's'}"


def _current(axes: Axes, results: list[Result]) -> None:
    """The mean of each stretch of days, drawn over all of it: a run of one day is seen too."""
    most_ua = max((ua for result in results for ua in result.chunk_ua), default=0.0)
    unit, size = ("mA", 1000) if most_ua >= MILLI_UA else ("µA", 1)
    length_days = max(result.days for result in results) or 1.0
    axes.set(xlim=(0, length_days), ylim=(0, 1.12 * most_ua / size or 1), xlabel="day")
    for i, result in enumerate(results):
        edges = [0.0, *result.chunk_end_days]
        values = [ua / size for ua in result.chunk_ua]
        label = f"{OURS[i]}: " if len(results) > 1 else ""
        label += f"{result.ledger.average_current_ua / size:,.4g} {unit} on average{_life(result)}"
        width = 1.8 if len(values) <= MANY else 0.9
        axes.step(edges, [*values[:1], *values], color=COLOURS[i], linewidth=width, label=label)
    for i, result in enumerate(results):
        if result.life and result.life.how == ENDED:
            _end(axes, result, result.life, size, COLOURS[i])
    stretch = "each day" if results[0].chunk_days == 1 else f"each {results[0].chunk_days} days"
    axes.set_title(f"Mean current of {stretch}, {unit}")
    axes.xaxis.set_major_formatter(style.thousands)
    axes.yaxis.set_major_formatter(style.thousands)


def _life(result: Result) -> str:
    """How long the cell lasts, or did, and why that ends; nothing without a cell."""
    life = result.life
    if life is None:
        return ""
    if life.how == ENDED:
        return f", {life.why} after {_days(life.days)}"
    return f", battery life {_days(life.days)} (extrapolated)"


def _end(axes: Axes, result: Result, life: Life, size: int, colour: str) -> None:
    """Say why a line ends before the run does: behind it, or above where no room is."""
    day, value = result.chunk_end_days[-1], result.chunk_ua[-1] / size
    axes.plot(day, value, marker="X", markersize=11, color=colour, clip_on=False, zorder=3)
    behind = day < 0.7 * axes.get_xlim()[1]
    axes.annotate(
        f"{life.why} after {_days(life.days)}",
        (day, value if behind else max(result.chunk_ua) / size),
        xytext=(14, 0) if behind else (0, 14),
        textcoords="offset points",
        ha="left" if behind else "right",
        va="center",
    )


def _worth_drawing(charges: list[dict[str, float]]) -> list[str]:
    """States by the most that any run spent in them, the least first."""
    most: dict[str, float] = {}
    for charge in charges:
        most |= {name: max(mc, most.get(name, 0.0)) for name, mc in charge.items()}
    least = SMALLEST * max(sum(charge.values()) for charge in charges)
    return sorted((name for name in most if most[name] >= least), key=most.__getitem__)


def _breakdown(axes: Axes, charges: list[dict[str, float]], names: list[str]) -> None:
    """Charge by state, mC a day, the largest on top; all transmit levels as one."""
    height = 0.8 / len(charges)
    for i, charge in enumerate(charges):
        at = [row + (len(charges) - 1 - 2 * i) * height / 2 for row in range(len(names))]
        bars = axes.barh(at, [charge.get(name, 0.0) for name in names], height, color=COLOURS[i])
        axes.bar_label(bars, fmt="{:,.0f}", padding=4, fontsize=11)
    axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
    axes.set_xlim(0, 1.18 * axes.dataLim.x1 or 1)
    axes.set_title("Charge by state, mC a day")
    axes.tick_params(axis="y", length=0)
    axes.set_xticks([])  # each bar says its value
    axes.spines["bottom"].set_visible(False)
    axes.grid(visible=False)
