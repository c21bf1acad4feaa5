"""What torpor check writes for other programs: JUnit XML, annotations, Markdown, a badge."""

import re
from pathlib import Path
from xml.etree import ElementTree as Tree

import pytest

from host_sim.lab import standing
from host_sim.lab.check import Checked
from host_sim.lab.standing import Standing
from host_sim.spec.scenariofile import Budget
from tests.sim.test_standing import simulated
from torpor_tools.show import badge, github, junit, markdown

# The schema of Jenkins's xunit plugin, junit-10.xsd: of each element the attributes that it must
# have, those that it may have, and what may be in it.
SCHEMA: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {
            "group",
            "time",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
            "file",
            "log",
            "url",
        },
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": (
        {"name"},
        {"time", "classname", "group"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}
TEXT = {"failure", "system-out"}  # others hold elements alone
GARDEN = """\
title = "x"

[[budget]]
name = "battery_life_days"
at_least = 9_999_999

[[budget]] # against how it stood
name = "average_current_ua"
tolerance_percent = 1

[[budget]]
name = "peak_current_ma"
at_most = 1_000

[[budget]]
name = "joins_per_day"
at_most = {joins}
"""


def faults(element: Tree.Element) -> list[str]:
    """What of a document the schema does not allow."""
    if element.tag not in SCHEMA:
        return [f"no element {element.tag}"]
    must, may, within = SCHEMA[element.tag]
    have = set(element.attrib)
    found = [f"{element.tag} without {name}" for name in must - have]
    found += [f"{element.tag} has {name}" for name in have - must - may]
    found += [f"{element.tag} holds {child.tag}" for child in element if child.tag not in within]
    said = [element.text, *(child.tail for child in element)]
    if element.tag not in TEXT and any(text and text.strip() for text in said):
        found.append(f"{element.tag} holds text")
    return found + [fault for child in element for fault in faults(child)]


@pytest.fixture(scope="module")
def before() -> Standing:
    return standing.of([simulated(seed) for seed in (1, 2, 3)])


@pytest.fixture
def checked(before: Standing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Checked]:
    """Four budgets: over its limit, over its tolerance, held, too close to call."""
    monkeypatch.chdir(tmp_path)
    now = standing.of(
        [simulated(seed, "node.task.climate.warmup_ms=2_015") for seed in before.seeds]
    )
    joins = sum(now.figures["joins_per_day"]) / 3 + 0.01
    path = tmp_path / "a|b,1.toml"
    path.write_text(GARDEN.format(joins=joins))
    budgets = (
        Budget("battery_life_days", at_least=9_999_999),
        Budget("average_current_ua", tolerance_percent=1),
        Budget("peak_current_ma", at_most=1_000),
        Budget("joins_per_day", at_most=joins),
    )
    return [Checked(path.name, path, budgets, now, before)]


def test_junit_is_as_the_schema_has_it(checked: list[Checked]) -> None:
    text = junit.text(checked)
    root = Tree.fromstring(text.encode())
    assert faults(root) == []
    assert junit.made(text.encode())
    assert [(s.get("tests"), s.get("failures")) for s in (root, root[0])] == [("4", "2")] * 2
    cases = {case.get("name"): [child.tag for child in case] for case in root.iter("testcase")}
    assert cases == {
        "battery_life_days": ["failure"],
        "average_current_ua": ["failure"],
        "peak_current_ma": [],
        "joins_per_day": ["system-out"],
    }
    failure = next(root.iter("failure"))
    assert failure.get("message") == "its limit is 9,999,999"
    assert failure.text
    assert "climate sleep, scheduled (0.015 s → 2.02 s each)" in failure.text


def test_the_schema_refuses_what_it_must() -> None:
    for text in (
        "<testsuite/>",
        "<a/>",
        '<testcase name="x" x="1"/>',
        "<properties>x</properties>",
    ):
        assert faults(Tree.fromstring(text))


def test_junit_holds_no_sign_that_xml_has_not(checked: list[Checked]) -> None:
    (one,) = checked
    odd = Checked("a\x07\ud800.toml", one.path, one.budgets, one.now, None)
    assert Tree.fromstring(junit.text([odd]).encode())[0].get("name") == "a??.toml"


def test_annotations_stand_on_the_lines_of_their_budgets(checked: list[Checked]) -> None:
    lines = list(github.annotations(checked))
    found = [re.match(r"::(\w+) file=([^,]*),line=(\d+),title=(\w+)::(.*)", line) for line in lines]
    assert [one.groups()[:4] for one in found if one] == [
        ("error", "a|b%2C1.toml", "3", "battery_life_days"),
        ("error", "a|b%2C1.toml", "7", "average_current_ua"),
        ("warning", "a|b%2C1.toml", "15", "joins_per_day"),
    ]
    assert "%0A+3." in lines[1]
    assert " %25 worse, 1 %25 are tolerated" in lines[1]
    assert not any("\n" in line for line in lines)


def test_markdown_is_a_table_whose_cells_are_whole(checked: list[Checked]) -> None:
    text = markdown.text(checked)
    assert "### Power budgets: 2 of 4 fail" in text
    rows = [line for line in text.splitlines() if line.startswith("| a\\|b,1.toml |")]
    assert [row.rpartition("| ")[2].removesuffix(" |") for row in rows] == [
        "❌ FAIL",
        "❌ FAIL",
        "✅ pass",
        "⚠️ too close to call",
    ]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {9}
    assert "climate sleep, scheduled (0.015 s → 2.02 s each)" in text


def test_a_badge_is_an_svg_that_says_it(checked: list[Checked]) -> None:
    (one,) = checked
    held = Checked(one.name, one.path, one.budgets[2:3], one.now, None)
    left = Checked(one.name, one.path, one.budgets[3:], one.now, None)
    life = sum(one.now.figures["battery_life_days"]) / 3
    for some, said, colour in (
        (checked, "power budgets: 2 of 4 fail", badge.RED),
        ([held], f"battery life: {life:,.0f} days", badge.GREEN),
        ([held, held], "power budgets: all 2 hold", badge.GREEN),
        ([held, left], "power budgets: 1 of 2 too close to call", badge.GREEN),
    ):
        text = badge.text(some)
        root = Tree.fromstring(text)
        assert root[0].text == said
        assert colour in text
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
