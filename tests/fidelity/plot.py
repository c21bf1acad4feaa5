"""The picture of the errors by state."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Patch

from host_sim.trace.draw import style

COLOURS = (style.BLUE, style.SKY, style.ORANGE, style.VERMILION, style.GREEN)


def signed(mc: float) -> str:
    """A charge with its sign, the minus as long as on the axis."""
    return f"{mc:+.2f}".replace("-", "\N{MINUS SIGN}")


def states(errors: dict[str, dict[str, float]], folder: Path) -> None:
    """Bars of predicted less recorded charge; the wake on a disturbed channel has its own scale."""
    names = list(dict.fromkeys(state for some in errors.values() for state in some))
    *usual, disturbed = errors
    figure, axes = plt.subplots(
        1, 2, figsize=(16, 6.4), width_ratios=(len(usual), 1.6), layout="constrained"
    )
    for axis, titles in zip(axes, (usual, [disturbed]), strict=True):
        width = 0.86 / max(len(errors[title]) for title in titles)
        for at, title in enumerate(titles):
            own = [name for name in names if name in errors[title]]
            x = at + (np.arange(len(own)) - (len(own) - 1) / 2) * width
            heights = [errors[title][name] for name in own]
            bars = axis.bar(x, heights, width, color=[COLOURS[names.index(name)] for name in own])
            axis.bar_label(bars, fmt=signed, padding=3, fontsize=11)
        wrapped = [
            title.replace(" a message", "\na message")
            .replace(", ", ",\n")
            .replace(" on a ", "\non a ")
            for title in titles
        ]
        axis.set_xticks(np.arange(len(titles)), wrapped)
        axis.tick_params(axis="x", length=0)
        axis.spines["bottom"].set_visible(False)
        axis.axhline(0, color=style.BLACK, linewidth=1)
        axis.grid(axis="x", visible=False)
        axis.margins(y=0.12)
    axes[0].set_title("Predicted less recorded, mC a wake")
    axes[1].set_title("The same, on another scale")
    keys = [Patch(color=COLOURS[i], label=name) for i, name in enumerate(names)]
    style.title(figure, "Error by state, of wakes that nothing was fitted on", keys)
    figure.savefig(folder / "fidelity_states.png", dpi=120)
    plt.close(figure)
