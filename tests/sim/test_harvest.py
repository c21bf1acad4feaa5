"""A node that harvests: nothing is lost on the way, and what runs dry comes back."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.engine import native, parts
from host_sim.engine.plain import Life
from host_sim.errors import BadInput
from host_sim.hardware.cell import CHARGE_SHIFT
from host_sim.hardware.panel import PANELS
from host_sim.sim import battery, build, harvest, run
from host_sim.spec import scenario
from host_sim.spec.scenario import Scenario
from host_sim.units import DAY_US
from tests.conftest import CHECKOUT
from tests.sim.files import fault
from torpor import record, start
from torpor.policy import report

NODE = """
title = "a node in the sun"
board = "firebeetle_esp32"
days = 3
[node]
kind = "sensor"
report = { period_s = 86_400 }
[[node.task]]
name = "level"
channels = ["level"]
period_s = 600
[[node.channel]]
name = "level"
[node.battery]
chemistry = "supercap"
capacity_mah = 8.06
[world]
reads = { level = 3 }
[world.harvest]
panel = "kxob25"
light_percent = 12
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("harvest") / "sun.toml"
    path.write_text(NODE)
    return path


def lived(given: Scenario) -> Life:
    life = Life(build.parts(given), given.device())
    life.live(build.end_us(given))
    return life


@settings(max_examples=20)
@given(
    light=st.floats(0, 100),
    mah=st.sampled_from([2.0, 8.06, 300.0]),
    chemistry=st.sampled_from(["li-ion", "lifepo4", "supercap"]),
    charged=st.floats(0, 100),
)
def test_what_went_in_is_what_came_out_and_what_is_left(
    file: Path, light: float, mah: float, chemistry: str, charged: float
) -> None:
    """To the femtocoulombs that each booking is cut by."""
    life = lived(
        scenario.load(
            str(file),
            (
                f"world.harvest.light_percent={light}",
                f"world.harvest.charged_percent={charged}",
                f"node.battery.capacity_mah={mah}",
                f"node.battery.chemistry={chemistry}",
                "days=1.5",
            ),
        )
    )
    port, count = life.port, life.parts.count
    at_first = life.parts.stored
    assert at_first + count[parts.GAINED] - count[parts.LEAKED] == port.stored + port.store_used
    ledger = run.outcome(scenario.load(str(file)), life.parts, life.r, life.now_us).ledger
    assert ledger.charge_fc >> CHARGE_SHIFT == pytest.approx(port.used, rel=1e-6, abs=10_000)
    assert port.stored <= 1000 * life.parts.capacity_permille
    assert sum(life.parts.us) == life.now_us


MOST = (
    "world.air=40",
    "world.harvest.light=200_000",
    "world.harvest.panel=exl2-1v50",
    "world.harvest.panels=1_000",
    "world.harvest.efficiency_percent=100",
    "world.harvest.light_percent=100",
    "world.harvest.charged_percent=1",
    "node.battery.capacity_mah=10_000",
)


@pytest.mark.parametrize("changes", [(), ("world.harvest.light_percent=3", "days=12"), MOST])
def test_both_engines_harvest_alike(file: Path, changes: tuple[str, ...]) -> None:
    given = scenario.load(str(file), changes)
    ours, theirs = run.run(given), run.run(given, engine=native.Life)
    assert theirs.ledger == ours.ledger
    assert theirs.count == ours.count


def test_both_engines_plan_alike() -> None:
    path = CHECKOUT / "docs" / "examples" / "greenhouse" / "greenhouse.toml"
    given = scenario.load(str(path), ("days=8",))
    ours, theirs = run.run(given), run.run(given, engine=native.Life)
    assert theirs.ledger == ours.ledger
    assert theirs.count == ours.count
    at_its_periods = run.run(scenario.load(str(path), ("days=8", "node.battery.harvested=false")))
    assert ours.count[parts.WAKES] < 0.8 * at_its_periods.count[parts.WAKES]


def test_a_store_without_light_is_a_cell(file: Path) -> None:
    dark = scenario.load(str(file), ("node.battery.capacity_mah=100", "world.harvest.light=0"))
    alone = file.with_name("alone.toml")
    alone.write_text(file.read_text().partition("[world.harvest]")[0])
    cell = run.run(scenario.load(str(alone), ("node.battery.capacity_mah=100",)))
    assert run.run(dark).ledger == cell.ledger


def test_a_store_that_runs_dry_switches_off_and_on_again(file: Path) -> None:
    """Some two days of charge, nights without sun: the node forgets, and begins anew."""
    given = scenario.load(str(file), ("world.harvest.light_percent=3", "days=12"))
    life = lived(given)
    off_us = life.parts.count[parts.OFF_US]
    assert 0 < off_us < 12 * DAY_US
    assert life.alive
    assert life.r[record.UPTIME_MIN] < 12 * 1_440 - off_us // 60_000_000 - 1_000
    result = run.run(given)
    assert result.figure("off_h_per_day") == pytest.approx(off_us / 3.6e9 / 12)
    (safe,) = [line for line in result.ledger.by_decision() if line.name == "safe"]
    assert safe.duration_us == off_us
    assert 0 <= safe.charge_fc < 1024 * safe.times
    (idle,) = [line for line in result.ledger.by_state() if line.name == "idle"]
    assert idle.times == safe.times - 1  # the run ends without supply
    assert idle.duration_us == idle.times * start.OPEN_MS * 1_000


