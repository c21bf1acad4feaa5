"""The interval of a life: the same world for every draw, shares that add up, and what it covers."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from host_sim.engine import native, plain
from host_sim.hardware import uncertain
from host_sim.hardware.uncertain import SHARE, Z
from host_sim.lab import draw, interval
from host_sim.lab.budget import FAIL, OPEN, PASS
from host_sim.lab.interval import Interval
from host_sim.sim import build, run
from host_sim.spec import figures, scenario
from host_sim.spec.scenario import Scenario
from tests.refused import refused
from torpor_tools import cli

Capture = pytest.CaptureFixture[str]


@cache
def of(name: str, *changes: str) -> Interval:
    return interval.of(scenario.load(name, changes), engine=native.Life)


def lived(given: Scenario, others: list[Scenario]) -> dict[str, list[float | None]]:
    return interval.lives(given, others, None, native.Life, lambda done: None)


@pytest.mark.parametrize("engine", [plain.Life, native.Life])
@pytest.mark.parametrize("name", scenario.names())
def test_a_world_is_lived_in_again(name: str, engine: type[plain.Life]) -> None:
    """By another board in between, whose life leaves no trace."""
    given = scenario.load(name, ("days=0.1",))
    some = draw.quantities(given)
    other = draw.drawn(given, some, [1.0] * len(some))
    device = given.device()
    world = build.parts(given, arrays=engine.arrays)

    def books(one: Scenario) -> tuple[list[int], ...]:
        life = engine(build.again(world, one), device)
        life.live(build.end_us(one))
        parts = life.parts
        return tuple([int(x) for x in cells] for cells in (parts.us, parts.times, parts.count))

    first, between, again = books(given), books(other), books(given)
    told = run.run(given, engine=engine)
    assert first == again == (told.ledger.us, told.ledger.times, told.count)
    assert between != first


def test_draws_are_normal_uncorrelated_and_of_the_seed() -> None:
    z = interval.latin(200, 30, 1)
    assert np.corrcoef(z.T) == pytest.approx(np.eye(30), abs=0.02)
    for column in z.T:
        assert sorted(column) == pytest.approx(sorted(-column))
        assert np.quantile(column, [0.1, 0.9]) == pytest.approx([-Z, Z], abs=0.02)
    assert (interval.latin(200, 30, 1) == z).all()
    assert (interval.latin(200, 30, 2) != z).any()


def test_shares_are_those_of_the_variance() -> None:
    z = interval.latin(200, 3, 1)
    life = np.exp(7 + 0.2 * z[:, 0] - 0.1 * z[:, 2])
    assert interval.shares(z, life.tolist()) == pytest.approx([0.8, 0, 0.2], abs=0.02)
    assert interval.shares(z, [5.0] * 200) == [0, 0, 0]


def test_bounds_hold_the_middle() -> None:
    assert interval.bounds([float(x) for x in range(101)]) == pytest.approx((10, 90))
    assert interval.bounds([1.0, None]) is None


@pytest.mark.parametrize(
    ("bound", "limit", "value", "verdict"),
    [
        ("at_least", 99, 110, PASS),
        ("at_least", 100, 110, PASS),
        ("at_least", 101, 110, OPEN),
        ("at_least", 120, 110, FAIL),
        ("at_least", 121, 110, FAIL),
        ("at_least", 121, 125, OPEN),  # the board's own value lies outside
        ("at_most", 99, 110, FAIL),
        ("at_most", 100, 110, FAIL),
        ("at_most", 109, 110, FAIL),
        ("at_most", 119, 110, OPEN),
        ("at_most", 120, 110, PASS),
    ],
)
def test_a_limit_within_the_interval_is_too_close(
    bound: str, limit: float, value: float, verdict: str
) -> None:
    ok = value >= limit if bound == "at_least" else value <= limit
    budget = {"name": "battery_life_days", "value": value, "limit": limit, "ok": ok}
    one = Interval(2, "battery_life_days", {"battery_life_days": (100, 120)}, [])
    assert one._judged(budget)["verdict"] == verdict
    bare = Interval(2, "battery_life_days", {"battery_life_days": None}, [])
    assert bare._judged(budget)["verdict"] == (PASS if ok else FAIL)


def test_where_one_number_is_all_the_interval_is_its_own() -> None:
    """A plug is asleep at its modem's current, here as it was recorded."""
    changes = ("days=0.2", "board=heltec_wifi_lora_32")
    given = scenario.load("plug", changes)
    told = of("plug", *changes)
    off = 1 + uncertain.percent(given.board.file.states["modem_sleep"]) / 100
    nominal = run.run(given).ledger.average_current_ua
    bounds = told.bounds["average_current_ua"]
    assert bounds == pytest.approx((nominal / off, nominal * off), rel=0.02)
    (widest, share), *_ = told.shares
    assert (told.of, widest.name) == ("average_current_ua", "states.modem_sleep")
    assert share > 0.97


def test_shares_of_a_life_add_up_to_about_one() -> None:
    told = of("garden", "days=5")
    assert told.of == "battery_life_days"
    assert told.rest == pytest.approx(0.05, abs=0.06)
    assert [share for _, share in told.shares] == sorted((s for _, s in told.shares), reverse=True)
    assert {name for name, bounds in told.bounds.items() if bounds} <= set(figures.NAMES)


