"""A world of the user's own: constants, a CSV of values, a contact by a CSV or at random."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.engine import events
from host_sim.engine.parts import CHANNEL_ROW
from host_sim.errors import BadInput
from host_sim.lab import decisions
from host_sim.sim import build
from host_sim.spec import scenario
from host_sim.units import DAY_S, DAY_US
from host_sim.world import table
from host_sim.world.contact import random_edges
from tests.answered import answered
from tests.refused import refused
from tests.sim.files import fault, variation
from torpor_tools import cli

LIGHT = 'light = "irradiance"'


def written(folder: Path, *rows: str) -> Path:
    path = folder / "own.csv"
    path.write_text("\n".join(("seconds,value", *rows)) + "\n")
    return path


TABLES = st.lists(
    st.tuples(st.integers(0, 3 * DAY_S // 600).map(lambda i: i * 600), st.integers(-900, 900)),
    min_size=1,
    max_size=20,
    unique_by=lambda row: row[0],
).map(sorted)


@given(rows=TABLES, at_s=st.integers(0, 8 * DAY_S))
def test_a_value_holds_until_the_next_and_the_table_is_repeated_by_whole_days(
    rows: list[tuple[int, int]], at_s: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = written(tmp_path_factory.mktemp("own"), *(f"{s},{value / 10}" for s, value in rows))
    read = table.series(path, 10)
    days = rows[-1][0] // DAY_S + 1
    within_s = at_s % (days * DAY_S)
    expected = [rows[0][1], *(value for s, value in rows if s <= within_s)][-1]
    assert read.values[at_s * 1_000_000 // read.step_us % len(read.values)] == expected


def test_columns_may_be_others_too_and_times_have_milliseconds(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("who,value,seconds\na,1.4,0\nb,-2.6,43200.5\n")
    read = table.series(path, 1)
    assert read.step_us == 500_000
    assert (read.values[86_400], read.values[86_401], len(read.values)) == (1, -3, 172_800)


@given(rows=TABLES, days=st.integers(1, 9))
def test_a_contact_opens_and_closes_in_turn_day_after_day(
    rows: list[tuple[int, int]], days: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    levels = [(s, value % 2) for s, value in rows]
    levels.append((rows[-1][0] + 60, 0))
    path = written(tmp_path_factory.mktemp("own"), *(f"{s},{level}" for s, level in levels))
    edges = table.edges(path, days)
    assert all(a < b for a, b in pairwise(edges))
    assert not edges or edges[-1] < days * DAY_US
    period_s = (levels[-1][0] // DAY_S + 1) * DAY_S
    for s, level in levels:
        for at_s in range(s, days * DAY_S, period_s):
            passed = sum(at <= at_s * 1_000_000 for at in edges)
            assert passed % 2 == level


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ((), ": no rows; columns needed: seconds, value"),
        (("1" * 200_000,), ": is no CSV (field larger than field limit (131072)); columns needed"),
        (("1",), ":2: no seconds and value in this row; columns needed: seconds, value"),
        (("0,1", "300,21,5"), ":3: more cells than columns in this row; write a decimal as 21.5"),
        (("0,1", "x,2"), ":3: no seconds and value in this row; columns"),
        (("5,1", "5,2"), ":3: its time is not after the row above; sort them"),
        (("5,1", "5.0004,2"), ":3: its time is not after the row above; sort them"),
        (("-1,1",), ":2: a time of -1 s; count seconds from the start of the run, ten years at"),
        (("1700000000,1",), ":2: a time of 1.7e+09 s; count seconds from the start of the run"),
        (("nan,1",), ":2: a time of nan s; count"),
        (("0,inf",), ":2: NaN and infinity are no quantities; write a number"),
        (("0,500000001",), ": 5e+08 times 1 is more than 500,000,000; choose another scale"),
        (("0,1", "0.001,2"), ": 86,400,000 steps of 0.001 s; round its seconds"),
    ],
)
def test_a_table_that_is_none_is_one_line(rows: tuple[str, ...], told: str, tmp_path: Path) -> None:
    path = written(tmp_path, *rows)
    with pytest.raises(BadInput) as error:
        table.series(path, 1)
    assert str(error.value).startswith(f"{path}{told}")


@pytest.mark.parametrize(
    ("rows", "told"),
    [(("0,0", "5,2"), "2 is no contact; 1 open, 0 closed"), (("5,1",), "it ends open; add the")],
)
def test_a_table_of_no_contact_is_one_line(
    rows: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    path = written(tmp_path, *rows)
    with pytest.raises(BadInput) as error:
        table.edges(path, 1)
    assert str(error.value).startswith(f"{path}: {told}")


def test_a_contact_at_random_is_its_seeds() -> None:
    year = random_edges(3.0, 5_000_000, 365, 1)
    assert year == random_edges(3.0, 5_000_000, 365, 1)
    assert year != random_edges(3.0, 5_000_000, 365, 2)
    assert all(a < b for a, b in pairwise(year))
    assert len(year) / 2 / 365 == pytest.approx(3.0, abs=3 * (3.0 / 365) ** 0.5)
    assert max(b - a for a, b in zip(year[::2], year[1::2], strict=False)) == 5_000_000


def test_the_port_is_given_what_the_scenario_names(tmp_path: Path) -> None:
    written(tmp_path, "0,20.5", "300,21")
    path = variation(tmp_path, "garden", LIGHT, 'light = { csv = "own.csv", scale = 100 }')
    given = scenario.load(str(path), ("days=1", "world.reads.humidity=-7"))
    world = build.parts(given)
    series, channels = world.series, world.channels
    rows = [channels[at : at + CHANNEL_ROW] for at in range(0, 4 * CHANNEL_ROW, CHANNEL_ROW)]
    assert [series[rows[2][2]], series[rows[2][2] + 1], rows[2][1]] == [2_050, 2_100, 300_000_000]
    assert (series[rows[1][2]], rows[1][3]) == (-7, 1)
    assert tmp_path / "own.csv" in scenario.inputs(given)


def test_the_contacts_edges_are_the_scenarios(tmp_path: Path) -> None:
    written(tmp_path, "60,1", "90,0")
    path = variation(tmp_path, "door", '"Frontdoor"', '{ csv = "own.csv" }')
    given = scenario.load(str(path), ("days=2",))
    world = build.parts(given)
    at_us, kinds, values = world.event_us, world.event_kind, world.event_value
    assert at_us[:-1] == [60_000_000, 90_000_000, DAY_US + 60_000_000, DAY_US + 90_000_000]
    assert (set(kinds[:-1]), values[:-1]) == ({events.EDGE}, [1, 0, 1, 0])
    assert tmp_path / "own.csv" in scenario.inputs(given)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("door", '"Frontdoor"', "{}", "world.door: needs one of csv and per_day; keep one of them"),
        (
            "door",
            '"Frontdoor"',
            '{ csv = "own.csv", per_day = 1 }',
            "world.door: needs one of csv and per_day; keep one of them",
        ),
        ("door", '"Frontdoor"', "{ per_day = 0 }", "world.door.per_day: expected float > 0.0"),
        (
            "garden",
            LIGHT,
            "light = 1.5",
            "world.reads.light: expected int or string or table, got float; write a whole number "
            'or write a "quoted string" or write a table: [x] or x = { y = 1 }',
        ),
        ("garden", LIGHT, "light = 500_000_001", "world.reads.light: expected int <= 500000000"),
        ("garden", LIGHT, 'light = { csv = "" }', "world.reads.light.csv: expected string of"),
    ],
)
def test_a_source_that_is_none_is_told_at_its_line(
    name: str, old: str, new: str, told: str, tmp_path: Path
) -> None:
    path = variation(tmp_path, name, old, new)
    assert f": {told}" in fault(path)


def test_a_table_that_is_missing_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = variation(tmp_path, "garden", LIGHT, 'light = { csv = "none.csv" }')
    said = refused(["sim", str(path), "--days", "1"], tmp_path, capsys)
    assert said == f"torpor: {tmp_path}/none.csv: no such file; check the path\n"


@pytest.mark.parametrize(("name", "shortest_s"), [("garden", 300), ("plug", 2), ("door", 86_400)])
def test_without_a_baseline_all_is_told_at_the_nodes_shortest_period(
    name: str, shortest_s: int, tmp_path: Path
) -> None:
    path = tmp_path / "mine.toml"
    text = (scenario.SCENARIOS / f"{name}.toml").read_text()
    kept, _, rest = text.partition("[baseline]")
    path.write_text(kept + "[[budget]]" + rest.partition("[[budget]]")[2])
    config = decisions.without(scenario.load(str(path)), decisions.NAIVE)[1]
    assert config["tasks"][config["report_task"]]["period_ms"] == shortest_s * 1000
    assert config["cascade"]["interval_ms"] == 0


def test_without_a_baseline_the_detector_polls_at_its_shortest_interval(tmp_path: Path) -> None:
    path = variation(tmp_path, "sound", "poll_ms = 150", "")
    given = scenario.load(str(path), ("node.watch.interval_ms=120",))
    _, config = decisions.without(given, decisions.NAIVE)
    assert config["cascade"]["interval_ms"] == 120
    assert config["cascade"]["stages"][0]["margin"] == 0


def test_the_cells_reading_outlives_a_low_battery_without_a_priority(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = variation(tmp_path, "garden", "priority = 5", "")
    mine = answered(capsys, "sim", str(path), "--days", "1")
    assert mine["charge_mc"] == answered(capsys, "sim", "garden", "--days", "1")["charge_mc"]


def test_a_node_without_tasks_lives_by_its_pin(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'title = "A contact"\nboard = "lolin32_lite"\ndays = 2\n[node]\nkind = "sensor"\n'
        'report = { period_s = 3_600 }\nchannel = [{ name = "lid" }]\n'
        'watch = { channel = "lid", stages = [{ margin = 0 }] }\n'
        '[world]\nreads = { lid = "door" }\ndoor = { per_day = 4 }\n'
    )
    assert cli.run(["sim", str(path)]) == 0
