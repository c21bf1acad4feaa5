"""What is uncertain of a board: every cited number, by its tag or its own word, and drawn whole."""

from dataclasses import replace

import msgspec
import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.hardware import board, boardfaults, price, states, uncertain
from host_sim.hardware.boardfile import BoardFile, Phase, State
from host_sim.hardware.uncertain import PERCENT, Z
from host_sim.lab import draw
from host_sim.spec import scenario
from host_sim.trace.fit import document
from tests.docs import pages

BOARDS = [board.load(name) for name in board.names()]
LOLIN = board.load("lolin32_lite")
ALL = pytest.mark.parametrize("shipped", BOARDS, ids=lambda one: one.file.name)


def state(**keys: object) -> State:
    given = {"current_na": 100_000, "tag": "M", "source": "somebody's bench", **keys}
    return msgspec.convert(given, State)


@pytest.mark.parametrize(
    ("table", "percent"),
    [
        *((state(tag=tag), 2 * PERCENT[tag]) for tag in "DVMSI"),
        (state(current_na=uncertain.ASLEEP_NA - 1), 2 * PERCENT["M"]),
        (state(current_na=uncertain.ASLEEP_NA), PERCENT["M"]),
        (state(error_percent=7.5), 7.5),
        (state(error_percent=7.5, ci95_na=[50_000, 200_000]), 7.5),
        (state(ci95_na=[100_000, 200_000]), 100 * (2 ** (Z / 1.959964) - 1)),
        (state(ci95_na=[50_000, 100_000]), 100 * (2 ** (Z / 1.959964) - 1)),
        (state(ci95_na=[99_990, 100_010]), uncertain.METER_PERCENT),
        (state(quantiles_na=[100_000] * 3), 2 * PERCENT["M"]),  # one stretch tells nothing
    ],
)
def test_how_far_off_a_table_may_be(table: State, percent: float) -> None:
    assert uncertain.percent(table) == pytest.approx(percent, rel=1e-6)


def test_a_phase_is_as_sure_as_its_recordings() -> None:
    keys = {"duration_us": 100, "tag": "M", "source": "somebody's bench", "ci95_us": [80, 120]}
    percent = uncertain.percent(msgspec.convert(keys, Phase))
    assert percent == pytest.approx(100 * (1.25 ** (Z / 1.959964) - 1))


def test_a_number_fitted_anew_is_as_sure_as_the_fit() -> None:
    table = tomlkit.table()
    table.update({"current_na": 5, "error_percent": 3, "ci95_na": [4, 6], "sd_na": 1})
    document._put(table, {"current_na": 7, "sd_na": 2})
    assert table == {"current_na": 7, "sd_na": 2}


@ALL
def test_every_cited_table_is_of_one_quantity_and_has_numbers(shipped: board.Board) -> None:
    places = [place for place, _ in uncertain.tables(shipped.file)]
    asleep_or_awake = {("states", name) for name in states.NAMES[: states.TX] if name != "boot"}
    assert {*asleep_or_awake, ("radio", "tx"), ("supply",), ("factors", "rom")} <= set(places)
    assert all(uncertain.numbers(table) for _, table in uncertain.tables(shipped.file))
    some = uncertain.of(shipped)
    assert sorted(place for one in some for place in one.places) == sorted(places)
    assert len({one.name for one in some}) == len(some)


def test_what_one_measurement_told_is_one_quantity() -> None:
    names = [one.name for one in uncertain.of(LOLIN)]
    assert "states.scan, address, listen" in names  # the radio on
    assert {"states.deep_sleep", "states.idle"} <= set(names)


def test_what_a_clock_spares_is_measured_on_a_switch() -> None:
    how = {one.name: one.measure for one in uncertain.of(LOLIN)}
    assert how["radio.slow"] == "record a switch at rest, then torpor calibrate"


