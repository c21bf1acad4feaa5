"""torpor view as a reader meets it: the run goes on, and the page with it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open

pytestmark = pytest.mark.slow


@contextmanager
def viewed(*words: str) -> Iterator[str]:
    """The address of a page, whose server ends by Ctrl-C, and well."""
    command = [sys.executable, "-m", "torpor_tools.start", "view", *words, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().split()[0]
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0
        finally:
            process.kill()


def test_a_page_follows_its_run_to_the_end_and_is_looked_at_as_before(opened: Open) -> None:
    with viewed("plug", "--days", "3") as address:
        page = opened(address)
        page.get_by_role("button", name="1 hour").click()
        page.locator("#scale").click()
        page.locator("#kinds").select_option("message")
        page.locator("#views").get_by_role("button", name="report").click()
        page.wait_for_timeout(400)
        window = page.locator("#chart").get_attribute("aria-label")
        expect(page.locator("#h-verdict")).not_to_contain_text("after", timeout=20_000)
        assert "3 days simulated" in page.locator("#subtitle").inner_text()
        assert page.locator("#chart").get_attribute("aria-label") == window
        assert page.locator("#scale").get_attribute("aria-pressed") == "true"
        assert page.locator("#kinds").input_value() == "message"
        assert page.locator("#views [aria-pressed=true]").inner_text() == "report"
