"""The page of a sweep or a fleet, on a telephone."""

from pathlib import Path

from playwright.sync_api import Browser

from torpor_tools import cli

LEAST_PX = 9  # that a label is high: its letters are of some 8


def test_the_labels_of_its_curve_can_be_read_and_are_whole(
    browser: Browser, tmp_path: Path
) -> None:
    out = tmp_path / "page.html"
    line = ["sweep", "garden", "--days", "0.1", "--workers", "1", "--set", "seed=1,2"]
    assert cli.run([*line, "--html", str(out)]) == 0
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(out.as_uri())
    (within,) = [one.bounding_box() for one in page.locator("svg").all()]
    boxes = [one.bounding_box() for one in page.locator("svg text").all()]
    page.close()
    assert within
    assert len(boxes) == 6
    for box in boxes:
        assert box
        assert box["height"] >= LEAST_PX
        assert within["x"] <= box["x"]
        assert box["x"] + box["width"] <= within["x"] + within["width"]
