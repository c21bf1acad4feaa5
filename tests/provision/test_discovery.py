"""What an entity is told to be, rendered as Home Assistant renders it."""

import json
from pathlib import Path
from typing import Any

import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tests.interpreters import ROOT
from torpor_tools import cli

EXAMPLES = ROOT / "docs/examples"
PLUG = (EXAMPLES / "plug/node.toml").read_text()
MAILBOX = (EXAMPLES / "mailbox/node.toml").read_text()
GREENHOUSE = (EXAMPLES / "greenhouse/node.toml").read_text()
GATEWAY = """
name = "attic"
board = "esp32_devkitc"
wifi = { ssid = "home" }
broker = { host = "192.0.2.7" }
gateway = { nodes = { garden = "24:6f:28:aa:bb:0c" } }
"""
GARDEN = """
name = "garden"
board = "lolin32_lite"
gateway = { address = "24:6f:28:aa:bb:cc" }
[node]
kind = "sensor"
link = "espnow"
report = { period_s = 10_800, late_s = 1_800 }
task = [{ name = "climate", channels = ["temperature"], period_s = 300 }]
channel = [{ name = "temperature" }]
[sensor.temperature]
driver = "sht3x.temperature"
"""
CO2 = "class Co2:\n    def read(self):\n        return 400\n"
SOUND = """
name = "ear"
board = "lolin32_lite"
wifi = { ssid = "home" }
broker = { host = "192.0.2.1" }
[node]
kind = "sensor"
deepest_sleep = "light"
report = { period_s = 86_400 }
channel = [{ name = "word", within_s = 60 }]
watch = { channel = "word", stages = [{ margin = 300 }], interval_ms = 200 }
[sensor.word]
driver = "microphone"
pin = 34
"""


def announced(tmp_path: Path, capsys: pytest.CaptureFixture[str], *texts: str) -> dict[str, Any]:
    """What is announced of nodes, by platform and channel."""
    paths = []
    for i, text in enumerate(texts):
        path = tmp_path / f"{i}.toml"
        path.write_text(text)
        paths.append(str(path))
    assert cli.run(["announce", "--dry-run", "--json", *paths]) == 0
    found: dict[str, Any] = {}
    for one in json.loads(capsys.readouterr().out):
        assert one["removed"] == []
        for topic, config in one["announced"].items():
            prefix, platform, _, name, last = topic.split("/")
            assert (prefix, last) == ("homeassistant", "config")
            found[f"{platform} {name}"] = config
    return found


def shown(config: dict[str, Any], readings: list[dict[str, Any]]) -> str:
    """What an entity makes of a message, as Home Assistant renders its template."""
    template = ImmutableSandboxedEnvironment().from_string(config["value_template"])
    return template.render(value_json=readings)


def reading(channel: str, value: int, age_s: int = 0) -> dict[str, Any]:
    return {"channel": channel, "value": value, "age_s": age_s}


