"""Pictures that say who made them."""

from io import BytesIO
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image, ImageColor

from host_sim.files import outputs, picture
from host_sim.trace.draw import style
from torpor_tools import cli

STARTS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}


@pytest.mark.parametrize("ending", picture.ENDINGS)
def test_a_picture_is_of_its_ending_and_is_drawn_anew(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"year{ending}"
    for _ in range(2):
        assert cli.run(["sim", "garden", "--days", "1", "--plot", str(path)]) == 0
        assert path.read_bytes().startswith(STARTS[ending])
    outputs.claim(path, made=picture.made)


def test_a_page_is_drawn_anew(tmp_path: Path) -> None:
    recording, page = tmp_path / "wake.csv", tmp_path / "wake.html"
    rows = "".join(f"{i},{100 if i < 900 else 50_000}\n" for i in range(1000))
    recording.write_text(f"Timestamp(ms),Current(uA)\n{rows}")
    for _ in range(2):
        assert cli.run(["trace", "plot", str(recording), "-o", str(page)]) == 0
    assert "<html" in page.read_text()[:100]


def test_a_curve_that_is_seen_in_the_legend_alone_keeps_its_colour() -> None:
    """Another lies upon it."""
    figure, axes = plt.subplots(1, 2, figsize=(16, 5.6), layout="constrained")
    for i, colour in enumerate(style.EIGHT[:5]):
        steep = 5 if colour == style.VERMILION else i + 1
        for axis in axes:
            axis.plot(range(9), [steep * x for x in range(9)], color=colour, label=colour)
    figure.legend(loc="upper left")
    drawn = BytesIO()
    figure.savefig(drawn, dpi=picture.DPI, format="png")
    plt.close(figure)
    whole = np.asarray(Image.open(drawn).convert("RGB"), int)
    saved = np.asarray(picture.reduced(Image.open(drawn)).convert("RGB"), int)
    for colour in style.EIGHT[:5]:
        drawn_in_it = (whole == ImageColor.getrgb(colour)).all(axis=2)
        assert drawn_in_it.any()
        assert abs(saved - whole)[drawn_in_it].max() < 9
