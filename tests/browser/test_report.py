"""The page of a run as a reader meets it: every view, by pointer and by keys, in both themes."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.answered import answered
from tests.browser.conftest import DAYS, SET, Open
from torpor_tools import cli

pytestmark = pytest.mark.slow
Capture = pytest.CaptureFixture[str]


def stat(page: Page, box: str, name: str) -> str:
    """A figure under a chart."""
    return page.locator(f"#{box} div", has_text=name).locator("dd").first.inner_text()


def settled(page: Page) -> str:
    """The chart's window, when it stands."""
    said = ""
    while said != (now := page.locator("#chart").get_attribute("aria-label") or ""):
        said = now
        page.wait_for_timeout(120)
    return stat(page, "chart-stats", "window")


@pytest.fixture
def told(capsys: Capture) -> Any:
    """What the run says of itself."""
    return answered(capsys, "sim", "garden", "--days", DAYS, *SET)


def test_the_verdict_comes_first_and_is_the_runs(opened: Open, report: Path, told: Any) -> None:
    page = opened(report)
    assert page.locator("main h2:visible").first.inner_text() == "All 2 budgets hold"
    assert page.locator("#life .big").inner_text() == f"{round(told['battery_life_days'])} days"
    assert "days on 80 of 100 boards" in page.locator("#life").inner_text()
    mean = f"{told['average_current_ua']:.1f} µA"
    assert mean in page.locator("#key-figures").inner_text()
    for row, budget in zip(page.locator("#budgets tbody tr").all(), told["budgets"], strict=True):
        assert row.inner_text().startswith(budget["name"])
        assert f"{budget['value']:,.1f}" in row.inner_text()


def test_the_views_add_up_to_the_books(opened: Open, report: Path, told: Any) -> None:
    page = opened(report)
    sums = page.locator("#sums").inner_text().split(" = ")
    assert sums == [f"{told['charge_mc']:,.1f}"] * 3
    for column, view in ((2, "by_state"), (0, "by_task"), (1, "by_decision")):
        shown = page.locator(f"#views table[data-column='{column}'] tbody tr").all()
        names = [row.locator("button").inner_text() for row in shown]
        lines = dict(
            zip(names, (row.locator("td.n").first.inner_text() for row in shown), strict=True)
        )
        for name, line in told[view].items():
            if not name.startswith("tx_"):
                a_day = f"{line['charge_mc'] / float(DAYS):,.1f}"
                assert lines[name.replace("_", " ")] == a_day


def test_a_line_tells_its_source_and_its_part_in_the_other_views(
    opened: Open, report: Path
) -> None:
    page = opened(report)
    page.locator("#views").get_by_role("button", name="deep sleep").hover()
    said = page.locator("#energy-read").inner_text()
    assert "M: kreier/ESP32 README" in said
    part = page.locator("#views table[data-column='2'] .meter i + i").first
    before = part.get_attribute("style")
    page.locator("#views").get_by_role("button", name="report").click()
    assert page.locator("#views [aria-pressed=true]").inner_text() == "report"
    assert part.get_attribute("style") != before
    page.keyboard.press("Enter")
    assert page.locator("#views [aria-pressed=true]").count() == 0


def test_the_chart_zooms_by_buttons_keys_wheel_and_pointer(opened: Open, report: Path) -> None:
    page = opened(report)
    assert settled(page) == f"{DAYS} d"
    spans = page.locator("#spans button").all_inner_texts()
    assert spans == ["all", "1 day", "1 hour", "1 wake"]  # 30 days would be all of it
    page.get_by_role("button", name="1 day").click()
    assert settled(page) == "1 d"
    chart = page.locator("#chart")
    chart.focus()
    page.keyboard.press("+")
    assert settled(page) == "12 h"
    page.keyboard.press("-")
    assert settled(page) == "1 d"
    page.keyboard.press("0")
    assert settled(page) == f"{DAYS} d"
    box = chart.bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.wheel(0, -400)
    assert settled(page) == "1.46 d"  # 1.0018 to the 400th
    page.mouse.down()
    page.mouse.move(middle[0] + 100, middle[1])
    page.mouse.up()
    assert settled(page).endswith(" h")
    page.mouse.dblclick(*middle)
    assert settled(page) == f"{DAYS} d"
    page.get_by_role("button", name="1 wake").click()
    assert settled(page).endswith(" s")