def test_no_two_nodes_share_an_entity(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plug = PLUG.replace('"plug"', '"garden"').replace('"relay" #', '"bed_relay" #')
    plug = plug.replace('channel = "relay"', 'channel = "bed_relay"')
    bed = PLUG.replace('"plug"', '"garden_bed"')
    one = announced(tmp_path, capsys, plug)["switch bed_relay"]
    other = announced(tmp_path, capsys, bed)["switch relay"]
    assert one["unique_id"] != other["unique_id"]


def test_a_channel_of_the_nodes_name_has_the_devices(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = announced(tmp_path, capsys, MAILBOX.replace('"mailbox"', '"lid"'))
    assert told["binary_sensor lid"]["name"] is None
    assert told["sensor battery"]["name"] == "Battery"


def test_a_measured_channel_has_its_unit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = announced(tmp_path, capsys, GREENHOUSE)
    kinds = {
        name: (one["device_class"], one["unit_of_measurement"], one.get("entity_category"))
        for name, one in told.items()
    }
    assert kinds == {
        "sensor temperature": ("temperature", "°C", None),
        "sensor humidity": ("humidity", "%", None),
        "sensor light": ("voltage", "mV", None),
        "sensor store": ("voltage", "mV", "diagnostic"),
    }
    several = [reading("temperature", 2000, 400), reading("temperature", -215), reading("store", 4)]
    assert shown(told["sensor temperature"], several) == "-2.15"
    assert shown(told["sensor store"], several) == "4"
    assert shown(told["sensor humidity"], several) == ""  # which changes nothing


def test_what_a_failed_sensor_read_last_is_not_shown_for_ever(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = announced(tmp_path, capsys, GARDEN, GATEWAY)["sensor temperature"]
    fresh_s = 3 * (10_800 + 1_800)  # heartbeats, slower than its task
    assert shown(told, [reading("temperature", 2150, fresh_s)]) == "21.5"
    assert shown(told, [reading("temperature", 2150, fresh_s + 1)]) == "None"  # to HA: unknown
    slow = GARDEN.replace("period_s = 300", "period_s = 86_400, late_s = 600")
    slow = announced(tmp_path, capsys, slow, GATEWAY)["sensor temperature"]
    fresh_s = 3 * (86_400 + 600)
    assert shown(slow, [reading("temperature", 2150, fresh_s)]) == "21.5"
    assert shown(slow, [reading("temperature", 2150, fresh_s + 1)]) == "None"
    lid = announced(tmp_path, capsys, MAILBOX)["binary_sensor lid"]
    assert shown(lid, [reading("lid", 1, 536_870)]) == lid["payload_on"]  # it has not moved


def test_a_node_that_lives_on_light_may_be_slow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = announced(tmp_path, capsys, GREENHOUSE)["sensor temperature"]
    assert told["expire_after"] == 9 * (7_200 + 600)
    kept = announced(tmp_path, capsys, GREENHOUSE.replace("harvested = true", ""))
    assert kept["sensor temperature"]["expire_after"] == 3 * (7_200 + 600)


def test_a_sensor_of_ones_own_has_what_its_table_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "air.py").write_text(CO2)
    own = GARDEN.replace('"sht3x.temperature"', '"air.Co2"')
    told = announced(tmp_path, capsys, own, GATEWAY)["sensor temperature"]
    assert told["state_class"] == "measurement"
    assert not {"device_class", "unit_of_measurement"} & told.keys()
    assert shown(told, [reading("temperature", 400)]) == "400"
    own += 'unit = "ppm"\ndevice_class = "carbon_dioxide"\nscale = 10\n'
    told = announced(tmp_path, capsys, own, GATEWAY)["sensor temperature"]
    assert (told["device_class"], told["unit_of_measurement"]) == ("carbon_dioxide", "ppm")
    assert shown(told, [reading("temperature", 4_003)]) == "400.3"


@pytest.mark.parametrize(
    ("device_class", "state_class", "said"),
    [
        ("carbon_dioxide", "measurement", ""),
        ("opening", "measurement", "; a later one may"),  # is no number
        ("pressre", "measurement", "knows no device_class pressre; did you mean pressure?"),
        ("energy", "total_increasing", ""),
        ("energy_storage", "measurement", ""),
    ],
)
def test_a_class_that_home_assistant_does_not_know_is_told(
    device_class: str,
    state_class: str,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "air.py").write_text(CO2)
    own = GARDEN.replace('"sht3x.temperature"', f'"air.Co2"\ndevice_class = "{device_class}"')
    for i, text in enumerate((GATEWAY, own)):
        (tmp_path / f"{i}.toml").write_text(text)
    files = [str(tmp_path / f"{i}.toml") for i in range(2)]
    assert cli.run(["announce", "--dry-run", "--json", *files]) == 0
    printed = capsys.readouterr()
    assert f'"state_class": "{state_class}"' in printed.out
    assert printed.err == "" if not said else printed.err.rstrip().endswith(said)


@pytest.mark.parametrize(
    ("key", "shown_as"), [("unit", "unit_of_measurement"), ("device_class", "device_class")]
)
def test_a_sensor_of_ones_own_may_have_one_of_both(
    key: str, shown_as: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "air.py").write_text(CO2)
    own = GARDEN.replace('"sht3x.temperature"', '"air.Co2"') + f'{key} = "aqi"\n'
    told = announced(tmp_path, capsys, own, GATEWAY)["sensor temperature"]
    both = {"device_class", "unit_of_measurement"}
    assert {name: told[name] for name in both & told.keys()} == {shown_as: "aqi"}


def test_a_board_of_ones_own_is_called_by_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = (ROOT / "boards/lolin32_lite/board.toml").read_text()
    (tmp_path / "mine.toml").write_text(board.replace('"lolin32_lite"', '"attic_board"'))
    plug = announced(tmp_path, capsys, PLUG.replace('"lolin32_lite"', '"mine.toml"'))
    assert plug["switch relay"]["device"]["model"] == "attic_board"


def test_what_nothing_reads_is_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spare = '\n[[node.channel]]\nname = "spare"\n[node.watch]'
    assert announced(tmp_path, capsys, MAILBOX.replace("\n[node.watch]", spare)).keys() == {
        "binary_sensor lid",
        "sensor battery",
    }


def test_a_relay_is_a_switch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    relay = announced(tmp_path, capsys, PLUG)["switch relay"]
    assert relay["command_topic"] == "torpor/plug/set"
    for value, state in ((1, relay["state_on"]), (0, relay["state_off"])):
        assert shown(relay, [reading("relay", value), reading("power", 7512)]) == state


def test_a_switch_is_lost_by_its_will_and_a_sensor_by_three_heartbeats(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    power = announced(tmp_path, capsys, PLUG)["sensor power"]
    assert power["availability_topic"] == "torpor/plug/online"
    assert (power["payload_available"], power["payload_not_available"]) == ("1", "0")
    assert "expire_after" not in power
    lid = announced(tmp_path, capsys, MAILBOX)["binary_sensor lid"]
    assert lid["expire_after"] == 3 * (86_400 + 3_600)
    assert "availability_topic" not in lid


def test_a_contact_opens_and_what_is_held_is_motion(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lid = announced(tmp_path, capsys, MAILBOX)["binary_sensor lid"]
    assert lid["device_class"] == "opening"
    assert shown(lid, [reading("lid", 1, 9), reading("lid", 0)]) == lid["payload_off"]
    assert shown(lid, [reading("lid", 0, 9), reading("lid", 1)]) == lid["payload_on"]
    held = MAILBOX.replace("stages = [{", "hold_s = 60\nstages = [{")
    cell = 'driver = "analog"\npin = "battery_adc"\nratio = 2.0'
    held = held.replace(cell, 'driver = "contact"\npin = 4')
    told = announced(tmp_path, capsys, held)
    assert told["binary_sensor lid"]["device_class"] == "motion"
    assert told["binary_sensor battery"]["device_class"] == "opening"  # which is not held


def test_a_word_is_on_for_a_while_and_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    word = announced(tmp_path, capsys, SOUND)["binary_sensor word"]
    assert (word["device_class"], word["off_delay"]) == ("sound", 30)
    assert shown(word, [reading("word", 1, 60 + 59)]) == word["payload_on"]
    assert shown(word, [reading("word", 1, 60 + 60)]) == ""  # a heartbeat repeats it
    assert shown(word, [reading("word", -1)]) == ""  # it hears less, to save


def test_a_node_goes_by_its_gateway(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = announced(tmp_path, capsys, GARDEN, GATEWAY)
    assert list(told) == ["binary_sensor online", "sensor temperature"]  # what it hangs on first
    assert told["binary_sensor online"]["state_topic"] == "torpor/attic/online"
    assert told["binary_sensor online"]["device_class"] == "connectivity"
    (known,) = told["binary_sensor online"]["device"]["identifiers"]
    assert told["sensor temperature"]["device"]["via_device"] == known
    path = tmp_path / "0.toml"
    assert cli.run(["announce", "--dry-run", str(path)]) == 2
    line = "its gateway has the broker; name the gateway.toml that lists it, too"
    assert capsys.readouterr().err == f"torpor: {path}: {line}\n"
