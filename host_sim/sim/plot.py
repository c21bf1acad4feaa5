"""The picture of a run: the current day by day, and where the charge went."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from host_sim.files import picture
from host_sim.sim.result import Result

COLOURS = ("#1b6ca8", "#d9822b")
OURS = "Torpor", "baseline"
SMALLEST = 0.002  # a share below this is not drawn


def year(results: list[Result], path: Path) -> None:
    """Draw a run, or ours beside the baseline; BadInput when it cannot be written."""
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(12, 4.8), width_ratios=(3, 2), layout="constrained"
    )
    _current(left, results)
    _breakdown(right, results)
    first = results[0]
    figure.suptitle(
        f"{first.scenario.file.title} ({first.scenario.board.file.name}), "
        f"{first.days:g} simulated days",
        fontsize=12,
        parse_math=False,
    )
    try:
        picture.save(figure, path)
    finally:
        plt.close(figure)


def _label(results: list[Result], i: int) -> str:
    mean_ua = results[i].ledger.average_current_ua
    name = OURS[i] if len(results) > 1 else "mean of each day"
    return f"{name}: {mean_ua:,.0f} µA on average"


def _current(axes: Axes, results: list[Result]) -> None:
    for i, result in enumerate(results):
        day = [chunk * result.chunk_days for chunk in range(len(result.chunk_ua))]
        axes.plot(day, result.chunk_ua, color=COLOURS[i], linewidth=1.3, label=_label(results, i))
    axes.set(xlabel="day", ylabel="mean current of the day, µA")
    axes.set_ylim(bottom=0)
    axes.set_xlim(0, max(result.days for result in results))
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)


def _breakdown(axes: Axes, results: list[Result]) -> None:
    """Charge by state, mC a day; all transmit levels as one."""
    charges = [_by_state(result) for result in results]
    largest = max(sum(charge.values()) for charge in charges)
    names = [
        name
        for name in dict.fromkeys(name for charge in charges for name in charge)
        if max(charge.get(name, 0.0) for charge in charges) >= SMALLEST * largest
    ]
    names.sort(key=lambda name: charges[0].get(name, 0.0))
    height = 0.8 / len(results)
    for i, charge in enumerate(charges):
        at = [row + (len(results) - 1 - 2 * i) * height / 2 for row in range(len(names))]
        values = [charge.get(name, 0.0) for name in names]
        label = OURS[i] if len(results) > 1 else None
        bars = axes.barh(at, values, height, color=COLOURS[i], label=label)
        axes.bar_label(bars, fmt="{:,.0f}", padding=3, fontsize=8)
    axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
    axes.set(xlabel="charge by state, mC a day")
    axes.margins(x=0.15)
    axes.grid(axis="x", alpha=0.3)
    if len(results) > 1:
        axes.legend(frameon=False)


def _by_state(result: Result) -> dict[str, float]:
    out: dict[str, float] = {}
    for line in result.ledger.by_state():
        name = "transmit" if line.name.startswith("tx_") else line.name
        out[name] = out.get(name, 0.0) + line.charge_mc / (result.days or 1.0)
    return out
