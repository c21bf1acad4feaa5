"""How every picture looks: colours that a colour-blind reader tells apart, large and plain type.

The colours are those of M. Okabe and K. Ito, "Color Universal Design" (2008), but for a purple that
is darker than theirs and a grey in place of yellow. Importing this sets matplotlib up to draw into
files, in this style.
"""

import textwrap
from collections.abc import Sequence
from math import ceil

import matplotlib

matplotlib.use("Agg")
from matplotlib import rcParams
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from matplotlib.ticker import FuncFormatter

BLACK, GREY = "#333333", "#9aa5b1"
BLUE, ORANGE, GREEN, VERMILION = "#0072b2", "#e69f00", "#009e73", "#d55e00"
SKY, PURPLE = "#56b4e9", "#aa3377"
EIGHT = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, GREY, BLACK)
DARKER = ("#004468", "#7f3800", "#005e45", "#8a5f00", "#661f47", "#346b8a", "#5c636a", "#000000")
LIGHTER = ("#7fb8d8", "#eaae7f", "#7fceb9", "#f2cf7f", "#d499bb", "#aad9f4", "#cdd2d8", "#848484")
MANY = (*EIGHT, *DARKER, *LIGHTER)  # beyond eight no palette is safe: hover, or zoom in
FIRST, SECOND = BLUE, VERMILION  # ours and the baseline, recorded and predicted

rcParams.update(
    {
        "font.size": 14,
        "axes.titlesize": 14,
        "axes.titlelocation": "left",
        "axes.titlepad": 12,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": GREY,
        "axes.labelcolor": BLACK,
        "text.color": BLACK,
        "xtick.color": BLACK,
        "ytick.color": BLACK,
        "axes.grid": True,
        "grid.color": "#e3e7ea",
        "axes.axisbelow": True,
        "legend.frameon": False,
        "text.parse_math": False,
    }
)

BOLD = FontProperties(size=17, weight="bold")
LINE_INCH = 0.34
KEY_COLUMNS = 130  # letters, and seven for each square, that fit the width of a picture
thousands = FuncFormatter(lambda value, _: f"{value:,.10g}")  # on an axis


def title(figure: Figure, text: str, curves: Sequence[Artist]) -> None:
    """Put a title on top and under it what the curves are; the picture grows by their lines."""
    lines = _lines(text, 0.97 * figure.get_figwidth())
    longest = max(len(str(curve.get_label())) for curve in curves)
    columns = 1 if longest > KEY_COLUMNS / 5 else KEY_COLUMNS // (longest + 7)
    rows = len(lines) + ceil(len(curves) / columns)
    figure.legend(
        handles=curves,
        loc="outside upper left",
        title="\n".join(lines),
        title_fontproperties=BOLD,
        alignment="left",
        ncols=columns,
    )
    figure.set_figheight(figure.get_figheight() + LINE_INCH * max(0, rows - 3))


def _lines(text: str, inches: float) -> list[str]:
    """The text in lines that are no wider."""
    for columns in range(140, 20, -5):
        lines = textwrap.wrap(text, columns) or [""]
        if max(_inches(line) for line in lines) <= inches:
            break
    return lines


def _inches(line: str) -> float:
    return float(TextPath((0, 0), line, prop=BOLD).get_extents().width) / 72 if line.strip() else 0
