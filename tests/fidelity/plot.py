"""The picture of the errors by state."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

COLOURS = ("#1b6ca8", "#7aa6c2", "#d9822b", "#8c564b", "#2a9d8f")


def states(errors: dict[str, dict[str, float]], folder: Path) -> None:
    """Bars of predicted less recorded charge; the wake on a disturbed channel has its own scale."""
    names = list(dict.fromkeys(state for some in errors.values() for state in some))
    width = 0.8 / len(names)
    *usual, disturbed = errors
    figure, axes = plt.subplots(
        1, 2, figsize=(11, 4.4), width_ratios=(len(usual), 1.6), layout="constrained"
    )
    for axis, titles in zip(axes, (usual, [disturbed]), strict=True):
        for i, name in enumerate(names):
            heights = [errors[title].get(name, 0.0) for title in titles]
            at = np.arange(len(titles)) + (i - (len(names) - 1) / 2) * width
            axis.bar(at, heights, width=width, label=name, color=COLOURS[i])
        wrapped = [
            title.replace(" a message", "\na message")
            .replace(", ", ",\n")
            .replace(" on a ", "\non a ")
            for title in titles
        ]
        axis.set_xticks(range(len(titles)), wrapped)
        axis.axhline(0, color="black", linewidth=0.8)
        axis.grid(alpha=0.3, axis="y")
    axes[0].set_ylabel("predicted less recorded, mC a wake")
    axes[0].legend(frameon=False, loc="lower left")
    figure.suptitle("Error by state, of wakes that nothing was fitted on", fontsize=12)
    figure.savefig(folder / "fidelity_states.png", dpi=120)
    plt.close(figure)
