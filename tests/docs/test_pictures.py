"""The pictures of docs/report.md show what a run says today."""

import pytest
from PIL import Image

from tests.browser import pictures


@pytest.fixture(scope="module")
def told() -> str:
    """The figures of that run."""
    return pictures.told()


@pytest.mark.parametrize("name", ["report.png", "report-wake.png"])
def test_a_picture_of_the_report_shows_this_trees_figures(name: str, told: str) -> None:
    with Image.open(pictures.DOCS / name) as picture:
        assert picture.info[pictures.FACT] == told, "make pictures draws them anew"
