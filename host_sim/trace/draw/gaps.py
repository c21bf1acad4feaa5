"""Gaps in a picture: bands where time is missing, with how much of it.

The axis counts recorded time, as digests do, so that a gap has no width there: its band has one of
its own.
"""

from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Patch

Gap = tuple[float, float]  # where on the axis, and how long, both in s

WIDTH, MOST_COVERED = 8.0, 250.0  # points, of each and of all together while they can be seen
COLOUR = "#d5dade"
MOST_LABELS = 12
APART = 0.07  # of the axis, at least, between two labels


def draw(axes: Axes, gaps: Sequence[Gap], length_s: float) -> None:
    """Bands behind the curves of an axis of a length, the longest labelled above it."""
    if not gaps:
        return
    across = axes.get_xaxis_transform()
    at_s = [at for at, _ in gaps]
    width = max(0.5, min(WIDTH, MOST_COVERED / len(gaps)))
    axes.vlines(at_s, 0, 1, COLOUR, linewidth=width, transform=across, zorder=0.5)
    for at, gap_s in labelled(gaps, APART * length_s):
        axes.text(
            at, 1.01, length(gap_s), transform=across, ha="center", va="bottom", fontsize="small"
        )


def key() -> Patch:
    """What the bands are, for a legend."""
    return Patch(color=COLOUR, label="gap: not recorded")


def labelled(gaps: Iterable[Gap], apart_s: float) -> list[Gap]:
    """The longest, as far as their labels have room."""
    chosen: list[Gap] = []
    for gap in sorted(gaps, key=lambda gap: -gap[1]):
        if all(abs(gap[0] - other[0]) >= apart_s for other in chosen):
            chosen.append(gap)
        if len(chosen) == MOST_LABELS:
            break
    return chosen


def length(seconds: float) -> str:
    """A length of time: 7.391 s, 20 µs."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:,.4g} {unit}" if seconds < 9_999.5 else f"{seconds:,.0f} s"
    return f"{seconds * 1e6:.4g} µs"
