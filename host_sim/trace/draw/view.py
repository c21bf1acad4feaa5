"""A recording as a picture, its states in colours: a picture, or a page to zoom in.

A page holds the recording at about POINTS points: least and most of as many equal stretches, so
that each peak and each dip stays. A long recording's are those of its blocks, not of its samples.
"""

from itertools import cycle
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import NullFormatter
from tsdownsample import MinMaxDownsampler

from host_sim.files import outputs
from host_sim.files.picture import ENDINGS, save
from host_sim.trace.cut.segment import Found
from host_sim.trace.draw import gaps, page, scale, style
from host_sim.trace.recording import Floats, Recording

PAGE = ".html"
POINTS = {PAGE: 200_000} | dict.fromkeys(ENDINGS, 8_000)
FROM_BLOCKS = 4_000_000  # samples
COLOURS = {
    "deep_sleep": style.GREY,
    "light_sleep": style.SKY,
    "idle": style.BLUE,
    "boot": style.PURPLE,
    "modem_sleep": style.GREEN,
    "listen": style.ORANGE,
    "tx": style.VERMILION,
    "load": style.BLACK,
}
OTHERS = style.MANY  # of labels

Curves = dict[str, tuple[Floats, Floats]]


def curve(recording: Recording, found: Found, points: int) -> tuple[Floats, Floats]:
    """Time of each point in s, gaps left out, and current in mA, NaN at each gap."""
    ua, per_point = recording.current_ua, 1.0
    if len(ua) > FROM_BLOCKS:
        ua = np.column_stack([found.pyramid.low, found.pyramid.high]).ravel()
        per_point = found.pyramid.size / 2
    if len(ua) > points:
        kept = MinMaxDownsampler().downsample(ua, n_out=points)  # type: ignore[no-untyped-call]
        kept = np.union1d(kept.astype(np.int64), [0, len(ua) - 1])
    else:
        kept = np.arange(len(ua))
    at_s, ma = kept * per_point / recording.rate_hz, ua[kept] / 1000
    cuts_s = np.array([gap.start_s for gap in recording.gaps])
    cuts = np.searchsorted(at_s, cuts_s - 0.5 / recording.rate_hz)
    return np.insert(at_s, cuts, cuts_s), np.insert(ma, cuts, np.nan)


def by_state(recording: Recording, found: Found, curve: tuple[Floats, Floats]) -> Curves:
    """A curve for each state, broken by NaN where others lie between."""
    at_s, ma = curve
    starts = np.array([part.start for part in found.segments]) / recording.rate_hz
    states = np.array([part.state for part in found.segments])
    states = states[np.searchsorted(starts, at_s, side="right") - 1]
    out = {}
    for state in dict.fromkeys(states.tolist()):
        mine = states == state
        mine[1:] |= mine[:-1]  # on to the next point, so that the line is closed
        kept = mine.copy()
        kept[1:] |= mine[:-1]
        out[state] = at_s[kept], np.where(mine, ma, np.nan)[kept]
    return out


def draw(recording: Recording, found: Found, title: str, path: Path) -> None:
    """Write the picture, or the page; BadInput where there is no room."""
    curves = by_state(recording, found, curve(recording, found, POINTS[path.suffix]))
    if path.suffix == PAGE:
        outputs.write({path: document(recording, curves, title).encode("utf-8")})
    else:
        save(picture(recording, curves, title), path)


def colours(curves: Curves) -> dict[str, str]:
    """One of its own for each state, as far as there are some."""
    others = (state for state in curves if state not in COLOURS)
    return COLOURS | dict(zip(others, cycle(OTHERS), strict=False))


def document(recording: Recording, curves: Curves, title: str) -> str:
    """The page."""
    levels = scale.knee_ma(ma for _, ma in curves.values())
    holes = [(gap.start_s, gap.length_s) for gap in recording.gaps]
    return page.page(title, curves, colours(curves), holes, *levels, recording.duration_s)


def picture(recording: Recording, curves: Curves, title: str) -> Figure:
    """The figure of a PNG."""
    figure, axes = plt.subplots(figsize=(16, 6.4), layout="constrained")
    colour = colours(curves)
    for state, (at_s, ma) in curves.items():
        axes.plot(at_s, ma, color=colour[state], linewidth=1)
    axes.set_xlim(0, recording.duration_s)
    axes.set_xlabel("recorded time, s" + (" (gaps left out)" if recording.gaps else ""))
    axes.xaxis.set_major_formatter(style.thousands)
    _currents(axes, curves)
    holes = [(gap.start_s, gap.length_s) for gap in recording.gaps]
    gaps.draw(axes, holes, recording.duration_s)
    keys = [Patch(color=colour[state], label=state) for state in curves]
    style.title(figure, title, keys + ([gaps.key()] if holes else []))
    return figure


def _currents(axes: Axes, curves: Curves) -> None:
    """The axis of the current, on which the lowest level is seen too."""
    knee, wide = scale.knee_ma(ma for _, ma in curves.values())
    if wide:
        axes.set_yscale("asinh", linear_width=knee)
        axes.autoscale(axis="y")  # anew: the margins were those of a linear axis
        low, high = (float(limit) for limit in axes.get_ylim())
        axes.set_yticks(scale.decades(knee, low, high))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set_ylabel(f"current, linear below {scale.label(knee)},\nlogarithmic above")
    else:
        axes.set_ylabel("current")
    axes.yaxis.set_major_formatter(lambda ma, _: scale.label(ma))
