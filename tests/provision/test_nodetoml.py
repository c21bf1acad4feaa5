"""node.toml: what it makes of a node, and that no fault of it shows a password."""

import re
from base64 import b64decode
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from host_sim.errors import BadInput
from host_sim.spec import scenario
from host_sim.spec.configure import device_config
from tests.firmware.chip import DRIVERS
from tests.interpreters import ROOT
from tests.provision.conftest import BROKER, NODE, WIFI
from torpor_tools.provision import node_toml

GARDEN = """\
name = "garden"
board = "lolin32_lite"
wifi = { ssid = "home" }
broker = { host = "192.0.2.1" }
[sensor]
temperature = { driver = "sht3x.temperature" }
humidity = { driver = "sht3x.humidity", sda = 21, scl = "scl" }
light = { driver = "analog", pin = "sound_adc" }
battery = { driver = "analog", pin = "battery_adc", ratio = 2.0 }
"""


def load(folder: Path, text: str) -> node_toml.Provision:
    path = folder / "node.toml"
    path.write_text(text, encoding="utf-8")
    return node_toml.load(path)


def test_a_scenarios_node_is_a_real_one(tmp_path: Path) -> None:
    """The [node] of the garden as it stands there: the very policy, and the drivers' pins."""
    chosen = scenario.load("garden")
    text = chosen.path.read_text()
    node = text[text.index("[node]") : text.index("[world]")]
    made = load(tmp_path, GARDEN + node)
    for channel, named in zip(made.config["channels"], chosen.file.node.channel, strict=True):
        assert channel.pop("name") == named.name
        for key, value in DRIVERS[named.name].items():
            assert channel.pop(key) == value
        channel.pop("ratio_x16", 16)
    seed = crc32(made.config["name"].encode())
    policy = device_config(chosen.file.node, chosen.board, seed)
    assert {key: made.config[key] for key in policy} == policy
    assert made.secrets == {}


def test_secrets_stand_apart(tmp_path: Path) -> None:
    made = load(tmp_path, NODE)
    assert made.secrets == {"wifi_password": WIFI.encode(), "broker_password": BROKER.encode()}
    for secret in (WIFI, BROKER):
        assert secret not in repr(made)
        assert secret not in str(made.config)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        # the test vectors of IEEE 802.11 for its pass-phrases
        ("password", "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"),
        ("0f" * 32, "0f" * 32),  # a key already
        ("", None),  # an open network
    ],
)
def test_a_stored_key_is_the_networks_and_not_its_passphrase(
    tmp_path: Path, given: str, kept: str | None
) -> None:
    head = GARDEN.replace('{ ssid = "home" }', f'{{ ssid = "IEEE", password = "{given}" }}')
    text = scenario.find("garden").read_text()
    node = text[text.index("[node]") : text.index("[world]")]
    assert 'key = "stored"' in node
    stored = load(tmp_path, head + node).secrets.get("wifi_password")
    assert stored == (kept.encode() if kept else None)
    derived = node.replace('key = "stored"', 'key = "passphrase"')
    assert load(tmp_path, head + derived).secrets.get("wifi_password") == (given.encode() or None)


def test_the_documented_one_is_read(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "flash.md").read_text()
    (shown,) = re.findall(r"```toml\n(# node.toml\n(?:(?!```).*\n)+)```", page)
    assert load(tmp_path, shown).config["name"] == "garden"


def plug(sensor: str) -> str:
    """A switch whose power is told by this sensor."""
    text = scenario.find("plug").read_text()
    node = text[text.index("[node]") : text.index("[world]")]
    pins = '[pins]\nwake = "button"\noutputs = [{ pin = "relay", on = 0 }]\n'
    return GARDEN[: GARDEN.index("[sensor]")] + pins + f"[sensor.power]\n{sensor}\n" + node


