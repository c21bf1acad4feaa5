"""Figures in the text of a page are those of a run, and those of the other pages."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from host_sim.engine import native
from host_sim.hardware import board
from host_sim.hardware.start import MONITOR
from host_sim.hardware.states import CPU
from host_sim.lab import bound, decisions, interval
from host_sim.sim import engines, run
from host_sim.sim.result import Result
from host_sim.spec import figures, scenario
from host_sim.spec.scenario import Scenario
from host_sim.world import loudness, sound
from tests.answered import answered
from tests.bench import goals
from tests.docs import pages
from torpor.policy.loudness import BLOCK, REMEMBERED
from torpor_tools import cli

Capture = pytest.CaptureFixture[str]
GATEWAY = ("node.link=espnow",)
ULP = ("node.task.climate.ulp=true", "node.task.light.ulp=true")
WAYS = {
    "the garden as it is": (),
    "its library frozen": ("node.image=frozen",),
    "read by the ULP": ULP,
    "by ESP-NOW": GATEWAY,
    "both of these": (*ULP, *GATEWAY),
}
MAIN = "README.md"
README = pages.path_of(MAIN).read_text()
OWN, LOW = "lolin32_lite", ("firebeetle_esp32", "esp32c5", "xiao_esp32s3")  # boards
number = goals.number


def text(page: str) -> str:
    """A page, each run of blanks and line ends as one blank."""
    return " ".join(pages.path_of(page).read_text().split())


def told(given: Scenario, by_practice: bool = False) -> dict[str, Any]:
    """The figures of a run."""
    return figures.of(ran(*decisions.practice(given)) if by_practice else ran(given))


def ran(given: Scenario, device: dict[str, Any] | None = None) -> Result:
    """By the compiled engine where that is ready."""
    return run.run(given, device=device, engine=engines.fastest())


def mean_ua(name: str, *keys: str, by_practice: bool = False) -> float:
    given = scenario.load("garden", (f"board={name}", *keys))
    return float(told(given, by_practice)["average_current_ua"])


@pytest.mark.parametrize("way", WAYS)
def test_the_readme_tells_what_a_wire_or_a_second_board_brings(way: str) -> None:
    row = re.search(rf"^\| {way}.* \| (\d+) \| (\d+) \|$", README, re.MULTILINE)
    assert row
    ours = told(scenario.load("garden", WAYS[way]))
    ua, days = ours["average_current_ua"], ours["battery_life_days"]
    assert [int(cell) for cell in row.groups()] == [round(ua), round(days)]


def table(page: str) -> list[tuple[str, list[float]]]:
    """Boards and their mean currents."""
    row = re.compile(r"^\| `(\w+)`, [\d,]+ µA[^|]*\| ([\d |.]+) \|$", re.MULTILINE)
    found = row.findall(pages.path_of(page).read_text())
    return [(name, [float(cell) for cell in cells.split("|")]) for name, cells in found]


@pytest.mark.parametrize(("name", "cells"), table("docs/gateway.md"))
def test_what_a_gateway_saves_is_of_this_tree(name: str, cells: list[float]) -> None:
    assert [
        f"{mean_ua(name, *keys, by_practice=by_practice):.1f}"
        for keys in ((), GATEWAY)
        for by_practice in (True, False)
    ] == [f"{cell:.1f}" for cell in cells]


@pytest.mark.parametrize(("name", "cells"), table("docs/monitor.md"))
def test_what_the_ulp_saves_is_of_this_tree(name: str, cells: list[float]) -> None:
    assert [
        f"{ua:.1f}"
        for keys in ((), GATEWAY)
        for ua in (
            mean_ua(name, *keys, by_practice=True),
            mean_ua(name, *keys),
            mean_ua(name, *keys, *ULP),
        )
    ] == [f"{cell:.1f}" for cell in cells]


def shares() -> dict[str, list[str]]:
    """What the README says of each way, on its own board and on those that sleep at little."""
    row = re.compile(r"^\| ((?:garden|door|plug)[^|]*) \|([^|]*)\|([^|]*)\|$", re.MULTILINE)
    return {what: [cell.strip() for cell in cells] for what, *cells in row.findall(README)}


def less(pairs: list[tuple[float, float]]) -> str:
    """By how many percent each first is less than its second, from the least to the most."""
    whole = sorted(round(100 * (1 - ours / practice)) for ours, practice in pairs)
    return " to ".join(f"−{one}" for one in dict.fromkeys((whole[0], whole[-1]))) + " %"


def test_the_readmes_shares_are_those_of_these_tables() -> None:
    by_gateway, by_ulp = dict(table("docs/gateway.md")), dict(table("docs/monitor.md"))
    assert len(by_gateway) == len(by_ulp) == len(doors()) == 4
    ways = {
        "garden": (by_gateway, 1),
        "garden, read by the ULP (two of the three have one)": (by_ulp, 2),
        "garden, by a gateway": (by_gateway, 3),
        "garden, both of these": (by_ulp, 5),
        "door": (doors(), 1),
        "door, by a gateway": (doors(), 4),
    }
    for what, (rows, at) in ways.items():
        own = [(rows[OWN][at], rows[OWN][0])]
        low = [(row[at], row[0]) for name, row in rows.items() if name in LOW]
        assert [less(own), less(low)] == shares()[what]
    assert len(shares()) == len(ways) + 1
    gateways = by_gateway[OWN][2]
    ours, both = ((by[OWN][at], gateways) for by, at in ((by_gateway, 3), (by_ulp, 5)))
    assert f"the garden is {less([ours])} on its board, and {less([both])} read by" in text(MAIN)
    door, door_by_practice = doors()[OWN][4], doors()[OWN][3]
    assert f"level with it ({100 * (door / door_by_practice - 1):+.1f} %)" in text(MAIN)


@pytest.mark.parametrize("name", ["door", "plug"])
def test_the_readme_tells_of_door_and_plug_what_a_run_does(name: str) -> None:
    given = scenario.load(name)
    ours, practice = (told(given, by)["average_current_ua"] for by in (False, True))
    cell = re.fullmatch(r"−([\d.]+) %", shares()[name][0])
    assert cell
    places = len(cell[1].partition(".")[2])
    assert cell[1] == f"{100 * (1 - ours / practice):.{places}f}"


def doors() -> dict[str, list[float]]:
    """Boards, and a door's mean currents on them."""
    row = re.compile(r"^\| `(\w+)` \| ([\d |.]+) \|$", re.MULTILINE)
    found = row.findall(pages.path_of("docs/gateway.md").read_text())
    return {name: [float(cell) for cell in cells.split("|")] for name, cells in found}


