"""The picture of a wake: as recorded above, as predicted below, on the same axes."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from host_sim.files import picture
from host_sim.trace.cut.digest import Row
from host_sim.trace.fit.judge import Verdict
from host_sim.trace.recording import Floats, Recording

RECORDED, PREDICTED = "#1b6ca8", "#d9822b"
MOST_PIXELS = 2_000
Curve = tuple[Floats, Floats]  # s since the start of the wake, mA


def of_recording(recording: Recording, wake: list[Row]) -> Curve:
    """The samples of the wake; of more than a picture shows, least and most in turn."""
    first = round(wake[0].start_s * recording.rate_hz)
    last = round((wake[-1].start_s + wake[-1].duration_s) * recording.rate_hz)
    ma = recording.current_ua[first:last] / 1000
    per_pixel = -(-len(ma) // MOST_PIXELS)
    if per_pixel > 2:
        pixels = np.pad(ma, (0, -len(ma) % per_pixel), mode="edge").reshape(-1, per_pixel)
        ma = np.column_stack([pixels.min(axis=1), pixels.max(axis=1)]).ravel()
    return np.linspace(0, (last - first) / recording.rate_hz, len(ma)), ma


def cuts(recording: Recording, wake: list[Row]) -> list[tuple[float, float]]:
    """Gaps within the wake: where in it, and the length that was left out, both in s."""
    end_s = wake[-1].start_s + wake[-1].duration_s
    return [
        (gap.start_s - wake[0].start_s, gap.length_s)
        for gap in recording.gaps
        if wake[0].start_s < gap.start_s < end_s
    ]


def of_rows(wake: list[Row]) -> Curve:
    """The mean of each stretch of the wake."""
    return steps([(row.duration_s, row.mean_ma) for row in wake])


def steps(parts: list[tuple[float, float]]) -> Curve:
    """(s, mA) after each other."""
    ends = np.cumsum([seconds for seconds, _ in parts])
    edges = np.column_stack([np.concatenate([[0.0], ends[:-1]]), ends]).ravel()
    return edges, np.repeat([ma for _, ma in parts], 2)


def wake(
    verdict: Verdict,
    recorded: Curve,
    gaps: list[tuple[float, float]],
    predicted: Curve,
    title: str,
    path: Path,
) -> None:
    """Draw both; BadInput when it cannot be written."""
    figure, (above, below) = plt.subplots(
        2, 1, figsize=(11, 6.4), sharex=True, sharey=True, layout="constrained"
    )
    for cut_s, length_s in gaps:
        above.axvline(cut_s, color="grey", linestyle=":", label=f"{length_s:.3f} s left out here")
    top_ma = 1.25 * max(recorded[1].max(), predicted[1].max())  # room for the legends
    for axes, (at_s, ma), colour, label in (
        (above, recorded, RECORDED, f"recorded: {verdict.recorded_mc:,.1f} mC"),
        (
            below,
            predicted,
            PREDICTED,
            f"predicted: {verdict.predicted_mc:,.1f} mC ({verdict.charge_error_pct:+.2f} %), "
            "each state once, in the order of the recipe",
        ),
    ):
        axes.plot(at_s, ma, color=colour, linewidth=0.9, label=label)
        axes.set(ylabel="current, mA", ylim=(0, top_ma))
        axes.grid(alpha=0.3)
        axes.legend(frameon=False, loc="upper right")
    below.set(xlabel="time since the wake-up, s", xlim=(0, None))
    figure.suptitle(title, fontsize=12, parse_math=False)
    try:
        picture.save(figure, path)
    finally:
        plt.close(figure)
