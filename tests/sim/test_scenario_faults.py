"""What a scenario cannot say: each fault is one line with file, line, key and remedy."""

from pathlib import Path

import pytest

from host_sim.sim import run
from host_sim.spec import scenario
from tests.sim.files import changed_line, fault, line_at, variation

LIGHT = 'light = "irradiance"'
POLLED = 'channel = "battery"\n\n[node.watch]\nchannel = "light"\nstages = [{ margin = 1 }]\n'
EARLY = "earlier than the period is long; keep it below period_s"


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
        (
            "door",
            'door = "door"',
            "door = 1",
            "door = 1",
            'world.reads.door: its pin is the contact; read "door", or leave world.door out',
        ),
        (
            "plug",
            "commands_per_day = 6.0",
            'door = "Frontdoor"',
            "door =",
            "world.door: a switch has no contact; leave it out; commands_per_day turns its relay",
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
            "interval_ms = 80",
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
        ("sound", "interval_ms = 80", "interval_ms = 6"),
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
