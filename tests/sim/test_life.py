"""A life is what the run shows of it: its end, or what its end lets expect."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.engine import link, native
from host_sim.engine.ledger import CELLS, Ledger
from host_sim.engine.plain import Life
from host_sim.engine.port import SimPort
from host_sim.hardware import cell, states
from host_sim.sim import battery, build, life, run
from host_sim.sim.result import Result
from host_sim.spec import scenario
from host_sim.spec.configure import MODES
from host_sim.units import DAY_US

NAMES = ("door", "garden", "sound")
# A word detector is simulated look by look.
EACH = ("door", "garden", pytest.param("sound", marks=pytest.mark.slow))
CHEMISTRIES = sorted(cell.CELLS)
LONGER_DAYS = {"garden": 1_250, "door": 1_700, "sound": 800}  # than any cell lasts


@cache
def lived(name: str, chemistry: str, days: float, seed: int = 1) -> Result:
    changes = (f"node.battery.chemistry={chemistry}", f"days={days}", f"seed={seed}")
    return run.run(scenario.load(name, changes), engine=native.Life)


@cache
def ended(name: str, chemistry: str, seed: int = 1) -> Result:
    """A run to its node's end."""
    return lived(name, chemistry, LONGER_DAYS[name], seed)


def life_of(result: Result) -> life.Life:
    assert result.life
    return result.life


@pytest.mark.parametrize("name", EACH)
@pytest.mark.parametrize("chemistry", CHEMISTRIES)
def test_a_run_to_the_end_says_when_and_why(name: str, chemistry: str) -> None:
    result = ended(name, chemistry)
    assert not result.alive
    told = life_of(result)
    empty = chemistry == "lifepo4"
    assert (told.how, told.why) == (life.ENDED, life.EMPTY if empty else life.BROWN_OUT)
    assert result.days - 0.5 * empty <= told.days <= result.days  # empty before its last join
    assert result.figure("battery_life_days") == told.days


@pytest.mark.parametrize("name", EACH)
@pytest.mark.parametrize("chemistry", CHEMISTRIES)
def test_it_ends_when_it_ends_however_long_the_run(name: str, chemistry: str) -> None:
    end = ended(name, chemistry).days
    longer, shorter = lived(name, chemistry, end + 1), lived(name, chemistry, end - 0.01)
    assert longer.simulated_us == ended(name, chemistry).simulated_us
    assert shorter.alive
    assert life_of(shorter).how == life.EXTRAPOLATED


SHARES = (0.01, 0.1, 0.25, 0.5, 0.75, 0.97)


def on_the_way(name: str, chemistry: str, seed: int) -> Iterator[tuple[float, life.Life]]:
    """What one run says of its node's life at each of these shares of it."""
    result = ended(name, chemistry, seed)
    given = result.scenario
    node = native.Life(build.parts(given), given.device())
    for share in SHARES:
        node.live(round(result.days * share * DAY_US))
        yield share, life_of(run.outcome(given, node.parts, node.r, node.now_us))


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in (2, 3))])
@pytest.mark.parametrize(
    ("name", "chemistry", "early", "late"),
    [
        ("garden", "li-ion", 0.085, 0),  # it saves when its cell is low
        ("garden", "2xaa-lithium", 0.07, 0),
        ("garden", "2xaa-alkaline", 0.512, 0),  # it seldom sends as strongly as at first
        ("door", "li-ion", 0.023, 0.025),
        ("door", "2xaa-lithium", 0.015, 0.05),
        ("door", "2xaa-alkaline", 0.18, 0.004),
        pytest.param("sound", "li-ion", 0.062, 0, marks=pytest.mark.slow),
        pytest.param("sound", "2xaa-lithium", 0.049, 0, marks=pytest.mark.slow),
        pytest.param("sound", "2xaa-alkaline", 0.345, 0, marks=pytest.mark.slow),
    ],
)
def test_a_short_run_extrapolates_to_what_a_long_one_shows(
    name: str, chemistry: str, early: float, late: float, seed: int
) -> None:
    """docs/model.md says so. Late is 0.8 % at most where a tenth of the life was run."""
    end = ended(name, chemistry, seed).days
    for share, told in on_the_way(name, chemistry, seed):
        most = late if share < 0.1 else min(late, 0.008)
        assert told.how == life.EXTRAPOLATED
        assert end * (1 - early) <= told.days <= end * (1 + most), share


@given(
    name=st.sampled_from(NAMES),
    chemistry=st.sampled_from(CHEMISTRIES),
    level=st.integers(0, 10),
    gone=st.integers(0, 1_000),
    air_c=st.integers(-30, 50),
)
@settings(max_examples=60)
def test_it_browns_out_where_the_engine_does(
    name: str, chemistry: str, level: int, gone: int, air_c: int
) -> None:
    room = ("days=1", f"world.air={air_c}")
    given = scenario.load(name, (f"node.battery.chemistry={chemistry}", *room))
    port = SimPort(build.parts(given))
    na = given.board.current_na[states.TX + level]
    air_c = cell.BANDS_C[cell.band(air_c)[0]]
    usable = 1000 - battery.dead_permille(given.board, chemistry, na, air_c)
    for permille in {gone, usable, max(0, usable - 1)}:
        port.used, port.alive = permille * port.capacity_permille - port.leaked[0], True
        port.now_us = 0
        assert link.brown_out(port, level) == (permille >= usable)