@pytest.mark.parametrize("name", doors())
def test_a_door_by_a_gateway_is_as_its_page_says(name: str) -> None:
    ways = [scenario.load("door", (f"board={name}", *keys)) for keys in ((), GATEWAY)]
    ua = [told(way, by)["average_current_ua"] for way in ways for by in (True, False)]
    ua.insert(2, bound.of(ways[0]).average_current_ua)
    assert [f"{one:.1f}" for one in ua] == [f"{cell:.1f}" for cell in doors()[name]]


def test_no_door_could_draw_as_much_less_as_the_readme_says() -> None:
    bounds = {name: 100 * (1 - row[2] / row[0]) for name, row in doors().items()}
    said = r"no door could draw (\d+) % less than good practice, and none on its own board (\d+) %"
    ((any_pct, own_pct),) = re.findall(said, text(MAIN))
    assert int(any_pct) - 1 < max(bounds.values()) < int(any_pct)
    assert int(own_pct) - 1 < bounds[OWN] < int(own_pct)


def test_the_readme_tells_of_the_word_detector_what_a_run_and_its_study_do(capsys: Capture) -> None:
    ua = answered(capsys, "sim", "sound")["average_current_ua"]
    said = text(MAIN)
    assert f"word detector draws {ua:.0f} µA with every word told, in the two weeks" in said
    chapter = pages.path_of("docs/policies.md").read_text().split("\n## ")[1]
    cells = [[cell.strip() for cell in line.split("|")] for line in chapter.splitlines()]
    rows = {row[1]: row for row in cells if len(row) > 3}
    recall = rows[""].index("recall")
    ua_of_two_days = rows["two days of the scenario sound under 300 µA, all words told"][2].split(
        ","
    )[0]
    (saved,) = re.findall(r"saved against practice: ([\d.]+) %", chapter)
    assert f"whose {ua_of_two_days} are of the first two days" in said
    assert f"it tells {float(rows['Torpor'][recall]):.0f} % of the words" in said
    assert f"light sleep ({float(rows['ULP, light sleep, two stages'][recall]):.0f} %)" in said
    assert f"takes {float(saved):.0f} % less than the best fixed detector" in said
    assert f"looks back as well ({float(rows['a first mark of 900'][recall]):.0f} %)" in said


def test_what_each_stage_of_the_detector_takes_is_as_told() -> None:
    given = scenario.load("sound")
    result = ran(given)
    us, na = loudness.price(given.board.file.chip)
    uc, rest = us * na / 1e9, (REMEMBERED - 1) * BLOCK
    start = next(line for line in result.ledger.by_state() if line.name == "boot")
    start_ms, start_mc = (one / start.times for one in (start.duration_us / 1e3, start.charge_mc))
    judged_us = sum(sound.JUDGE_US)
    tells = next(line for line in result.ledger.by_task() if line.name == "report")
    rows = (
        f"| {us / 1e3:.1f} ms, {uc:.1f} µC |",
        f"is the block of 40 ms as loud? | {(BLOCK - 1) * uc:.0f} µC |",
        f"a second in all: is a third of them quiet? | {rest * uc:.0f} µC |",
        f"| from deep sleep, as files | {start_ms:.0f} ms, {start_mc:.1f} mC |",
        f"{judged_us / 1e3:.0f} ms, {judged_us * given.board.current_na[CPU] / 1e12:.2f} mC |",
        f"| joins and sends | {tells.charge_mc / result.counters['delivered']:.0f} mC |",
    )
    page = text("docs/cascade.md").replace("42,220 cycles: ", "")
    assert [row for row in rows if row not in page] == []


