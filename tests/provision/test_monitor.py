"""node.toml of a node whose ULP reads: what config.json has of it, and what it cannot read."""

from base64 import b64decode
from pathlib import Path

import pytest

from host_sim.errors import BadInput
from host_sim.spec import scenario
from torpor import kept
from torpor.drivers.row import ROW
from torpor_tools.provision import node_toml, version

NODE = """\
name = "garden"
board = "{board}"

[wifi]
ssid = "home"
password = "sleepwell"

[broker]
host = "192.0.2.1"

[node]
kind = "sensor"
key = "stored"
report = {{ period_s = 10_800 }}

[[node.task]]
name = "climate"
channels = ["temperature", "humidity"]
period_s = 300
ulp = true

[[node.task]]
name = "light"
channels = ["light"]
period_s = 900
ulp = true

[[node.channel]]
name = "temperature"
delta = 50

[[node.channel]]
name = "humidity"
delta = 300

[[node.channel]]
name = "light"
delta = 150

[sensor.temperature]
driver = "sht3x.temperature"
sda = {sda}
scl = {scl}

[sensor.humidity]
driver = "sht3x.humidity"
sda = {sda}
scl = {scl}

[sensor.light]
driver = "{light}"
pin = {pin}
"""
PLAIN = {"board": "lolin32_lite", "sda": 32, "scl": 33, "light": "analog", "pin": 34}


def loaded(tmp_path: Path, **changes: object) -> node_toml.Provision:
    path = tmp_path / "node.toml"
    path.write_text(NODE.format(**(PLAIN | changes)))
    return node_toml.load(path)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"sda": 25, "scl": 26, "pin": 36},
        {"board": "xiao_esp32s3", "sda": 5, "scl": 6, "pin": 4},
        {"board": "tinys2", "sda": 8, "scl": 9, "pin": 4},
    ],
)
def test_the_chip_is_told_program_and_place(tmp_path: Path, changes: dict[str, object]) -> None:
    config = loaded(tmp_path, **changes).config
    told = config["monitor"]
    assert told["channels"] == [0, 1, 2]
    assert told["every_ms"] == config["ulp_ms"] == 100_000
    assert [task["ulp"] for task in config["tasks"]] == [1, 1, 0]
    assert b64decode(told["binary"])[:4] == b"ulp\0"
    words = len(b64decode(told["binary"])) // 4 - 3
    assert words == told["words"]["count"]  # variables lie behind the program
    assert told["words"]["channels"] + 3 * ROW <= 2040 // 4 - 3
    steps = {"lolin32_lite": 50_356, "xiao_esp32s3": 47_314, "tinys2": 39_683}
    nv = [channel.get("ulp_nv") for channel in config["channels"]]
    assert nv == [None, None, steps[str(changes.get("board", "lolin32_lite"))]]


def test_deep_sleep_keeps_all_of_it_but_the_program(tmp_path: Path) -> None:
    config = {**loaded(tmp_path).config, "fingerprint": 1, "path": "/a/config.json"}
    known = kept.unpacked(kept.packed(config), "/a/config.json")
    assert known
    told = dict(config["monitor"])
    del told["binary"]
    assert known["monitor"] == told


def test_its_wake_is_that_of_a_node_which_its_timer_wakes(tmp_path: Path) -> None:
    """And loads monitor.py besides."""
    config = version.as_json(loaded(tmp_path).config)
    made, alone = (version.files(one) for one in (config, version.as_json({"pins": {}})))
    assert {name for name in made if made[name] != alone[name]} == {"config.json"}
    assert "monitor.mpy" in made


def test_a_chip_without_one_reads_as_ever(tmp_path: Path) -> None:
    config = loaded(tmp_path, board="xiao_esp32c3", sda=6, scl=7, pin=2).config
    assert "monitor" not in config
    assert config["ulp_ms"] == 0
    assert {task["ulp"] for task in config["tasks"]} == {0}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sda": 21, "scl": 22}, "sensor.temperature.sda: GPIO 21 is no pin that the ULP drives"),
        ({"scl": 22}, "sensor.temperature.scl: GPIO 22 is no pin that the ULP drives"),
        ({"board": "xiao_esp32s3", "sda": 43, "pin": 4}, "GPIO 43 is no pin that the ULP drives"),
        ({"pin": 27}, "sensor.light: GPIO 27 is none of the converter that the ULP has"),
        ({"light": "contact", "pin": 25}, "sensor.light: the ULP reads an SHT3x or the converter"),
    ],
)
def test_what_the_ulp_cannot_read_is_told(
    tmp_path: Path, changes: dict[str, object], told: str
) -> None:
    with pytest.raises(BadInput) as caught:
        loaded(tmp_path, **changes)
    assert told in str(caught.value)


def test_one_bus_is_as_many_as_it_reads(tmp_path: Path) -> None:
    path = tmp_path / "node.toml"
    text = NODE.format(**PLAIN)
    first, second = text.rsplit("sda = 32\nscl = 33", 1)
    path.write_text(f"{first}sda = 25\nscl = 26{second}")
    with pytest.raises(BadInput, match="the ULP reads one bus"):
        node_toml.load(path)


def test_what_does_not_fit_its_memory_is_told(tmp_path: Path) -> None:
    names = {f"v{i}": pin for i, pin in enumerate((35, 36, 37, 38, 39))}
    channels = "".join(f'[[node.channel]]\nname = "{name}"\ndelta = 1\n' for name in names)
    sensors = "".join(
        f'[sensor.{name}]\ndriver = "analog"\npin = {pin}\n' for name, pin in names.items()
    )
    text = NODE.format(**PLAIN).replace('["light"]', '["light", "v0", "v1", "v2", "v3", "v4"]')
    path = tmp_path / "node.toml"
    path.write_text(text + channels + sensors)
    with pytest.raises(BadInput, match=r"bytes with its header, and 2040 fit"):
        node_toml.load(path)


def test_a_simulation_of_a_node_that_could_not_be_flashed_is_refused(tmp_path: Path) -> None:
    """By the pins of its own file; on another board it is not known how it would be wired."""
    (tmp_path / "node.toml").write_text(NODE.format(**(PLAIN | {"sda": 21})))
    reads = "temperature = 0\nhumidity = 0\nlight = 0\n"
    world = tmp_path / "garden.toml"
    world.write_text(f'title = "a garden"\nnode = "node.toml"\ndays = 1\n[world.reads]\n{reads}')
    with pytest.raises(BadInput, match="GPIO 21 is no pin that the ULP drives"):
        scenario.load(str(world))
    assert scenario.load(str(world), ("board=firebeetle_esp32",))
