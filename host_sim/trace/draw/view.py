"""A recording as a picture, its states in colours: a picture, or a page to zoom in.

A page holds the recording at most at POINTS points, chosen by MinMaxLTTB: each peak stays. A long
recording is drawn from the least and most of its blocks instead of from its samples.
"""

from itertools import cycle
from pathlib import Path

import numpy as np
from tsdownsample import MinMaxLTTBDownsampler

from host_sim.errors import BadInput
from host_sim.files import outputs, picture
from host_sim.trace.cut.segment import Found
from host_sim.trace.recording import Floats, Recording

PAGE = ".html"
POINTS = {PAGE: 200_000} | dict.fromkeys(picture.ENDINGS, 8_000)
FROM_BLOCKS = 4_000_000  # samples
COLOURS = {
    "deep_sleep": "#9aa5b1",
    "light_sleep": "#6f8fa8",
    "idle": "#1b6ca8",
    "boot": "#7b4ea3",
    "modem_sleep": "#2a9d8f",
    "listen": "#d9a21b",
    "tx": "#c8322b",
    "load": "#8c5a2b",
}
OTHERS = ("#1b6ca8", "#d9822b", "#2a9d8f", "#c8322b", "#7b4ea3", "#8c5a2b")  # of labels
TIME, CURRENT = "recorded time, s", "current, mA"

Curves = dict[str, tuple[Floats, Floats]]


def kind(path: Path) -> str:
    """The ending of a picture; BadInput for one that cannot be drawn."""
    if path.suffix not in POINTS:
        raise BadInput("no such picture", where=path, remedy=f"one of {', '.join(POINTS)}")
    return path.suffix


def curve(recording: Recording, found: Found, points: int) -> tuple[Floats, Floats]:
    """Time of each point in s, gaps left out, and current in mA."""
    ua, per_point = recording.current_ua, 1.0
    if len(ua) > FROM_BLOCKS:
        ua = np.column_stack([found.pyramid.low, found.pyramid.high]).ravel()
        per_point = found.pyramid.size / 2
    if len(ua) > points:
        kept = MinMaxLTTBDownsampler().downsample(ua, n_out=points)  # type: ignore[no-untyped-call]
        kept = kept.astype(np.int64)
    else:
        kept = np.arange(len(ua))
    return kept * per_point / recording.rate_hz, ua[kept] / 1000


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
    """Write the picture; BadInput for an ending that none has, or no room."""
    points = POINTS[kind(path)]
    curves = by_state(recording, found, curve(recording, found, points))
    others = (state for state in curves if state not in COLOURS)
    colours = COLOURS | dict(zip(others, cycle(OTHERS), strict=False))
    (_page if kind(path) == PAGE else _picture)(curves, colours, title, path)


def _page(curves: Curves, colours: dict[str, str], title: str, path: Path) -> None:
    from plotly import graph_objects

    figure = graph_objects.Figure(
        [
            graph_objects.Scattergl(
                x=at_s, y=ma, name=state, line={"color": colours[state], "width": 1}, mode="lines"
            )
            for state, (at_s, ma) in curves.items()
        ]
    )
    figure.update_layout(
        title={"text": title},
        template="plotly_white",
        dragmode="zoom",
        xaxis_title=TIME,
        yaxis_title=CURRENT,
    )
    page = figure.to_html(include_plotlyjs=True, config={"scrollZoom": True})
    sign = f'<head><meta name="generator" content="{picture.SIGN}" />'
    outputs.write({path: page.replace("<head>", sign, 1).encode("utf-8")})


def _picture(curves: Curves, colours: dict[str, str], title: str, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(14, 5), layout="constrained")
    for state, (at_s, ma) in curves.items():
        axes.plot(at_s, ma, color=colours[state], linewidth=0.8, label=state)
    axes.set(xlabel=TIME, ylabel=CURRENT)
    axes.margins(x=0)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, ncols=len(curves), loc="upper right")
    figure.suptitle(title, fontsize=12, parse_math=False)
    try:
        picture.save(figure, path)
    finally:
        plt.close(figure)
