"""make pictures: a year of the garden, for README and, in a headless Chromium, docs/report.md.

Each of these says in itself what figures it shows; a test compares them with a run (tests/docs).
"""

import shutil
import sys
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import Browser, Page, sync_playwright

from host_sim.files import scratch
from host_sim.files.picture import reduced
from host_sim.sim import run
from host_sim.spec import figures, scenario
from tests.conftest import CHECKOUT
from torpor_tools import cli

DOCS = CHECKOUT / "docs"
CHANGED = "node.channel.light.delta=30"
WIDTH, ABOVE, BELOW = 1100, 24, 8
FACT = "Description"  # of the PNG: the figures that it shows


def told() -> str:
    """The figures of the run that both show."""
    shown = figures.of(run.run(scenario.load("garden", (CHANGED,))))
    return ", ".join(
        f"{shown[name]:.1f} {unit}"
        for name, unit in (
            ("battery_life_days", "days"),
            ("average_current_ua", "µA"),
            ("wakes_per_day", "wakes a day"),
            ("charge_mc_per_day", "mC a day"),
        )
    )


def clip(page: Page, first: str, last: str) -> bytes:
    """The page from a section's top to another's end, with a margin."""
    page.evaluate("scrollTo(0, 0)")
    top, end = (page.locator(f"#{name}").bounding_box() for name in (first, last))
    assert top
    assert end
    at = max(top["y"] - ABOVE, 0)
    high = end["y"] + end["height"] + BELOW - at
    return page.screenshot(
        full_page=True, clip={"x": 0, "y": at, "width": WIDTH, "height": round(high)}
    )


def save(png: bytes, path: Path, shows: str) -> None:
    """By a palette, as `torpor` saves its own, with the figures that it shows."""
    facts = PngInfo()
    facts.add_itxt(FACT, shows)
    reduced(Image.open(BytesIO(png))).save(path, "PNG", optimize=True, pnginfo=facts)


def open_page(browser: Browser, place: Path, theme: Literal["light", "dark"]) -> Page:
    """The report in a theme, when its charts stand."""
    page = browser.new_page(
        viewport={"width": WIDTH, "height": 900}, color_scheme=theme, reduced_motion="reduce"
    )
    page.goto(place.as_uri())
    page.locator("#chart-stats dd").first.wait_for()
    return page


def main() -> None:
    """Make the report, and look at it twice."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is needed, as of Debian's package chromium")
    with scratch.folder() as folder, sync_playwright() as playwright:
        out = folder / "page"
        made = ["report", "garden", "--set", CHANGED, "--before", "garden", "-o", str(out)]
        if cli.run(made) != 0:
            sys.exit(1)
        picture = folder / "garden.png"
        cli.run(["sim", "garden", "--compare", "--plot", str(picture)])
        (DOCS / picture.name).write_bytes(picture.read_bytes())
        shows = told()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = open_page(browser, out / "index.html", "light")
        save(clip(page, "title", "current"), DOCS / "report.png", shows)
        page = open_page(browser, out / "index.html", "dark")
        page.get_by_role("button", name="usual cached join").click()
        page.locator("#views").get_by_role("button", name="report").click()
        save(clip(page, "wake", "energy-read"), DOCS / "report-wake.png", shows)


if __name__ == "__main__":
    main()
