"""Figures: one table, from which budgets, JSON and pages have them; each by hand."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from host_sim.engine import alarm, parts
from host_sim.engine.ledger import CELLS, Ledger
from host_sim.errors import BadInput
from host_sim.hardware import states
from host_sim.sim import run
from host_sim.sim.replayed import Replayed
from host_sim.sim.result import Result
from host_sim.spec import figures, scenario
from host_sim.spec.figures import FIGURES
from torpor import record, retain

PAGE = Path(__file__).parents[2] / "docs" / "model.md"
SLEEP, TX = states.DEEP_SLEEP, states.TX


def told(late: dict[float, int] | None = None, /, **changes: int) -> Result:
    """Two days: asleep at 10 µA, and a second of scan at 0.1 A."""
    us, times, extra = [0] * CELLS, [0] * CELLS, [0] * CELLS
    us[SLEEP], us[states.SCAN] = 2 * 86_400_000_000 - 1_000_000, 1_000_000
    times[SLEEP] = times[states.SCAN] = 1
    na = [0] * states.STATES
    na[SLEEP], na[states.SCAN] = 10_000, 100_000_000
    count = [0] * parts.COUNTERS
    for name, value in {"SENDS": 8, "SENDS_ACKED": 4, "READINGS": 30, **changes}.items():
        if name.isupper():
            count[getattr(parts, name)] = value
    known: Any = dict.fromkeys(("false_wakes", "words", "caught", "dropped", "overdue", "edges"), 0)
    known |= {name: value for name, value in changes.items() if name.islower()}
    known["late"] = [0] * alarm.HISTOGRAM
    for seconds, alarms in (late or {}).items():
        known["late"][alarm.cell_of(round(seconds * 1000))] += alarms
    return Result(
        scenario=scenario.load("garden"),
        simulated_us=sum(us),
        ledger=Ledger(us, na, [], extra, times),
        count=count,
        **known,
    )


CHARGE_MC = 10e-3 * (2 * 86_400 - 1) + 100.0


@pytest.mark.parametrize(
    ("name", "changes", "value"),
    [
        ("average_current_ua", {}, CHARGE_MC * 1000 / 172_800),
        ("charge_mc_per_day", {}, CHARGE_MC / 2),
        ("wakes_per_day", {"WAKES": 3}, 1.5),
        ("joins_per_day", {"JOINS": 5, "JOINS_FAILED": 1}, 2.5),
        ("messages_per_day", {}, 4),
        ("delivered_percent", {}, 100),
        ("delivered_percent", {"dropped": 10}, 75),
        ("delivered_percent", {"dropped": 10, "overdue": 20}, 50),
        ("delivered_percent", {"READINGS": 0, "overdue": 1}, 0),
        ("delivered_percent", {"READINGS": 0}, 100),
        ("joins_failed_per_day", {"JOINS_FAILED": 3}, 1.5),
        ("lost_per_day", {"dropped": 10, "overdue": 5}, 7.5),
        ("missed_per_day", {"words": 4, "caught": 1}, 1.5),
        ("charge_mc_per_wake", {"WAKES": 5}, CHARGE_MC / 5),
        ("charge_mc_per_wake", {}, None),
        ("caught_percent", {"words": 4, "caught": 3}, 75),
        ("caught_percent", {}, 100),
        ("false_wakes_per_day", {"false_wakes": 3}, 1.5),
        ("radio_on_s_per_day", {}, 0.5),
        ("charge_mc_per_message", {}, CHARGE_MC / 4),
        ("flash_writes_per_year", {"FLASH_WRITES": 3}, 3),
        ("charge_mc_per_message", {"SENDS_ACKED": 0}, None),
        ("peak_current_ma", {}, 100),
        ("off_h_per_day", {"OFF_US": 5 * 3_600_000_000}, 2.5),
        ("harvested_mc_per_day", {"GAINED": 10**9}, 0.512),
    ],
)
def test_a_figure_by_hand(name: str, changes: dict[str, int], value: float | None) -> None:
    assert told(**changes).figure(name) == (value if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    ("late", "edges", "p95_s", "missed"),
    [
        ({}, 0, None, 0),
        ({}, 3, None, 1.5),
        ({0.02: 1}, 1, 0.02, 0),
        ({0.02: 19, 5.0: 1}, 24, 0.02, 2),
        ({0.02: 18, 5.0: 2}, 20, 5.0, 0),
        ({3600.0: 100}, 100, 3600.0, 0),
    ],
)
def test_how_late_alarms_come(
    late: dict[float, int], edges: int, p95_s: float | None, missed: float
) -> None:
    """A cell's end is at most a sixteenth above what is in it."""
    result = told(late, edges=edges)
    assert result.figure("missed_per_day") == missed
    value = result.figure("alarm_p95_s")
    assert value == p95_s or (p95_s and value and p95_s <= value <= p95_s * 17 / 16)


def test_flash_is_written_by_the_year_only_where_more_than_one_was_lived() -> None:
    two_years = replace(told(FLASH_WRITES=3), simulated_us=730 * 86_400_000_000)
    assert two_years.figure("flash_writes_per_year") == 1.5
    lived = run.run(scenario.load("garden", ("days=3",)))
    assert lived.count[parts.JOINS] > 1
    assert lived.figure("flash_writes_per_year") == 1


