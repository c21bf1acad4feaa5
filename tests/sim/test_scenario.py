"""Scenarios: found, changed key by key, and refused in one line whatever the file."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.sim import run
from host_sim.spec import scenario
from tests.sim.files import changed_line, fault, text_of, variation

NAMES = scenario.names()


def test_the_scenarios_that_ship() -> None:
    assert NAMES == ["door", "garden", "plug", "sound"]


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_elsewhere_is_the_same_scenario(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.toml"
    path.write_text(text_of(name))
    copy, shipped = scenario.load(str(path)), scenario.load(name)
    assert (copy.name, copy.file, copy.board) == (name, shipped.file, shipped.board)


def test_a_board_beside_the_scenario_is_found_from_elsewhere(tmp_path: Path) -> None:
    shipped = scenario.load("garden").board.folder
    (tmp_path / "lolin32_lite").mkdir()
    (tmp_path / "lolin32_lite" / "board.toml").write_text((shipped / "board.toml").read_text())
    path = variation(tmp_path, "garden", '"lolin32_lite"', '"lolin32_lite/board.toml"')
    assert scenario.load(str(path)).board.folder == tmp_path / "lolin32_lite"
    assert scenario.inputs(scenario.load(str(path), ("world.wifi.recording=rssi.csv",))) == [
        path,
        tmp_path / "lolin32_lite" / "board.toml",
        shipped.parent / "chips" / "esp32.toml",
        shipped.parent / "chips" / "all.toml",
        tmp_path / "rssi.csv",
    ]


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("days=2", "2.0"),
        ("node.mode=eco", "'eco'"),
        ('node.mode="eco"', "'eco'"),
        (" seed = 7", "7"),
        ("node.task.light.period_s=600", "600"),
        ("node.task.1.period_s=600", "600"),
        ("budget.battery_life_days.at_least=1", "1.0"),
        ("budget.0.at_least=1", "1.0"),
        ("node.battery.target_days=300", "300"),
    ],
)
def test_set_changes_one_key_by_name_or_index(change: str, value: str) -> None:
    changed, before = (
        re.split(r"[=(), ]+", repr(scenario.load("garden", changes).file))
        for changes in ((change,), ())
    )
    differing = [new for new, old in zip(changed, before, strict=True) if new != old]
    assert differing == [value]


def test_the_last_of_two_changes_holds() -> None:
    assert scenario.load("garden", ("seed=2", "seed=3")).file.seed == 3


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("days", "--set days has no value; write --set key=value"),
        ("=1", '--set: "": unknown key; known here: title, board, '),
        ("dyas=1", "--set: dyas: unknown key; did you mean days?"),
        ("days=soon", "--set: days: expected float, got string; write a number"),
        ("days=nan", "--set: days: expected float, got string; write a number"),
        ("days=-1", "--set: days: expected float >= 0.001, got -1; keep to that"),
        ("seed=1.5", "--set: seed: expected int, got float; write a whole number"),
        ("seed=2020-01-01", "--set: seed: expected int, got date; write a whole number"),
        ("title=1", '--set: title: expected string, got int; write a "quoted string"'),
        ("node.task=1", "--set: node.task: expected list, got int; write a list: [1, 2]"),
        (
            "node.task.light=1",
            "--set node.task.light=1: light is an entry of a list; name a key in",
        ),
        ("node.task.none.period_s=1", "--set node.task.none.period_s=1: there is no none; see the"),
        ("node.task.9.period_s=1", "--set node.task.9.period_s=1: there is no 9; see the scenar"),
        ("node.task.0.channels.0.x=1", "--set node.task.0.channels.0.x=1: there is no 0; see the"),
        ("node.task.0.channels.x.y=1", "--set node.task.0.channels.x.y=1: there is no x; see the"),
        ("node.mode.x=1", "--set node.mode.x=1: there is no mode; see the scenario's file"),
        ("world.sound.words_per_hour=1", "--set world.sound.words_per_hour=1: there is no sound;"),
        (
            "node.battery.low_percent=4",
            "--set node.battery.low_percent=4: node.battery.low_percent: below critical_percent",
        ),
        (
            "node.channel.light.name=humidity",
            "--set node.channel.light.name=humidity: node.channel[2].name: the name humidity is",
        ),
        (
            "world.commands_per_day=1",
            "--set world.commands_per_day=1: world.commands_per_day: only a switch takes commands",
        ),
        (
            "node.battery.capacity_mah=1e-300",
            "--set: node.battery.capacity_mah: expected float >= 0.001, got 1e-300; keep to that",
        ),
        (
            "world.wifi.outage=[{start_h=1,hours=1e308}]",
            "--set: world.wifi.outage[0].hours: expected float <= 876000.0, got 1e+308",
        ),
        ("a." * 50_000 + "b=1", f"--set {'a.' * 30}…: there is no a; see the scenario's file"),
    ],
)
def test_a_wrong_change_is_told(change: str, told: str) -> None:
    assert fault("garden", change).startswith(told)


def test_a_fault_of_the_files_own_is_told_at_its_line_whatever_is_changed(tmp_path: Path) -> None:
    ion = 'chemistry = "li-ion"'
    path = variation(tmp_path, "garden", ion, f"low_percent = 1\n{ion}")
    told = fault(path, "seed=2", "node.battery.target_days=1")
    assert told.startswith(f"{path}:{changed_line(path)}: ")


def test_low_may_be_critical() -> None:
    battery = scenario.load("garden", ("node.battery.low_percent=5",)).file.node.battery
    assert battery
    assert battery.low_percent == battery.critical_percent


@pytest.mark.parametrize(
    "deep", ["{}b = 1", "[{}b]", "b = {{ {}b = 1 }}", '"x" . {}b = 1', "{}'b' = 1"]
)
def test_a_key_of_too_many_parts_is_told_before_it_is_parsed(deep: str, tmp_path: Path) -> None:
    """50,000 took a minute and gigabytes."""
    path = tmp_path / "deep.toml"
    path.write_text(f"title = 'x'\n{deep.format('a.' * 50_000)}\n")
    assert fault(path).startswith(f"{path}:2: a key of more than 32 parts; ")


def test_the_line_in_a_long_list_is_not_searched_for_ever(tmp_path: Path) -> None:
    path = variation(tmp_path, "garden", "seed = 1", "seed = [\n" + "1,\n" * 20_000 + "]")
    assert "seed: expected int, got list" in fault(path)


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbf" + text_of("garden").encode())
    assert scenario.load(str(path)).file == scenario.load("garden").file
    path.write_bytes(b"\xef\xbb\xbftitle = 1\n")
    assert fault(path).startswith(f"{path}:1: title: expected string")


VALUES = (
    *("-1", "0", "1", "2", "-0.0", "1.5", "1e308", "1e-9", "2147483648", "9" * 30, "nan", "inf"),
    *("true", '""', '"x"', '"door"', '"sound"', '"[/b]"', '"\\u0000"', "2020-01-01"),
    *("[]", "{}", "[1]", '["x"]', "[{}]", "600", "60000", "259200", "268435", "268436"),
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A shipped scenario with lines deleted, repeated, or of another value."""
    lines = text_of(draw(st.sampled_from(NAMES))).splitlines()
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        how = draw(st.sampled_from(["delete", "repeat", "value", "value", "sign", "size"]))
        if how == "delete":
            del lines[at]
        elif how == "repeat":
            lines.insert(draw(st.integers(0, len(lines))), lines[at])
        elif how == "value":
            key = lines[at].partition("=")[0]
            lines[at] = f"{key}= {draw(st.sampled_from(VALUES))}"
        elif how == "sign":
            lines[at] = re.sub(r"= (?=\d)", "= -", lines[at])
        else:
            lines[at] = re.sub(r"\d$", "999", lines[at])
    return "\n".join(lines)


@settings(max_examples=300)
@given(text=mutated())
def test_a_mutated_scenario_is_refused_in_one_line_or_runs(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("mutated") / "mine.toml"
    path.write_text(text)
    message = fault(path, "days=0.02")
    if message:
        assert len(message.splitlines()) == 1
        assert message.startswith(f"{path}:")
        return
    result = run.run(scenario.load(str(path), ("days=0.02",)))
    assert min(result.ledger.us) >= 0
    views = result.as_json()
    for view in ("by_state", "by_task", "by_decision"):
        parts = [line["charge_mc"] for line in views[view].values()]
        assert sum(parts) == pytest.approx(views["charge_mc"])