def test_the_readme_has_the_interval_of_its_page() -> None:
    (bounds,) = re.findall(r"garden: (\d+ days), ([\d,]+ … [\d,]+)\)", text(MAIN))
    line = f"battery life {bounds[0]} ({bounds[1]}, 80 %) on 3,000 mAh li-ion"
    assert line in text("docs/interval.md")


@pytest.mark.slow
def test_the_readme_tells_how_far_seeds_lie_apart() -> None:
    lives = [
        float(told(scenario.load("garden", (f"seed={seed}",)))["battery_life_days"])
        for seed in range(1, 21)
    ]
    assert f"twenty seeds last {min(lives):.0f} to {max(lives):.0f} days" in text(MAIN)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lolin32_lite", "measured.toml"])
def test_few_draws_are_as_far_off_as_said(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "may lie up to 6 % elsewhere" in text("docs/interval.md")
    monkeypatch.chdir(tmp_path)
    for file, content in pages.files("docs/interval.md").items():
        Path(file).write_text(content)
    given = scenario.load("garden", (f"board={name}",))
    many, few = (
        interval.of(given, engine=native.Life, draws=draws).bounds
        for draws in (interval.DRAWS, interval.FEW_DRAWS)
    )
    for figure in ("average_current_ua", "battery_life_days"):
        assert few[figure] == pytest.approx(many[figure], rel=0.06)


def test_the_measured_boards_bounds_are_as_far_apart_as_said() -> None:
    lives = re.findall(r"battery life \d+ days \((\d+) … ([\d,]+), 80 %", text("docs/interval.md"))
    apart = [number(high) - number(low) for low, high in lives]
    said = f"its bounds are {apart[1]:.0f} days apart and not {apart[0]:.0f}"
    assert said in text("docs/interval.md")


SPREAD = re.compile(r"^\| ([\d,]+)(?: \(the default\))? \| ([\d.]+ \|.* %) \|$", re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spread_s", "cells"), SPREAD.findall(pages.path_of("docs/home.md").read_text())
)
def test_a_day_of_a_thousand_nodes_is_as_told(spread_s: str, cells: str, capsys: Capture) -> None:
    spread = f'nodes.bed.set=["node.report.spread_s={number(spread_s):.0f}"]'
    cli.run(["sim", "thousand", "--days", "1", "--set", spread, "--json"])  # a budget may fail
    home = json.loads(capsys.readouterr().out)
    each = home["nodes"]
    means = [one["average_current_ua"] for one in each]
    joins, failed = (sum(one[name] for one in each) for name in ("joins", "joins_failed"))
    delivered = sum(one["delivered_percent"] for one in each) / len(each)
    came_to = f"{sum(means) / len(means):.1f} | {max(means):.1f} | {failed:,} of {joins:,}"
    assert f"{came_to} | {home['frames_waited']:,} | {delivered:.1f} %" == cells


def test_the_year_by_hand_has_its_currents() -> None:
    page = pages.path_of("docs/model.md").read_text()
    row = r"^\| (\w+) \|.*\| ([\d,.]+) s \| ([\d.]+) mA \| ([\d,.]+) mC \|$"
    found = re.findall(row, page, re.MULTILINE)
    assert len(found) > 10
    for name, seconds, ma, mc in found:
        assert number(seconds) * number(ma) == pytest.approx(number(mc), rel=1e-3), name


def test_what_a_node_loads_whose_ulp_reads_is_as_counted() -> None:
    (loads,) = (
        stage
        for stage in board.load("lolin32_lite").starting("files", monitors=True).stages
        if stage.name == MONITOR
    )
    said = f"{loads.us / 1000:.0f} ms and {loads.us * loads.na / 1e12:.1f} mC on a `lolin32_lite`"
    for page in ("docs/start.md", "docs/monitor.md"):
        assert said in text(page)


def test_a_goal_that_was_missed_is_marked() -> None:
    page = pages.path_of("docs/performance.md").read_text()
    rows = re.findall(r"^\| (.*) \| (.*) \| (.*) \| (.*)\|$", page, re.MULTILINE)[1:]
    marked = [tuple(cell.strip() for cell in row) for row in rows]
    speed = [(what, measured, goal) for what, measured, goal, _ in marked]
    assert goals.judged(speed) == marked
    assert goals.reasons(speed) in page


@pytest.mark.parametrize(
    ("measured", "goal", "verdict"),
    [
        ("1.40", "at most 1.4", goals.HELD),
        ("1.41", "at most 1.4", goals.MISSED),
        ("4.0", "at least 4", goals.HELD),
        ("3.9", "at least 4", goals.MISSED),
        ("1.00 s", "under 1 s", goals.MISSED),
        ("4,102 million samples/s, 0.79 of a sum", "at least 0.8 of a sum", goals.MISSED),
        ("28,554 node-days/s", "at least 10,000 node-days/s", goals.HELD),
        ("0.95", "the limit", ""),
    ],
)
def test_a_goal_is_met_at_its_limit(measured: str, goal: str, verdict: str) -> None:
    assert goals.verdict(measured, goal) == verdict
