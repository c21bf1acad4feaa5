"""Pages in a headless Chromium that hears what they say, and what they ask of others."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from torpor_tools import cli

DAYS, SET = "3", ("--set", "node.task.climate.warmup_ms=2015")
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; skips, saying so, where there is none."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some days of the garden, as a page, with what changed since it sensed longer."""
    out = tmp_path_factory.mktemp("report")
    how = ["--days", DAYS, *SET, "--before", "garden", "-o", str(out)]
    assert cli.run(["report", "garden", *how]) == 0
    return out / "index.html"


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Opens a page; whatever it complains of or asks another for fails the test."""
    contexts, faults = [], []

    def open_page(place: Path | str, width: int = 1280, **how: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **how)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: faults.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: faults.append(f"{error}\n{error.stack}"))
        own = place.as_uri() if isinstance(place, Path) else place
        page.on(
            "request", lambda asked: faults.extend([asked.url] * (not asked.url.startswith(own)))
        )
        page.goto(own)
        page.locator("#chart-stats dd").first.wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []
