"""What a fleet's nodes draw: its ends, which are tried before the work, and nothing beyond them."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.errors import BadInput
from host_sim.hardware.board import BOARDS
from host_sim.lab.fleet import chunk, fleetfile, tried
from host_sim.lab.fleet.draw import FAR, Draw
from host_sim.lab.fleet.plan import Grid, axis
from host_sim.spec.scenario import Read
from tests.fleet.test_fleet import GARDENS, GREENHOUSE

HEAD = 'title = "x"\nscenario = "garden"\ncount = 9\n\n\n\n[draw]\n'
LINK = "world.wifi.mean_dbm"
numbers = st.floats(-1e9, 1e9)
pairs = st.tuples(numbers, numbers).map(lambda two: (min(two), max(two)))


def fleet(tmp_path: Path, draws: str, *changes: str) -> fleetfile.Fleet:
    path = tmp_path / "fleet.toml"
    path.write_text(f"{HEAD}{draws}\n")
    return fleetfile.load(path, changes)


def refused(tmp_path: Path, draws: str, *changes: str) -> str:
    with pytest.raises(BadInput) as caught:
        fleet(tmp_path, draws, *changes)
    return str(caught.value).replace(f"{tmp_path}/", "")


@given(
    st.one_of(
        st.builds(Draw, normal=st.tuples(numbers, st.floats(0, 1e9)), between=st.none() | pairs),
        st.builds(Draw, uniform=pairs, between=st.none() | pairs, whole=st.booleans()),
    ),
    st.integers(0, 2**32),
)
def test_nothing_is_drawn_beyond_the_ends(draw: Draw, seed: int) -> None:
    ends = [float(end) for end in draw.ends()]
    random = np.random.default_rng(seed)
    assert all(min(ends) <= float(draw.of(random)) <= max(ends) for _ in range(9))


class Farthest(np.random.Generator):
    """Chance at its worst."""

    def __init__(self, deviations: float) -> None:
        super().__init__(np.random.PCG64(1))
        self.deviations = deviations

    def normal(self, mean: float, deviation: float) -> float:  # type: ignore[override]
        return mean + self.deviations * deviation


def test_a_normal_ends_five_deviations_out() -> None:
    draw = Draw(normal=(100, 10))
    assert draw.ends() == ("50", "150")
    assert [draw.of(Farthest(out)) for out in (FAR - 0.1, FAR, 9)] == ["149", "150", "150"]
    assert Draw(normal=(100, 10), between=(0, 120)).ends() == ("50", "120")
    assert Draw(normal=(100, 0)).ends() == ("100",)


def test_weights_that_have_no_sum_are_refused(tmp_path: Path) -> None:
    told = refused(tmp_path, EARLY % (99, "choice = [9000, 8000], weights = [1e308, 1e308]"))
    assert "weights[0]: expected float <= 1000000000.0" in told


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        ("uniform = [3, 120]", "expected float <= 20.0, got 120; keep to that; between bounds"),
        ("uniform = [-1, 5]", "got -1; keep to that"),
        ("uniform = [-1, 5], between = [0, 20]", None),
        ("choice = [5, 21]", "got 21; keep to that"),
        ("normal = [5, 1]", None),  # 0, the least that a scenario takes
        ("normal = [5, 1.0001]", "got -0.0005; keep to that; between bounds"),
        ("normal = [15, 1]", None),  # 20, the most
        ("normal = [15, 1.0001]", "got 20.0005; keep to that; between bounds"),
        ("normal = [5, 3], between = [0, 20]", None),
        ("normal = [5, 3], between = [-1, 20]", "got -1; keep to that"),
    ],
)
def test_an_end_that_no_node_may_have_is_refused_at_its_line(
    draw: str, says: str | None, tmp_path: Path
) -> None:
    line = f'"world.wifi.sd_db" = {{ {draw} }}'
    if says is None:
        assert fleet(tmp_path, line).count == 9
    else:
        told = refused(tmp_path, line)
        assert told.startswith('fleet.toml:8: draw."world.wifi.sd_db": --set: world.wifi.sd_db: ')
        assert says in told


def test_what_the_first_node_may_not_have_is_refused_at_its_own_line(tmp_path: Path) -> None:
    lines = '"world.wifi.sd_db" = { uniform = [1, 2] }\n"node.task.climate.period_s" = { %s }'
    told = refused(tmp_path, lines % "normal = [300, 9]")
    assert told.startswith('fleet.toml:9: draw."node.task.climate.period_s": ')
    assert told.endswith("whole rounds it")
    assert fleet(tmp_path, lines % "normal = [300, 9], whole = true").count == 9


EARLY = '"node.report.early_s" = { choice = [100, %d] }\n"node.report.period_s" = { %s }'


def test_two_draws_that_may_not_meet_are_refused(tmp_path: Path) -> None:
    told = refused(tmp_path, EARLY % (7000, "choice = [9000, 7000], weights = [1, 0.001]"))
    assert told.startswith('fleet.toml:9: draw."node.report.period_s": with node.report.early_s=')
    assert "earlier than the period is long" in told
    assert fleet(tmp_path, EARLY % (6999, "choice = [9000, 7000]")).count == 9


def test_a_node_that_was_not_tried_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tried, "MOST", 0)
    some = fleet(tmp_path, EARLY % (8000, "uniform = [7000, 9000], whole = true"), "days=0.01")
    with pytest.raises(BadInput, match=r"^node \d: --set node.report.early_s=8000: "):
        chunk.simulate(some, 0, 9, False)


@pytest.mark.parametrize(
    ("axes", "says"),
    [
        (["node.report.early_s=100,10800"], "--set node.report.early_s=10800: node.report.ear"),
        (["seed=1,2", "node.mode=loud"], "--set: node.mode: invalid enum value"),
        (["node.report.early_s=100,7000", "node.report.period_s=9000,7000"], "with node.report.ea"),
        (["node.task.light.name=lux,b"], None),
        (["node.report.early_s=100,6999", "node.report.period_s=9000,7000"], None),
    ],
)
def test_a_sweeps_values_are_tried(axes: list[str], says: str | None) -> None:
    grid = Grid("garden", tuple(map(axis, axes)), ("days=1",))
    bad = tried.refused(Read("garden"), grid.changes, grid.node(0).changes, grid.axes)
    assert (bad is None) if says is None else (bad and bad.why.startswith(says))


def test_a_truth_is_a_choice(tmp_path: Path) -> None:
    path = tmp_path / "fleet.toml"
    head = f'title = "x"\nscenario = "{GREENHOUSE}"\ncount = 40\n[draw]\n'
    path.write_text(f'{head}"node.battery.harvested" = {{ choice = [true, false] }}\n')
    fleet = fleetfile.load(path)
    assert {fleet.node(i).values for i in range(40)} == {("true",), ("false",)}


def test_a_board_that_is_drawn_lies_beside_the_fleet(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    there = tmp_path / "fleets"
    there.mkdir()
    shutil.copy(BOARDS / "lolin32_lite" / "board.toml", there / "mine.toml")
    some = fleet(Path("fleets"), 'board = { choice = ["xiao_esp32c3", "mine.toml"] }')
    boards = {some.node(number).values for number in range(9)}
    assert boards == {("xiao_esp32c3",), ("fleets/mine.toml",)}
    told = refused(there, 'board = { choice = ["xiao_esp32c3", "none.toml"] }')
    assert told.startswith("fleet.toml:8: draw.board: ")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("m.uniform = [30, 3]", "uniform ends below its beginning"),
        ("m.uniform = [-1, 30]", "no distance is -1.0; write metres"),
        ("m.normal = [5, 1.1]", "no distance is -0.5; write metres"),
        ("m.choice = [3, true]", "no distance is true; write metres"),
        ("m.uniform = [3, 30]\nm.normal = [1, 1]", "several of normal, uniform and choice"),
    ],
)
def test_a_bad_fleet_is_refused_at_its_line(change: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "fleet.toml"
    path.write_text(GARDENS.read_text().replace("m.uniform = [3, 30]", change))
    with pytest.raises(BadInput, match=says):
        fleetfile.load(path)


@pytest.mark.parametrize("changes", [(), (f"{LINK}=-60",)])
def test_a_link_is_not_given_twice(changes: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "fleet.toml"
    own = "" if changes else f'\n"{LINK}" = {{ uniform = [-70, -60] }}'
    path.write_text(GARDENS.read_text() + own)
    with pytest.raises(BadInput, match=rf"distance: gives {re.escape(LINK)}, which is set, too"):
        fleetfile.load(path, changes)


def test_what_is_drawn_is_not_set_for_all(tmp_path: Path) -> None:
    draws = '"node.mode" = { choice = ["eco", "standard"] }'
    told = refused(tmp_path, draws, "node.mode=eco")
    assert told.startswith('fleet.toml:8: draw."node.mode": is drawn, and --set sets it for all; ')


def test_a_scenario_that_there_is_not_is_refused_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "fleet.toml"
    path.write_text(HEAD.replace('"garden"', '"hall"'))
    with pytest.raises(BadInput, match=r"fleet.toml:2: scenario: no such scenario; one of door, "):
        fleetfile.load(path)