def test_the_chart_draws_the_charge_of_the_run_and_of_a_wake(
    opened: Open, report: Path, told: Any
) -> None:
    page = opened(report)
    settled(page)
    mean, unit = stat(page, "chart-stats", "mean").split()
    assert (float(mean), unit) == (float(f"{told['average_current_ua']:.3g}"), "µA")
    assert stat(page, "chart-stats", "wakes") == str(told["wakes"])
    page.get_by_role("button", name="usual full join").click()
    wake = stat(page, "wake-stats", "charge")
    page.get_by_role("button", name="1 wake", exact=True).click()
    settled(page)
    assert stat(page, "chart-stats", "charge") == wake
    assert stat(page, "chart-stats", "peak") == stat(page, "wake-stats", "peak")


def test_a_wake_is_told_step_by_step_and_the_next_by_a_key(opened: Open, report: Path) -> None:
    page = opened(report)
    page.get_by_role("button", name="usual cached join").click()
    name = page.locator("#wake-name").inner_text()
    assert "cached join" in name
    page.locator("#wake-steps summary").click()
    states = page.locator("#steps tbody th").all_inner_texts()
    assert [states[0], states[-1][:2]] == ["boot", "tx"]
    assert page.locator("#lanes .part.on").count() > 0
    page.locator("#chart").focus()
    page.keyboard.press("[")
    assert page.locator("#wake-name").inner_text() != name
    page.keyboard.press("]")
    assert page.locator("#wake-name").inner_text() == name


def test_events_are_those_of_the_window_and_of_a_kind(opened: Open, report: Path) -> None:
    page = opened(report)
    page.locator("#kinds").select_option("cached join")
    rows = page.locator("#event-rows tbody tr")
    assert set(page.locator("#event-rows td:nth-child(3)").all_inner_texts()) == {"cached join"}
    assert any("report, " in row for row in rows.all_inner_texts())
    first = rows.first.inner_text()
    page.locator("#newer").click()
    assert rows.first.inner_text() != first
    rows.first.get_by_role("button").click()
    assert "cached join" in page.locator("#wake-name").inner_text()


def test_what_changed_adds_up(opened: Open, report: Path) -> None:
    page = opened(report)
    assert "node.task.climate.warmup_ms 15 → 2015" in page.locator("#headline").inner_text()
    cells = page.locator("#causes tbody tr td:nth-child(3)").all_inner_texts()
    *parts, whole = (float(cell.replace("−", "-").replace(",", "")) for cell in cells)
    assert sum(parts) == pytest.approx(whole, abs=0.05 * len(cells))
    assert whole > 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_a_page_is_accessible_and_fits_its_window(
    opened: Open, report: Path, scheme: Any, width: int
) -> None:
    page = opened(report, width, color_scheme=scheme)
    for box in page.locator("details").all():
        box.evaluate("box => box.open = true")
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = page.locator(".scroll:has(#causes)")  # which shows each column
    assert box.evaluate("box => box.scrollWidth <= box.clientWidth")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_theme_is_the_readers(opened: Open, report: Path) -> None:
    page = opened(report, color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.locator("#theme").click()
    assert page.locator("#theme").inner_text() == "theme: light"
    assert page.evaluate(ground) == "rgb(255, 255, 255)" != dark
    page.locator("#theme").click()
    assert page.evaluate(ground) == dark


def test_on_paper_all_is_open_and_light(opened: Open, report: Path) -> None:
    page = opened(report, color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open]):not(.long)").count() == 0
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
    assert page.pdf().startswith(b"%PDF")


def test_a_check_shows_each_of_its_scenarios(opened: Open, tmp_path: Path) -> None:
    how = ["--days", "0.5", "--seeds", "1", "--html", str(tmp_path / "page")]
    assert cli.run(["check", "garden", "door", *how]) == 0
    page = opened(tmp_path / "page" / "index.html")
    assert page.locator("#all-table tbody tr").count() == 2
    assert page.locator("#title").inner_text().startswith("Garden")
    page.locator("#all-table").get_by_role("button", name="door").click()
    assert page.locator("#title").inner_text().startswith("Front door")
    page.locator("#scenario").select_option("garden")
    assert page.locator("#title").inner_text().startswith("Garden")
    assert page.locator("#all-table [aria-current=true]").inner_text() == "garden"


def test_on_a_phone_a_budget_that_fails_stays_some_lines_high(opened: Open, tmp_path: Path) -> None:
    check = ["check", "garden", "--days", "0.5", "--seeds", "2", "--baseline"]
    check += [str(tmp_path / "power.toml")]
    assert cli.run([*check, "--update-baseline"]) == 0
    long = ["--set", "budget.battery_life_days.at_least=50000", "--html", str(tmp_path / "page")]
    assert cli.run([*check, *long]) == 1
    page = opened(tmp_path / "page" / "index.html", 390)
    box = page.locator("#budgets tbody tr").first.bounding_box()
    assert box is not None
    assert box["height"] < 60
