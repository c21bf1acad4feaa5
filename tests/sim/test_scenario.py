"""Scenarios: a fault is one line with file, line, key and remedy, whatever the file."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.sim import run
from host_sim.spec import scenario
from tests.sim.files import changed_line, fault, line_at, text_of, variation

NAMES = scenario.names()
LIGHT = 'light = "irradiance"'
POLLED = 'channel = "battery"\n\n[node.watch]\nchannel = "light"\nstages = [{ margin = 1 }]\n'
EARLY = "earlier than the period is long; keep it below period_s"


def test_the_scenarios_that_ship() -> None:
    assert NAMES == ["door", "garden", "plug", "sound"]


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_elsewhere_is_the_same_scenario(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.toml"
    path.write_text(text_of(name))
    copy, shipped = scenario.load(str(path)), scenario.load(name)
    assert (copy.name, copy.file, copy.board) == (name, shipped.file, shipped.board)


@pytest.mark.parametrize(
    ("name", "old", "new", "at", "told"),
    [
        # names
        (
            "garden",
            '"climate"',
            '"light"',
            '"light"\nchannels = ["light"]',
            "node.task[1].name: the",
        ),
        (
            "garden",
            '"climate"',
            '"report"',
            '"report"',
            "node.task[0].name: the name report is tak",
        ),
        (
            "garden",
            '"climate"',
            '"watch"',
            '"watch"',
            "node.task[0].name: the name watch is taken;",
        ),
        ("garden", '"climate"', '"node"', '"node"', "node.task[0].name: the name node is taken; c"),
        (
            "garden",
            'name = "humidity"',
            'name = "temperature"',
            'name = "temperature" # centi-percent',
            "node.channel[1].name: the name temperature is taken; choose another",
        ),
        (
            "garden",
            'channels = ["light"]',
            'channels = ["dark"]',
            'channels = ["dark"]',
            "node.task[1].channels: no channel named dark; channels: temperature, humidity, light",
        ),
        (
            "garden",
            LIGHT,
            f'{LIGHT}\nx = "door"',
            'x = "door"',
            "world.reads.x: no channel named x;",
        ),
        ("garden", LIGHT, "", "[world.reads]", "world.reads: nothing to read for light; name its"),
        (
            "door",
            'channel = "door"\npull_up_kohm',
            'channel = "gate"\npull_up_kohm',
            'channel = "gate"',
            "node.watch.channel: no channel named gate; channels: door, battery",
        ),
        (
            "door",
            '3_000\nchannel = "battery"',
            '3_000\nchannel = "cell"',
            'channel = "cell"',
            "node.battery.channel: no channel named cell; channels: door, battery",
        ),
        # what the world has
        (
            "garden",
            LIGHT,
            'light = "moon"',
            "light = ",
            "world.reads.light: no source moon; one of",
        ),
        (
            "plug",
            "appliance:washing-machine",
            "appliance:toaster",
            "power = ",
            "world.reads.power: no source appliance:toaster; one of temperature, humidity, irra",
        ),
        (
            "garden",
            LIGHT,
            'light = "door"',
            "light = ",
            "world.reads.light: there is no door; name",
        ),
        (
            "garden",
            LIGHT,
            'light = "sound"',
            "light = ",
            "world.reads.light: there is no sound; add",
        ),
        (
            "door",
            '"Frontdoor"',
            '"Backdoor"',
            '"Backdoor"',
            "world.door: no contact Backdoor; one of CupsCupboard, ",
        ),
        # the detector
        (
            "sound",
            "ulp = true",
            "ulp = true\nhold_s = 9",
            "hold_s",
            "node.watch.hold_s: only a sensor's pin is held; leave it out",
        ),
        (
            "sound",
            "ulp = true",
            "ulp = false",
            "[node]",
            'node.deepest_sleep: deep sleep cannot poll; set deepest_sleep = "light"',
        ),
        (
            "sound",
            "interval_ms = 120",
            "interval_ms = 5",
            "interval_ms",
            "node.watch.interval_ms: a poll alone takes 6 ms; poll less often",
        ),
        (
            "sound",
            "poll_ms = 150",
            "poll_ms = 5",
            "poll_ms = 5",
            "baseline.poll_ms: a poll alone takes 6 ms; poll less often",
        ),
        (
            "garden",
            "report_s = 300",
            "report_s = 300\npoll_ms = 100",
            "poll_ms = 100",
            "baseline.poll_ms: the node does not poll; leave it out",
        ),
        (
            "garden",
            'capacity_mah = 3_000\nchannel = "battery"\n',
            f"capacity_mah = 3_000\n{POLLED}interval_ms = 100\n",
            "[node]",
            "node.deepest_sleep: deep sleep cannot poll; ",
        ),
        (
            "plug",
            "stages = [{ margin = 0 }]",
            "stages = [{ margin = 0 }]\ninterval_ms = 100",
            "[node]",
            "node: a switch's button is a pin; add [node.watch] without an interval",
        ),
        (
            "plug",
            '[node.watch]\nchannel = "relay"\nstages = [{ margin = 0 }]\n',
            "",
            "[node]",
            "node: a switch's button is a pin; add [node.watch] without an interval",
        ),
        # windows, priorities, budgets
        (
            "garden",
            "early_s = 60",
            "early_s = 300",
            "early_s = 300\nlate_s = 60",
            "node.task[0].ea",
        ),
        (
            "garden",
            "early_s = 1_800",
            "early_s = 10_800",
            "early_s = 10_800",
            f"node.report.early_s: {EARLY}",
        ),
        (
            "garden",
            "priority = 5",
            "priority = 3",
            "priority = 3",
            "node.task[2].priority: a low battery would end its own reading; at least 4",
        ),
        (
            "garden",
            "at_least = 99",
            "",
            '[[budget]]\nname = "delivered_percent"',
            "budget[1]: has no limit; add at_most, at_least or tolerance_percent",
        ),
        (
            "garden",
            "at_least = 99",
            "at_least = 99\nat_most = 100",
            '[[budget]]\nname = "delivered_percent"',
            "budget[1]: has both at_most and at_least; keep one of them",
        ),
        (
            "garden",
            "at_least = 99",
            'at_least = 99\ntask = "climate"',
            'task = "climate"',
            "budget[1].task: delivered_percent is no task's; leave it out, or charge_mc_per_day, "
            "radio_on_s_per_day",
        ),
        (
            "garden",
            'name = "delivered_percent"\nat_least = 99',
            'name = "charge_mc_per_day"\nat_most = 99\ntask = "clima"',
            'task = "clima"',
            "budget[1].task: no task clima; one of climate, light, battery, report, watch, node",
        ),
        (
            "plug",
            '"average_current_ua"',
            '"battery_life_days"',
            '"battery_life_days"',
            "budget[0].name: no battery; add [node.battery]",
        ),
        # the board
        (
            "garden",
            '"lolin32_lite"',
            '"esp8266"',
            '"esp8266"',
            "board: no board named esp8266; one of doit_devkit_v1, ",
        ),
        ("garden", '"lolin32_lite"', '""', "board = ", "board: expected string of length >= 1"),
    ],
)
def test_what_does_not_fit_is_told(
    name: str, old: str, new: str, at: str, told: str, tmp_path: Path
) -> None:
    path = variation(tmp_path, name, old, new)
    message = fault(path)
    assert message.startswith(f"{path}:{line_at(path, at)}: {told}")
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("garden", "early_s = 60", "early_s = 299"),
        ("garden", "early_s = 1_800", "early_s = 10_799"),
        ("garden", "priority = 5", "priority = 4"),
        ("sound", "interval_ms = 120", "interval_ms = 6"),
        ("sound", "poll_ms = 150", "poll_ms = 6"),
        ("sound", "false_per_day = 100", "false_per_day = 1"),
        ("sound", "false_per_day = 100", "false_per_day = 0"),
        ("garden", LIGHT, 'light = "appliance:kettle"'),
        ("door", '"Frontdoor"', '"Fridge"'),
    ],
)
def test_what_just_fits_is_simulated(name: str, old: str, new: str, tmp_path: Path) -> None:
    path = variation(tmp_path, name, old, new)
    result = run.run(scenario.load(str(path), ("days=0.1",)))
    assert min(result.ledger.us) >= 0
    assert result.days == pytest.approx(0.1, rel=0.001)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("days = 365", "days = 0", "days: expected float >= 0.001, got 0; keep to that"),
        ("days = 365", "days = 36_501", "days: expected float <= 36500"),
        ("seed = 1", "seed = -1", "seed: expected int >= 0, got -1; keep to that"),
        ("seed = 1", "seed = 2_147_483_648", "seed: expected int <= 2147483647"),
        ("seed = 1", "sede = 1", "sede: unknown key; did you mean seed?"),
        ("mean_dbm = -68.0", "mean_dbm = -100.5", "world.wifi.mean_dbm: expected float >= -100"),
        ("mean_dbm = -68.0", 'rate = "2M"', "world.wifi.rate: invalid enum value '2M'; one of 1M"),
        ("mean_dbm = -68.0", "channel = 14", "world.wifi.channel: expected int <= 13, got 14;"),
        ("mean_dbm = -68.0", "busy = 0.96", "world.wifi.busy: expected float <= 0.95, got 0.96;"),
        ("mean_dbm = -68.0", "disturbed = [0.1]", "world.wifi.disturbed: expected list of length "),
        ("mean_dbm = -68.0", "disturbed = true", "world.wifi.disturbed: expected float or list, "),
        (
            "mean_dbm = -68.0",
            "outage = [{ start_h = 1, hours = 0 }]",
            "world.wifi.outage[0].hours: expected float > 0.0, got 0; keep to that",
        ),
        (
            "mean_dbm = -68.0",
            "outage = [{ start_h = 1, hour = 2 }]",
            "world.wifi.outage[0].hour: unknown key; did you mean hours?",
        ),
        ("drift_ppm = 40", "drift_ppm = 501", "world.drift_ppm: expected int <= 500, got 501; kee"),
        ("drift_ppm = 40", "first_month = 13", "world.first_month: expected int <= 12, got 13; ke"),
        (
            "drift_ppm = 40",
            "commands_per_day = -1",
            "world.commands_per_day: expected float >= 0.0,",
        ),
        ("report_s = 300", "report_s = 0", "baseline.report_s: expected int >= 1, got 0; keep to"),
        (
            'name = "delivered_percent"',
            'name = "delivered"',
            "budget[1].name: invalid enum value 'delivered'; one of alarm_p95_s, average_current",
        ),
        (
            "drift_ppm = 40",
            "sound = { words_per_hour = 601, bursts_per_hour = 1, night_gain_x16 = 1, "
            "day_gain_x16 = 1 }",
            "world.sound.words_per_hour: expected float <= 600",
        ),
    ],
)
def test_a_wrong_value_is_told(old: str, new: str, told: str, tmp_path: Path) -> None:
    path = variation(tmp_path, "garden", old, new)
    assert fault(path).startswith(f"{path}:{changed_line(path)}: {told}")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("gardn", "no scenario named gardn; one of door, garden, plug, sound, or a .toml file"),
        ("", "no scenario named ; one of door, "),
        ("x" * 300, "no scenario named xxx"),
        ("none.toml", "none.toml: no such file; check the path"),
        ("x" * 300 + ".toml", "xxx"),
        ("empty.toml", "empty.toml: the file is empty; start from a shipped one"),
        ("folder.toml", "folder.toml: is a folder; name a file"),
        ("latin.toml", "latin.toml: not a UTF-8 text file; save it as UTF-8"),
    ],
)
def test_a_file_that_is_none_is_told(
    name: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.toml").write_text("\n")
    Path("folder.toml").mkdir()
    Path("latin.toml").write_bytes("title = 'für'".encode("latin-1"))
    assert fault(name).startswith(told)


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


@settings(max_examples=300, deadline=None)
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