def test_a_figure_by_task_is_of_its_books_alone() -> None:
    result = told()
    result.ledger.task_names[:] = ["climate"]  # what told() books to is the first task's
    for name, value in (("charge_mc_per_day", CHARGE_MC / 2), ("radio_on_s_per_day", 0.5)):
        assert result.figure(name, "climate") == pytest.approx(value)
        assert result.figure(name, "node") == 0


def test_what_is_retained_fits_the_chip_and_is_what_is_packed() -> None:
    packed = len(retain.pack([1] * record.SIZE, 7))
    value = told().figure("retained_bytes")
    assert value
    assert packed + 60 < value < packed + 160  # a scenario has neither drivers nor pins
    assert packed <= retain.MAX_BYTES


@pytest.mark.parametrize("task", ["climate", "report", "node"])
def test_a_budget_of_a_task_is_judged_by_its_charge(task: str) -> None:
    changes = (f'budget=[{{name="charge_mc_per_day", task="{task}", at_most=1}}]', "days=1")
    result = run.run(scenario.load("garden", changes))
    (judged,) = result.budgets()
    charge_mc = next(line.charge_mc for line in result.ledger.by_task() if line.name == task)
    assert judged["name"] == f"charge_mc_per_day.{task}"
    assert judged["value"] == pytest.approx(charge_mc / result.days)
    assert not judged["ok"]


def test_a_tolerance_alone_is_for_torpor_check() -> None:
    budget = 'budget=[{name="wakes_per_day", tolerance_percent=1}]'
    result = run.run(scenario.load("garden", ("days=0.1", budget)))
    assert result.budgets() == []
    assert result.ok


def test_the_radio_is_on_from_the_scan_on() -> None:
    result = told()
    for state in range(states.STATES):
        result.ledger.us[state] = 2_000_000
    expected = 2 * (states.STATES - states.SCAN) / result.days
    assert result.figure("radio_on_s_per_day") == pytest.approx(expected)
    assert figures.RADIO_ON[:5] == ("scan", "associate", "address", "connect", "listen")


def test_the_peak_is_what_was_drawn_where_that_is_more() -> None:
    result = told()
    rows = [(1, 90_000_000), (1, 200_000_000), (1, 300_000_000)]
    result.replayed.append(Replayed("boot", rows, [5, 1, 0], []))
    assert result.figure("peak_current_ma") == 200
    result.ledger.extra[states.SCAN] = 300_000_000 * 1_000_000 >> 10  # 0.3 A on top
    assert result.figure("peak_current_ma") == pytest.approx(400)


def test_the_peak_of_a_run_is_its_strongest_burst() -> None:
    result = run.run(scenario.load("garden", ("days=1",)))
    burst_ma = result.scenario.board.current_na[TX + 10] / 1e6
    assert any(line.name == "tx_20" for line in result.ledger.by_state())
    assert result.figure("peak_current_ma") == burst_ma


@pytest.mark.parametrize(
    ("days", "outage", "low", "high"),
    [
        (30, "{start_h=1, hours=1000}", 0, 2),  # to the end: the messages before it arrived
        (30, "{start_h=240, hours=96}", 90, 99),
        (30, "{start_h=240, hours=10}", 99.4, 99.9),
        (30, "{start_h=400, hours=1}", 100, 100),  # an evening: all of it fits the queue
    ],
)
def test_an_outage_costs_the_readings_that_the_queue_could_not_keep(
    days: int, outage: str, low: float, high: float
) -> None:
    given = scenario.load("garden", (f"days={days}", f"world.wifi.outage=[{outage}]"))
    result = run.run(given)
    value = result.figure("delivered_percent")
    assert value is not None
    assert low <= value <= high
    assert (result.dropped > 0) == (high < 100)
    assert result.budgets()[1]["ok"] == (value >= 99)


@pytest.mark.parametrize("name", scenario.names())
def test_json_and_budgets_have_every_figure(name: str) -> None:
    file = scenario.load(name).file
    some = [figure for figure in FIGURES.values() if figure.fits(file)]
    rows = ", ".join(f'{{name="{one.name}", {one.better}=1}}' for one in some)
    result = run.run(scenario.load(name, ("days=1", f"budget=[{rows}]")))
    told = result.as_json()
    assert {one.name: told[one.name] for one in FIGURES.values()} == figures.of(result)
    assert [row["value"] for row in told["budgets"]] == [result.figure(one.name) for one in some]


@pytest.mark.parametrize("figure", [one for one in FIGURES.values() if one.needs])
def test_a_figure_without_what_it_needs_is_refused(figure: figures.Figure) -> None:
    name = next(n for n in scenario.names() if not figure.fits(scenario.load(n).file))
    table = figure.needs.rpartition(".")[2]
    with pytest.raises(BadInput, match=rf"no {table}; add \[{figure.needs}\]$"):
        scenario.load(name, (f'budget=[{{name="{figure.name}", at_most=1}}]',))


@pytest.mark.parametrize("bound", ["at_most", "at_least"])
def test_a_budget_on_what_there_is_none_of_does_not_hold(bound: str) -> None:
    budget = f'budget=[{{name="charge_mc_per_message", {bound}=0}}]'
    result = run.run(scenario.load("garden", ("days=0.001", budget)))
    (judged,) = result.budgets()
    assert (judged["value"], judged["ok"], result.ok) == (None, False, False)


def test_the_page_lists_them() -> None:
    rows = {
        f"| `{one.name}` | {one.unit} | {one.better} | {one.title} |" for one in FIGURES.values()
    }
    assert rows <= set(PAGE.read_text().splitlines())
