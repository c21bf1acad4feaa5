"""A node's cell in its air and behind its board's regulator, as the engine meets it."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.engine import native
from host_sim.engine.port import SimPort
from host_sim.hardware import board, cell
from host_sim.hardware.board import Board
from host_sim.hardware.boardfile import Supply
from host_sim.sim import battery, build, life, run
from host_sim.spec import scenario
from host_sim.spec.scenario import Scenario
from host_sim.units import HOUR_US
from tests.sim.files import fault, variation

CHEMISTRIES = sorted(cell.CELLS)


def supplied(given: Scenario, **changes: int) -> Scenario:
    """The scenario on a board with another supply."""
    supply = Supply("ldo", "I", "of a test", **changes)
    file = msgspec.structs.replace(given.board.file, supply=supply)
    return replace(given, board=Board(file, given.board.path))


def ends(given: Scenario) -> float:
    told = run.run(given, engine=native.Life).life
    assert told
    return told.days


def test_the_garden_has_the_weather_and_a_door_a_room() -> None:
    garden, door = scenario.load("garden"), scenario.load("door")
    air = battery.air_bands(garden, 365)
    assert len(air) == 8_760
    assert min(air) < cell.BANDS_C.index(0) < cell.BANDS_C.index(20) < max(air)
    assert battery.air_bands(door, 365) == [cell.BANDS_C.index(20)]
    assert battery.air_bands(scenario.load("garden", ("world.air=-7",)), 365) == [
        cell.BANDS_C.index(-5)
    ]


def test_air_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "air.csv").write_text("seconds,value\n0,50\n5400,5\n")
    own = '[world]\nair = { csv = "air.csv", scale = -0.2 }\n'
    path = variation(tmp_path, "door", "[world]\n", own)
    given = scenario.load(str(path))
    bands = [cell.BANDS_C[one] for one in battery.air_bands(given, 2)]
    assert bands == [-10, -10, *[0] * 22] * 2  # as it is when the hour begins; -1 is nearest to 0
    assert tmp_path / "air.csv" in scenario.inputs(given)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("-41", "world.air: expected float >= -40.0, got -41"),
        ("86", "world.air: expected float <= 85.0, got 86"),
        ("'cold'", "world.air: expected float or table, got"),
    ],
)
def test_air_that_cannot_be(value: str, told: str) -> None:
    assert told in fault("garden", f"world.air={value}")


@given(seconds=st.integers(0, 365 * 86_400 - 1), name=st.sampled_from(["garden", "door"]))
@settings(max_examples=40)
def test_the_engine_leaks_what_the_report_says(seconds: int, name: str) -> None:
    given = scenario.load(name, ("days=365",))
    power, port = battery.of(given, 365), PORTS[name]
    port.now_us, port.used = seconds * 1_000_000 + 999_999, 0
    left = 1000 - power.leak(seconds) // power.capacity_permille
    assert port.soc_permille() == left
    by_hand = sum(power.leak_per_s[one] for one in power.air[: seconds // 3_600]) * 3_600
    assert power.leak(seconds) - by_hand < 3_600 * max(power.leak_per_s) or name == "door"


PORTS = {name: SimPort(build.parts(scenario.load(name))) for name in ("garden", "door")}


def test_an_hour_begins_on_the_hour() -> None:
    port = PORTS["garden"]
    at = []
    for now_us in (0, HOUR_US - 1, HOUR_US, 8_760 * HOUR_US - 1, 8_760 * HOUR_US, 10**16):
        port.now_us = now_us
        at.append(port.hour())
    assert at == [0, 0, 1, 8_759, 8_759, 8_759]


@given(
    chemistry=st.sampled_from(CHEMISTRIES),
    ma=st.integers(1, 600),
    air_c=st.integers(-30, 50),
    colder_k=st.integers(0, 40),
    mohm=st.integers(0, 2_000),
    less_mohm=st.integers(0, 500),
)
@settings(max_examples=60)
def test_neither_cold_nor_a_worse_regulator_leaves_more_of_use(
    chemistry: str, ma: int, air_c: int, colder_k: int, mohm: int, less_mohm: int
) -> None:
    better, worse = (supplied(GARDEN, dropout_mohm=one).board for one in (mohm, mohm + less_mohm))
    na = ma * 1_000_000
    best = battery.dead_permille(better, chemistry, na, air_c)
    assert 0 <= best <= battery.dead_permille(better, chemistry, na, air_c - colder_k) <= 1000
    assert best <= battery.dead_permille(worse, chemistry, na, air_c)


GARDEN = scenario.load("garden")


@pytest.mark.parametrize(
    ("supply", "ends_mv"),
    [
        ({}, 2_430),  # ESP32's brown-out
        ({"dropout_mv": 1_100}, 3_530),
        ({"dropout_mv": 100, "dropout_mohm": 1_000}, 2_630),  # 0.1 A
        ({"cut_off_mv": 3_545}, 3_545),
        ({"cut_off_mv": 3_545, "dropout_mv": 1_115}, 3_545),
        ({"cut_off_mv": 3_545, "dropout_mv": 1_116}, 3_546),
    ],
)
def test_the_cut_off_to_the_millivolt(supply: dict[str, int], ends_mv: int) -> None:
    """At 0.1 A: what a li-ion cell has under that burst at the last permille, and at the next."""
    of = supplied(GARDEN, **supply).board
    dead = battery.dead_permille(of, "li-ion", 100_000_000, 20)
    curve, mohm = cell.curve_mv("li-ion"), cell.resistance_mohm("li-ion", 20)
    under = [mv - cell.sag_mv(100_000_000, r) for mv, r in zip(curve, mohm, strict=True)]
    assert dead == 0 or under[dead] < ends_mv
    assert under[dead + 1] >= ends_mv


@pytest.mark.parametrize("chemistry", ["lifepo4", "2xaa-lithium", "2xaa-alkaline"])
def test_a_cell_that_a_chip_bears_feeds_it_past_the_regulator(chemistry: str) -> None:
    na = GARDEN.board.current_na[-1]
    bad = supplied(GARDEN, dropout_mv=3_000, cut_off_mv=5_000).board
    ideal = supplied(GARDEN).board
    assert battery.dead_permille(bad, chemistry, na, 20) == battery.dead_permille(
        ideal, chemistry, na, 20
    )
    assert battery.dead_permille(bad, "li-ion", na, 20) == 1000


@pytest.mark.parametrize("more_mv", [-30, 30])
def test_a_cell_above_its_kind_is_read_so_and_lasts_longer(more_mv: int) -> None:
    kind = battery.of(GARDEN, 1)
    off = battery.of(replace(GARDEN, cell=cell.Off(more_mv=more_mv)), 1)
    assert off.ocv_mv == [mv + more_mv for mv in kind.ocv_mv]
    lasts_longer = [theirs < of_kind for theirs, of_kind in zip(off.dead, kind.dead, strict=True)]
    assert any(lasts_longer) == (more_mv > 0)


def test_two_boards_and_a_winter_differ() -> None:
    """A regulator that falls out at 3.545 V leaves a third of the cell unused, cold more of it."""
    small = ("days=100", "node.battery.capacity_mah=300")
    room = scenario.load("garden", (*small, "world.air=20"))
    winter = scenario.load("garden", (*small, "world.air=-10"))
    warm, cold = ends(room), ends(winter)
    warm_cut, cold_cut = (ends(supplied(one, cut_off_mv=3_545)) for one in (room, winter))
    assert 0.6 < warm_cut / warm < 0.74
    assert 0.52 < cold_cut / cold < warm_cut / warm - 0.015
    assert cold > warm  # a cold cell leaks an eighth, which outweighs its resistance


def test_what_the_board_alone_would_last_by_hand() -> None:
    given = scenario.load("garden", ("world.air=20", "node.battery.chemistry=lifepo4"))
    leak_ua = 3_000_000 * 0.02 / 30 / 24
    days = life.asleep_days(given, 63_000)
    assert days == pytest.approx(3_000_000 / (63 + leak_ua) / 24, rel=1e-3)
    assert life.asleep_days(scenario.load("plug"), 63_000) is None
    result = run.run(scenario.load("garden", ("days=2",)))
    asleep_us = sum(
        line.duration_us for line in result.ledger.by_state() if line.name == "deep_sleep"
    )
    share = asleep_us * 63_000 / result.ledger.charge_fc
    assert result.asleep_percent == pytest.approx(100 * share)


@pytest.mark.parametrize("name", board.names())
def test_a_new_li_ion_cell_carries_every_board(name: str) -> None:
    of = board.load(name)
    worst = battery.dead_permille(of, "li-ion", of.current_na[-1], -20)
    assert worst < 500