@given(percent=st.floats(0.1, 900))
def test_an_interval_ends_where_it_says(percent: float) -> None:
    one = replace(draw.CAPACITY, spread=percent)
    assert one.at(0) == 1
    assert one.at(Z) == pytest.approx(1 + percent / 100)
    assert one.at(-Z) == pytest.approx(1 / (1 + percent / 100))
    assert replace(one, unit="dB").at(-Z) == pytest.approx(-percent)


def test_a_factor_moves_its_table_and_no_count() -> None:
    before = LOLIN.file
    after = uncertain.drawn(LOLIN, {("states", "idle"): 2.0, ("phases", "scan"): 1.5}).file
    idle = after.states["idle"]
    assert idle == msgspec.structs.replace(before.states["idle"], current_na=idle.current_na)
    assert idle.current_na == 2 * before.states["idle"].current_na
    assert after.phases["scan"].duration_us == 1.5 * before.phases["scan"].duration_us
    assert after.radio == before.radio
    assert after.states["cpu"] == before.states["cpu"]


@settings(max_examples=40)
@given(st.sampled_from(BOARDS), st.data())
def test_a_drawn_board_is_one_that_a_file_may_hold(
    shipped: board.Board, data: st.DataObject
) -> None:
    some = uncertain.of(shipped)
    z = data.draw(st.lists(st.floats(-3, 3), min_size=len(some), max_size=len(some)))
    factors = {place: one.at(by) for one, by in zip(some, z, strict=True) for place in one.places}
    file = uncertain.drawn(shipped, factors).file
    assert msgspec.convert(msgspec.to_builtins(file), BoardFile) == file
    assert list(boardfaults.of(file)) == []
    if not any(z):
        assert file == shipped.file


def test_a_phase_holds_its_frames_however_short_it_is_drawn() -> None:
    drawn = uncertain.drawn(LOLIN, {("phases", "connect"): 0.001})
    (connect,) = (part for part in states.JOIN if part.phase == "connect")
    assert drawn.phase_us("connect") == price.air_us(connect)
    assert LOLIN.phase_us("connect") > drawn.phase_us("connect")  # which stays as it was


def test_a_scenario_is_drawn_with_its_cell_and_its_link() -> None:
    garden = scenario.load("garden")
    some = draw.quantities(garden)
    same = draw.drawn(garden, some, [0.0] * len(some))
    assert (same.board.file, same.file, same.cell) == (garden.board.file, garden.file, garden.cell)
    z = [Z if one.name.startswith(("cell", "link")) else 0.0 for one in some]
    other = draw.drawn(garden, some, z)
    assert other.file.node.battery
    assert other.file.node.battery.capacity_mah == pytest.approx(3_000 * 1.1)
    off = other.cell
    assert (off.leak, off.resistance, off.more_mv) == pytest.approx((2, 1.5, 30))
    assert other.file.world.wifi.ap_dbm == pytest.approx(garden.file.world.wifi.ap_dbm + 5)
    assert not [one for one in draw.quantities(scenario.load("plug")) if "cell" in one.name]


def test_the_tags_hold_what_two_said_of_the_same() -> None:
    """docs/interval.md lists published numbers beside others of the same thing."""
    page = pages.path_of("docs/interval.md").read_text()
    lines = [line for line in page.splitlines() if line.startswith("| ") and line.count("|") == 7]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]
    held = 0
    for _, tag, ours, theirs, off, _ in rows:
        ratio = amount(theirs) / amount(ours)
        assert amount(off) == pytest.approx(100 * (ratio - 1), abs=0.51)
        asleep = ours.endswith("µA")
        na = 1_000 if asleep else uncertain.ASLEEP_NA
        percent = uncertain.percent(state(tag=tag, current_na=na))
        held += max(ratio, 1 / ratio) <= 1 + percent / 100
    assert f"{held} of {len(rows)} pairs" in page
    assert 0.6 <= held / len(rows) <= 0.95


def amount(text: str) -> float:
    return float(text.split()[0].replace(",", "").replace("−", "-"))