def books(days: float, level: int, current_na: int) -> Ledger:
    """One cell of sleep at this current, and one burst of no length."""
    us, times = [0] * CELLS, [0] * CELLS
    us[0] = round(days * DAY_US)
    times[0] = times[states.TX + level] = 1
    na = [current_na] + [0] * (states.STATES - 1)
    return Ledger(us, na, [], times=times)


@given(
    current_ua=st.integers(1, 5_000),
    days=st.floats(0.1, 300),
    level=st.integers(0, 10),
    more_ua=st.integers(1, 5_000),
)
@settings(max_examples=60)
def test_a_constant_draw_lasts_by_hand(
    current_ua: int, days: float, level: int, more_ua: int
) -> None:
    given = scenario.load("garden", ("node.battery.chemistry=2xaa-alkaline", "world.air=20"))
    curve, mohm = cell.curve_mv("2xaa-alkaline"), cell.resistance_mohm("2xaa-alkaline", 20)
    na = given.board.current_na[states.TX + level]
    left = sum(mv - int(na / 1e9 * r) < 2_430 for mv, r in zip(curve[1:], mohm[1:], strict=True))
    leak_ua = cell.leak_per_s("2xaa-alkaline", 3_000, 20) * cell.UNIT_FC / 1e9
    expected = (1000 - left) * 3 / (current_ua + leak_ua) * 1000 / 24
    told = life.of(given, books(days, level, current_ua * 1000), alive=True)
    assert told
    assert told.how == life.EXTRAPOLATED
    empty = 3_000_000 / (current_ua + leak_ua) / 24
    assert told.days == pytest.approx(min(max(days, expected), empty), rel=1e-4)
    less = life.of(given, books(days, level, (current_ua + more_ua) * 1000), alive=True)
    assert less
    assert less.days <= told.days


def test_on_the_mains_there_is_none() -> None:
    result = run.run(scenario.load("plug", ("days=0.1",)))
    assert (result.life, result.battery_life_days) == (None, None)


@pytest.mark.parametrize("days", [1, 2, 3, 4])
def test_a_cell_that_is_empty_before_a_join_shows_it_carries_no_longer(days: float) -> None:
    """It said 3 days of 70 µA and 0.3 mAh, for no join had looked: a budget of a day held."""
    still = [f"node.channel.{name}.delta=100000" for name in ("temperature", "humidity", "light")]
    seldom = ("node.channel.battery.delta=100000", "node.report.period_s=259200")
    cell_of = ("node.battery.capacity_mah=0.3", f"days={days}")
    told = life_of(run.run(scenario.load("garden", (*still, *seldom, *cell_of))))
    assert told.days == pytest.approx(0.3 / 0.07 / 24, rel=0.06)
    assert told.how == (life.ENDED if days == 4 else life.EXTRAPOLATED)


@pytest.mark.parametrize("engine", [Life, native.Life])
def test_who_joins_but_once_ends_with_its_cell(engine: type[Life]) -> None:
    """It said 7 days of 31 mA and 100 mAh: no join looked at the cell."""
    cell_of = 'node.battery={chemistry="li-ion",capacity_mah=100}'
    limit = 'budget=[{name="battery_life_days",at_least=1}]'
    result = run.run(scenario.load("plug", (cell_of, limit)), engine=engine)
    told = life_of(result)
    assert (told.how, result.ok) == (life.ENDED, False)
    hours = 100_000 / result.ledger.average_current_ua
    assert told.days * 24 == pytest.approx(hours, abs=0.25)  # what is next told is 15 min off


@pytest.mark.parametrize(("limit", "ok"), [(600, False), (200, True)])
def test_no_budget_holds_that_the_run_refutes(limit: int, ok: bool) -> None:
    """It said 684 days and pass, of a node that stopped after 284."""
    changes: Any = (
        "node.battery.chemistry=2xaa-alkaline",
        "days=560",
        f"budget.battery_life_days.at_least={limit}",
    )
    result = run.run(scenario.load("garden", changes), engine=native.Life)
    judged = result.budgets()[0]
    assert (judged["value"], judged["how"], judged["ok"]) == (result.days, life.ENDED, ok)
    assert result.ok == ok


@pytest.mark.parametrize("mode", MODES)
def test_who_sent_nothing_is_taken_to_send_at_the_modes_most(mode: str) -> None:
    given = scenario.load("door", ("node.battery.chemistry=2xaa-alkaline", f"node.mode={mode}"))
    us, times = [0] * CELLS, [0] * CELLS
    us[states.DEEP_SLEEP], times[states.TX + MODES[mode][0]] = 30 * DAY_US, 1
    silent = Ledger(us, given.board.current_na, [])
    assert life.of(given, silent, True) == life.of(given, replace(silent, times=times), True)