def test_what_waited_as_the_store_ran_dry_did_not_arrive(file: Path) -> None:
    """Every reading is news and told at once: the join that the store was too empty for had one."""
    given = scenario.load(str(file), ("world.harvest.light_percent=3", "days=12"))
    life = lived(given)
    result = run.outcome(given, life.parts, life.r, life.now_us)
    (sense,) = [line for line in result.ledger.by_state() if line.name == "sense"]
    assert 0 < result.dropped == result.count[parts.JOINS_FAILED]
    waiting = life.r[record.REPORT + report.QUEUED]
    assert sense.times == result.count[parts.READINGS] + result.dropped + waiting
    assert result.count[parts.READINGS] > 0
    assert result.figure("delivered_percent") != 100
    assert result.figure("lost_per_day") == result.dropped / 12


def test_a_store_that_stays_dry_ends_with_the_run(file: Path) -> None:
    life = lived(scenario.load(str(file), ("world.harvest.light=0", "days=12")))
    assert life.now_us == 12 * DAY_US
    assert life.parts.count[parts.OFF_US] > 4 * DAY_US


def test_lithium_takes_no_charge_in_frost(file: Path) -> None:
    for chemistry, air, gains in (("li-ion", -5, 0), ("li-ion", 0, 1), ("supercap", -20, 1)):
        changes = (f"node.battery.chemistry={chemistry}", f"world.air={air}")
        given = scenario.load(str(file), (*changes, "world.harvest.charged_percent=50"))
        assert (lived(given).parts.count[parts.GAINED] > 0) == gains


def test_light_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "lux.csv").write_text("seconds,value\n0,0\n21600,600\n")
    path = tmp_path / "own.toml"
    own = 'panel = "am1417"\npanels = 10\nlight = { csv = "lux.csv", scale = 0.5 }\n'
    path.write_text(NODE.replace('panel = "kxob25"\nlight_percent = 12\n', own))
    given = scenario.load(str(path))
    assert tmp_path / "lux.csv" in scenario.inputs(given)
    nw = build.parts(given).harvest
    assert nw == ([0] * 360 + [round(29_000 * 10 * 0.8)] * 1_080) * 3


@pytest.mark.parametrize("lux", [-1, 200_001])
def test_no_light_is_less_than_none_or_more_than_the_sun(tmp_path: Path, lux: int) -> None:
    (tmp_path / "lux.csv").write_text(f"seconds,value\n0,0\n60,{lux}\n")
    path = tmp_path / "own.toml"
    path.write_text(NODE + 'light = { csv = "lux.csv" }\n')
    with pytest.raises(BadInput, match=rf"lux.csv: {lux:,} lux; keep to 0 … 200,000"):
        build.parts(scenario.load(str(path)))


def test_a_panel_gives_what_was_measured_and_never_less_for_more_light() -> None:
    for panel in PANELS.values():
        assert panel.lamp_uw([lux for lux, *_ in panel.curves]).tolist() == [
            uw for *_, uw in panel.curves
        ]
        assert panel.lamp_uw(0) == 0
        assert (np.diff(panel.lamp_uw(np.arange(0, 100_000, 50))) >= 0).all()
        assert all(uw < ua * mv / 1000 for _, ua, mv, uw in panel.curves)


def test_the_sun_is_that_of_the_garden(file: Path) -> None:
    nw = harvest.parts(given := scenario.load(str(file)), 3, battery.of(given, 3))["harvest"]
    garden = build.parts(scenario.load("garden", ("days=3",)))
    assert nw == [round(wm2 * 0.12 * 30.7 * 0.8 * 1000) for wm2 in garden.series[-3 * 1_440 :]]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (("node.battery.chemistry=2xaa-alkaline",), "world.harvest: nothing to charge; add [node"),
        (("world.harvest.panel=am1417",), "am1417 is not known in the sun; kxob25; or a light"),
        (("node.battery.harvested=true",), "harvested: nothing reads its voltage; name a channel"),
        (
            ("node.battery.harvested=true", "node.battery.chemistry=2xaa-lithium"),
            "node.battery.harvested: ",
        ),
        (("world.harvest.panels=0",), "world.harvest.panels: expected int >= 1, got 0"),
        (("world.harvest.panels=1001",), "world.harvest.panels: expected int <= 1000, got 1001"),
        (("node.battery.capacity_mah=10_001",), "no supercap holds 10,001 mAh; 0.806 mAh a farad"),
        (("world.harvest.light=moon",), "world.harvest.light"),
        (("world.harvest.light_percent=101",), "expected float <= 100.0, got 101"),
    ],
)
def test_a_harvest_that_cannot_be(file: Path, changes: tuple[str, ...], told: str) -> None:
    assert told in fault(file, *changes)


def test_a_life_is_no_limit_of_what_is_charged(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "life.toml"
    path.write_text(file.read_text() + '[[budget]]\nname = "battery_life_days"\nat_least = 9\n')
    assert "its cell is charged; limit off_h_per_day instead" in fault(path)