def test_a_switch(tmp_path: Path) -> None:
    text = plug('driver = "bl0937"\npin = 5\nmj_per_pulse = 1500')
    made = load(tmp_path, text)
    assert made.config["pins"] == {"wake": 0, "outputs": [{"pin": 26, "on": 0}]}
    for left_out, said in (
        ('wake = "button"\n', ":5: pins: a pin wakes this node, but which?; set wake in [pins]"),
        ('outputs = [{ pin = "relay", on = 0 }]\n', ":5: pins: a switch, and nothing else, has an"),
    ):
        with pytest.raises(BadInput) as fault:
            load(tmp_path, text.replace(left_out, ""))
        assert said in str(fault.value)
    with pytest.raises(BadInput, match=r"pins.wake: GPIO 34 of the esp32 has no pull-up"):
        load(tmp_path, text.replace('"button"', "34"))


def test_a_contact_is_pulled_up_by_the_chip_unless_it_wakes_it(tmp_path: Path) -> None:
    text = NODE.replace('driver = "sht3x.humidity"', 'driver = "contact"\npin = 34')
    with pytest.raises(BadInput, match=r"humidity.pin: GPIO 34 of the esp32 has no pull-up"):
        load(tmp_path, text)
    load(tmp_path, text.replace("34", "33"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "lolin32_lite",
            "esp32_dev",
            ":2: board: no board named esp32_dev; one of doit_devkit_v1, ",
        ),
        (f'"{WIFI}"', "12345678", ":6: wifi.password: expected string, got int; write a"),
        (WIFI, "seven77", ":6: wifi.password: a WPA password has 8 to 63 characters; "),
        (WIFI, "x" * 64, ":6: wifi.password: a WPA password has 8 to 63 characters; "),
        (WIFI, "ü" * 32, ":6: wifi.password: a WPA password has 8 to 63 characters; "),
        (WIFI, "x" * 8, None),
        (WIFI, "ü" * 31 + "x", None),
        (BROKER, "x" * 128, None),
        (BROKER, "x" * 129, ":11: broker.password: longer than 128 bytes; "),
        ("user =", "port = 65535\nuser =", None),
        ("user =", "port = 65536\nuser =", ":10: broker.port: expected int <= 65535, got 65536; "),
        ("user =", "port = 0\nuser =", ":10: broker.port: expected int >= 1, got 0; "),
        ('"garden"\np', f'"{"u" * 128}"\np', None),
        ('"garden"\np', f'"{"u" * 129}"\np', ":10: broker.user: expected string of length <= 128"),
        ('user = "garden"\n', "", ":10: broker.password: a password without a user; "),
        ("home", "é" * 16, None),
        ("home", "é" * 17, ":5: wifi.ssid: longer than 32 bytes; "),
        ("user", "usr", ":10: broker.usr: unknown key; did you mean user?"),
        ('"sht3x.humidity"', '"sht31"', ":34: sensor.humidity.driver: invalid value 'sht31'; one"),
        ('"sht3x.humidity"', '"contact"', ":33: sensor.humidity: the key pin is missing; add it"),
        (
            '"sht3x.humidity"',
            '"contact"\npin = "door"',
            ":35: sensor.humidity.pin: lolin32_lite has no pin named door; a number, or one of",
        ),
        ("sensor.humidity", "sensor.light", ":33: sensor.light: no channel named light; channels"),
        ("lolin32_lite", "xiao_esp32c3", None),
        (
            '"temperature", "hum',
            '"temp", "hum',
            ":21: node.task[0].channels: no channel named temp",
        ),
        ('"sht3x.humidity"', '"bl0937"\npin = 5\nmj_per_pulse = 1', None),
    ],
)
def test_a_fault_names_line_key_and_remedy(
    old: str, new: str, said: str | None, tmp_path: Path
) -> None:
    assert old in NODE
    if said is None:
        load(tmp_path, NODE.replace(old, new))
        return
    with pytest.raises(BadInput) as fault:
        load(tmp_path, NODE.replace(old, new))
    assert f"node.toml{said}" in str(fault.value)


OTHER_BUS = 'driver = "sht3x.humidity"\nsda = {}\nscl = {}'


