"""The picture of a study: its sweeps, ours drawn thick, and shaded where ours loses."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from host_sim.files.picture import save
from host_sim.lab.study import BASELINES, HELD_PERCENT, POLICIES, Study, Sweep
from host_sim.trace.draw import style

COLUMNS = 2
OURS = ("-", "-.", ":")  # strokes of our ways, in the order of the table
FEW_DECADES = 1000  # below this ratio powers of ten alone are too few to read an axis by
WIDE = 20  # from this ratio of the most to the least on, an axis is logarithmic


def sweeps(study: Study, path: Path) -> None:
    """Draw all sweeps of a study; BadInput when it cannot be written."""
    save(picture(study), path)


def picture(study: Study) -> Figure:
    """The figure, to be saved."""
    some = study.sweeps
    columns = min(COLUMNS, len(some))
    rows = -(-len(some) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(16, 5.6 * rows), layout="constrained", squeeze=False
    )
    names = list(dict.fromkeys(name for one in some for name in one.curves))
    colours = dict(zip(names, _colours(study, names), strict=True))
    for axis, one in zip(axes.flat, some, strict=False):
        _sweep(axis, one, study, colours)
    for axis in axes.flat[len(some) :]:
        axis.set_visible(False)
    drawn = {line.get_label(): line for axis in axes.flat for line in axis.get_lines()}
    style.title(figure, POLICIES[study.policy].rstrip("."), [drawn[name] for name in names])
    return figure


def _colours(study: Study, names: list[str]) -> list[str]:
    """Ours blue, the optimum grey, the others what is left."""
    kinds = {row.name: row.kind for row in study.rows}
    own = {"ours": style.BLUE, "optimum": style.GREY}
    others = (one for one in style.MANY if one not in own.values())
    return [own.get(kinds[name]) or next(others) for name in names]


def _sweep(axis: Axes, one: Sweep, study: Study, colours: dict[str, str]) -> None:
    kinds = {row.name: row.kind for row in study.rows}
    mine = [name for name in kinds if kinds[name] == "ours"]
    strokes = dict(zip(mine, OURS, strict=False))
    for name, values in one.curves.items():
        ours, best = kinds[name] == "ours", kinds[name] == "optimum"
        axis.plot(
            one.at,
            values,
            color=colours[name],
            linewidth=3 if ours else 1.8,
            linestyle="--" if best else strokes.get(name, "-"),
            zorder=3 if ours else 2,
            label=name,
        )
    if one.top:
        least = min(min(values) for values in one.curves.values())
        axis.set_ylim(least - 0.05 * (one.top - least), one.top)
    _losses(axis, one, kinds)
    values = [value for curve in one.curves.values() for value in curve]
    if _is_wide(one.at):
        axis.set_xscale("log")
    if _is_wide(values):
        axis.set_yscale("log")
    for side, some in ((axis.xaxis, one.at), (axis.yaxis, values)):
        if _is_wide(some) and max(some) / min(some) < FEW_DECADES:
            side.set_major_locator(LogLocator(subs=(1, 2, 5)))
        side.set_major_formatter(style.thousands)
        side.set_minor_formatter(NullFormatter())
    axis.set_title("\n".join(filter(None, (one.figure, one.fixed))))
    axis.set_xlabel(one.over)


def _is_wide(values: Sequence[float]) -> bool:
    """Whether values are told better by their logarithm."""
    return min(values) > 0 and max(values) / min(values) >= WIDE


def _losses(axis: Axes, one: Sweep, kinds: Mapping[str, str]) -> None:
    """Shade each point at which ours is worse than the best baseline by more than is allowed."""
    ours = [values for name, values in one.curves.items() if kinds[name] == "ours"]
    theirs = [values for name, values in one.curves.items() if kinds[name] in BASELINES]
    for i, at in enumerate(one.at):
        mine, best = min(v[i] for v in ours), min(v[i] for v in theirs)
        if mine > best * (1 + HELD_PERCENT / 100):
            left = (one.at[max(0, i - 1)] + at) / 2
            right = (one.at[min(len(one.at) - 1, i + 1)] + at) / 2
            axis.axvspan(left, right, color=style.VERMILION, alpha=0.12, linewidth=0)