def test_a_board_drawn_from_what_is_known_lies_within_in_eight_of_ten() -> None:
    """By draws that have nothing of the interval's own."""
    given = scenario.load("garden", ("days=5",))
    some = draw.quantities(given)
    z = np.random.default_rng(77).standard_normal((200, len(some)))
    lives = lived(given, [draw.drawn(given, some, row) for row in z])["battery_life_days"]
    bounds = of("garden", "days=5").bounds["battery_life_days"]
    assert bounds
    within = sum(bounds[0] <= life <= bounds[1] for life in lives if life) / len(lives)
    assert within == pytest.approx(SHARE, abs=3 * (SHARE * (1 - SHARE) / len(lives)) ** 0.5)


@pytest.mark.slow  # sixty intervals
def test_a_file_that_is_off_holds_what_is_true_in_some_nine_of_ten() -> None:
    """Of the cell and the sleep, which are most: an error of theirs is one of its own scale."""
    truth = scenario.load("garden", ("days=5",))
    (life,) = lived(truth, [truth])["battery_life_days"]
    assert life
    some = draw.quantities(truth)
    told = [
        interval.of(draw.drawn(truth, some, row), engine=native.Life, draws=60)
        for row in interval.latin(60, len(some), 78)
    ]
    bounds = [one.bounds["battery_life_days"] or (0.0, 0.0) for one in told]
    longer = sum(high < life for _, high in bounds)
    shorter = sum(low > life for low, _ in bounds)
    assert 0.8 <= 1 - (longer + shorter) / 60 <= 0.98
    assert shorter <= longer


def test_a_number_that_was_measured_widens_less(tmp_path: Any) -> None:
    given = scenario.load("garden", ("days=5",))
    path = tmp_path / "board.toml"
    text = given.board.path.read_text()
    mark = 'source = "kreier/ESP32 README, LoLin32 Lite on LiPo, deep sleep: 0.063 mA"\n'
    assert mark in text
    path.write_text(text.replace(mark, f"{mark}error_percent = 300\n"))
    before, after = (
        {one.name: share for one, share in told.shares}["states.deep_sleep"]
        for told in (of("garden", "days=5"), of("garden", "days=5", f"board={path}"))
    )
    assert before < 0.25 < 0.4 < after


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interval, "DRAWS", 45)


def as_json(capsys: Capture, *args: str, status: int = 0) -> Any:
    assert cli.run(["sim", *args, "--interval", "--json"]) == status
    printed = capsys.readouterr()
    assert printed.err == ""
    return json.loads(printed.out)


@pytest.mark.usefixtures("few")
def test_a_program_is_told_and_again_the_same(capsys: Capture) -> None:
    told = as_json(capsys, "garden", "--days", "2")
    assert as_json(capsys, "garden", "--days", "2")["interval"] == told["interval"]
    assert told["interval"]["draws"] == interval.DRAWS
    low, high = told["interval"]["figures"]["battery_life_days"]
    assert low < told["battery_life_days"] < high
    assert {"name", "share", "error", "unit", "tag", "source", "measure"} == set(
        told["interval"]["widened_by"][0]
    )
    assert [row["verdict"] for row in told["budgets"]] == [PASS, PASS]


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("args", [[], ["--baseline"]])
def test_a_reader_is_told(args: list[str], capsys: Capture) -> None:
    """And the exit status is the value's, as without."""
    args = ["sim", "garden", "--days", "2", *args]
    assert cli.run([*args, "--json"]) in (0, 1)
    life = json.loads(capsys.readouterr().out)["battery_life_days"]
    for limit, status, word in ((life - 1, 0, OPEN), (life + 1, 1, FAIL)):
        budget = f'budget=[{{name="battery_life_days", at_least={limit}}}]'
        assert cli.run([*args, "--interval", "--set", budget]) == status
        out = " ".join(capsys.readouterr().out.split())
        assert f"{word} extrapolated" in out
        assert f"battery life {life:,.0f} days (" in out
        assert ", 80 %) on 3,000 mAh li-ion" in out
        assert "what widens the life share 80 % tag how to measure it" in out


@pytest.mark.parametrize("args", [["garden", "--compare"], ["hall"]])
def test_an_interval_is_of_one_run_of_one_node(
    args: list[str], tmp_path: Path, capsys: Capture
) -> None:
    line = ["sim", *args, "--days", "1", "--interval"]
    assert "--interval" in refused(line, tmp_path, capsys)


def test_a_budget_of_a_task_has_its_own_interval() -> None:
    """Narrower than the node's by what the node does besides."""
    changes = ("days=0.1", 'budget=[{name="charge_mc_per_day", task="climate", at_most=1000}]')
    found = of("garden", *changes)
    (judged,) = found.budgets(run.run(scenario.load("garden", changes), engine=native.Life))
    task, node = judged["interval"], found.bounds["charge_mc_per_day"]
    assert task
    assert node
    assert 0 < task[0] < judged["value"] < task[1] < node[0]
    assert judged["verdict"] == PASS


def test_on_cpython_there_are_fewer_draws() -> None:
    few = interval.of(scenario.load("garden", ("days=0.02",)))
    many = interval.of(scenario.load("garden", ("days=0.02",)), engine=native.Life, draws=60)
    assert few == many
    assert few.draws == interval.FEW_DRAWS < interval.DRAWS