def test_sensors_on_other_pins_have_a_bus_of_their_own_where_the_chip_has_one(
    tmp_path: Path,
) -> None:
    def on(sda: int, scl: int, board: str = "lolin32_lite") -> str:
        text = NODE.replace('driver = "sht3x.humidity"', OTHER_BUS.format(sda, scl))
        return text.replace("lolin32_lite", board)

    load(tmp_path, on(16, 17))
    for text, said in (
        (on(21, 17), "shares one line of a bus, and not the other; take both, or none"),
        (on(4, 5, "xiao_esp32c3"), "the ESP32-C3 has 1 I2C, this is one more; put the sensors on"),
    ):
        with pytest.raises(BadInput, match=f"node.toml:33: sensor.humidity: {said}"):
            load(tmp_path, text)


def test_a_voltage_is_read_on_a_converter(tmp_path: Path) -> None:
    text = NODE.replace('driver = "sht3x.humidity"', 'driver = "analog"\npin = 23')
    said = r"node.toml:35: sensor.humidity.pin: GPIO 23 of the esp32 is on no converter; take an"
    with pytest.raises(BadInput, match=said):
        load(tmp_path, text)


def test_a_switch_reads_no_voltage_on_the_converter_of_its_radio(tmp_path: Path) -> None:
    """A sensor measures before it joins, and may."""
    voltage = 'driver = "analog"\npin = 27'
    load(tmp_path, NODE.replace('driver = "sht3x.humidity"', voltage))
    said = r"sensor.power.pin: GPIO 27 of the esp32 is on the converter that its radio has; take an"
    with pytest.raises(BadInput, match=said):
        load(tmp_path, plug(voltage))
    load(tmp_path, plug(voltage.replace("27", "34")))


def test_a_chip_that_counts_no_pulses_has_no_meter(tmp_path: Path) -> None:
    text = NODE.replace("lolin32_lite", "xiao_esp32c3")
    with pytest.raises(
        BadInput, match=r"node.toml:33: sensor.humidity: the ESP32-C3 counts no pulses"
    ):
        load(tmp_path, text.replace('"sht3x.humidity"', '"bl0937"\npin = 5\nmj_per_pulse = 1'))


LISTENER = """
name = "hall"
board = "lolin32_lite"
wifi = { ssid = "home" }
broker = { host = "192.0.2.1" }
[sensor]
word = { driver = "microphone" }
[node]
kind = "sensor"
task = []
report = { period_s = 3_600 }
channel = [{ name = "word" }]
watch = { channel = "word", stages = [{ margin = 400 }], interval_ms = 150, ulp = true }
"""


def test_the_words_of_a_ulp_that_listens_are_in_the_config(tmp_path: Path) -> None:
    config = load(tmp_path, LISTENER).config
    binary = b64decode(config["ulp"]["binary"])
    text_bytes, words = int.from_bytes(binary[6:8], "little"), config["ulp"]["words"]
    assert (binary[:4], config["channels"][0]["pin"]) == (b"ulp\0", 34)
    assert words["threshold"] == text_bytes // 4
    assert {"ratio", "looks", "score", "mean", "count", "blocks"} < words.keys()
    assert config["ulp"]["gates"] == {"share": 0}  # of one stage
    assert "ulp" not in load(tmp_path, NODE).config


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('driver = "microphone"', 'driver = "microphone", pin = 25', "GPIO 25 is none of the"),
        ('driver = "microphone"', 'driver = "contact", pin = 33', "the ULP hears a microphone"),
    ],
)
def test_a_ulp_that_cannot_hear_is_refused(old: str, new: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=f"node.toml:7: sensor.word: {said}"):
        load(tmp_path, LISTENER.replace(old, new))


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_shows_a_password(tmp_path: Path, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(NODE)))
    end = data.draw(st.integers(start, min(len(NODE), start + 12)))
    into = data.draw(st.text('"=[]{}\n\\,.#a1 ', max_size=6))
    said = ""
    try:
        load(tmp_path, NODE[:start] + into + NODE[end:])
    except BadInput as fault:
        said = str(fault)
    assert WIFI not in said
    assert BROKER not in said
