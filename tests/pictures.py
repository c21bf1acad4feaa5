"""What a reader of a picture sees: its texts, none cut off and none over another."""

from itertools import combinations

from matplotlib.figure import Figure
from matplotlib.text import Text

SLACK_PX = 1.0


def texts(figure: Figure) -> list[Text]:
    """Every text that is drawn."""
    figure.canvas.draw()
    outside = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                if not low <= tick.get_loc() <= high:
                    outside |= {tick.label1, tick.label2}
    found = (one for one in figure.findobj(Text) if isinstance(one, Text))
    return [one for one in found if one.get_visible() and one.get_text() and one not in outside]


def words(figure: Figure) -> str:
    """All of them, a line each."""
    return "\n".join(one.get_text() for one in texts(figure))


def faults(figure: Figure) -> list[str]:
    """Texts that the edge cuts off, and pairs that overlap."""
    boxes = [(one.get_text(), one.get_window_extent()) for one in texts(figure)]
    page = figure.bbox
    out = [
        text
        for text, box in boxes
        if box.x0 < page.x0 - SLACK_PX
        or box.y0 < page.y0 - SLACK_PX
        or box.x1 > page.x1 + SLACK_PX
        or box.y1 > page.y1 + SLACK_PX
    ]
    for (text, box), (other, its) in combinations(boxes, 2):
        wide = min(box.x1, its.x1) - max(box.x0, its.x0)
        high = min(box.y1, its.y1) - max(box.y0, its.y0)
        if wide > SLACK_PX and high > SLACK_PX:
            out.append(f"{text} over {other}")
    return out
