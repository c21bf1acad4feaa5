"""Pictures: drawn in the format of their ending, with a word in them on who made them."""

from io import BytesIO
from pathlib import Path
from typing import Any

from host_sim.files import outputs

SIGN = "Made by torpor"
# What keeps a picture the same for the same run: no date.
_FACTS: dict[str, dict[str, str | None]] = {
    ".svg": {"Creator": SIGN, "Date": None},
    ".pdf": {"Creator": SIGN, "CreationDate": None},
}
ENDINGS = (".png", *_FACTS)
DPI, COLOURS = 100, 256


def made(data: bytes) -> bool:
    """Whether what a file begins or ends with has the word in it."""
    return SIGN.encode() in data


def save(figure: Any, path: Path) -> None:
    """Write a figure of matplotlib's, and close it; BadInput when it cannot be written."""
    from matplotlib import pyplot as plt

    try:
        with outputs.beside(path) as part:
            if path.suffix == ".png":
                _save_png(figure, part)
            else:
                figure.savefig(part, format=path.suffix[1:], metadata=_FACTS[path.suffix])
    finally:
        plt.close(figure)


def _save_png(figure: Any, part: Path) -> None:
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    drawn, facts = BytesIO(), PngInfo()
    figure.savefig(drawn, dpi=DPI, format="png")
    facts.add_text("Software", SIGN)
    reduced(Image.open(drawn)).save(part, "PNG", optimize=True, pnginfo=facts)


def reduced(drawn: Any) -> Any:
    """An image of Pillow's by a palette: a third of the bytes, and no difference that is seen.

    With fewer colours a line of but a few pixels had that of the nearest which had many.
    """
    return drawn.convert("RGB").quantize(COLOURS)
