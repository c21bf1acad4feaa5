"""The picture of a wake: as recorded above, as predicted below, on the same axes."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from host_sim.files.picture import save
from host_sim.trace.cut.digest import Row
from host_sim.trace.draw import gaps, style
from host_sim.trace.fit.judge import Verdict
from host_sim.trace.recording import Floats, Recording, drawn

BAND = 0.5  # how much of its colour a phase shows
Curve = tuple[Floats, Floats]  # s since the start of the wake, mA
Phase = tuple[str, float, float]  # its name, from … to, s


def of_recording(recording: Recording, wake: list[Row]) -> Curve:
    """The samples of the wake, as far as a picture shows them."""
    first = round(wake[0].start_s * recording.rate_hz)
    last = round((wake[-1].start_s + wake[-1].duration_s) * recording.rate_hz)
    ma = drawn(recording.current_ua[first:last]) / 1000
    return np.linspace(0, (last - first) / recording.rate_hz, len(ma)), ma


def cuts(recording: Recording, wake: list[Row]) -> list[gaps.Gap]:
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
    holes: list[gaps.Gap],
    predicted: Curve,
    title: str,
    path: Path,
    phases: Sequence[Phase] = (),
) -> None:
    """Draw both, the prediction by its phases where these are given.

    BadInput when it cannot be written.
    """
    save(picture(verdict, recorded, holes, predicted, title, phases), path)


def picture(
    verdict: Verdict,
    recorded: Curve,
    holes: list[gaps.Gap],
    predicted: Curve,
    title: str,
    phases: Sequence[Phase] = (),
) -> Figure:
    """The figure, to be saved. Both axes are linear: what lies under a curve is charge."""
    figure, (above, below) = plt.subplots(
        2, 1, figsize=(16, 9), sharex=True, sharey=True, layout="constrained"
    )
    error = f"{verdict.predicted_mc:,.1f} mC ({verdict.charge_error_pct:+z.2f} %)"
    for axes, (at_s, ma), colour, label in (
        (above, recorded, style.FIRST, f"recorded: {verdict.recorded_mc:,.1f} mC"),
        (
            below,
            predicted,
            style.SECOND,
            f"predicted: {error}" + ("" if phases else ", each state once, in the recipe's order"),
        ),
    ):
        axes.plot(at_s, ma, color=colour, linewidth=1.2, label=label)
        axes.set_ylabel("current, mA")
        axes.yaxis.set_major_formatter(style.thousands)
    length_s = float(max(recorded[0][-1], predicted[0][-1]))
    below.set(xlabel="time since the wake-up, s", xlim=(0, length_s), ylim=(0, None))
    below.xaxis.set_major_formatter(style.thousands)
    gaps.draw(above, holes, length_s)
    curves = [*above.lines, *below.lines, *([gaps.key()] if holes else [])]
    colours = dict(zip(dict.fromkeys(name for name, _, _ in phases), style.LIGHTER, strict=False))
    for name, from_s, to_s in phases:
        below.axvspan(from_s, to_s, color=colours[name], alpha=BAND, linewidth=0)
    curves += [
        Patch(color=colour, alpha=BAND, label=f"predicted: {name}")
        for name, colour in colours.items()
    ]
    style.title(figure, title, curves)
    return figure
