"""A driver of one's own: told at its line where it cannot be, onto the board with the firmware."""

import json
from pathlib import Path

import pytest

from host_sim.errors import BadInput
from tests.provision.board import Board
from tests.provision.conftest import NODE
from tests.provision.deployed import SIZE, content, deploy, files
from torpor_tools.provision import layout, node_toml, version

SENSOR = """
from helper import TWICE
class Answer:
    def __init__(self, pin, gain=1, *, offset=0):
        self.value = pin * TWICE * gain + offset
    def read(self):
        return self.value
class Silent:
    pass
class Derived(Answer):
    pass
class Named(Answer):
    def __init__(self, *, gain, offset=0):
        super().__init__(1, gain, offset=offset)
class Bare:
    def read(self):
        return 1
"""
OWN = '[sensor.humidity]\ndriver = "mine.Answer"\npins = { pin = "led" }\nkeys = { offset = -1 }\n'
SHIPPED = '[sensor.humidity]\ndriver = "sht3x.humidity"\n'


@pytest.fixture
def node(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(SENSOR)
    (tmp_path / "helper.py").write_text("import third\nTWICE = 2 * third.ONE\n")
    (tmp_path / "third.py").write_text("ONE = 1\n")
    path = tmp_path / "node.toml"
    assert SHIPPED in NODE
    path.write_text(NODE.replace(SHIPPED, OWN))
    return path


def test_the_board_is_told_its_pins_by_number(node: Path) -> None:
    told = node_toml.load(node)
    channel = next(one for one in told.config["channels"] if one["name"] == "humidity")
    assert channel["driver"] == "mine.Answer"
    assert channel["own"] == {"pin": told.board.file.pins["led"], "offset": -1}
    assert sorted(told.modules) == ["helper.mpy", "mine.mpy", "third.mpy"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("mine.Answer", "mine.Nothing", "sensor.humidity.driver: mine.py has no class Nothing"),
        ("mine.Answer", "mine.Silent", "sensor.humidity.driver: Silent has no read()"),
        ("mine.Answer", "other.Answer", "no driver other.Answer ships, and there is no other.py"),
        ("mine.Answer", "machine.Pin", "sensor.humidity.driver: the name machine is taken"),
        ("mine.Answer", "json.Reader", "sensor.humidity.driver: the name json is taken"),
        ("mine.Answer", "mine.answer", "invalid value 'mine.answer'; one of sht3x.temperature"),
        ("mine.Answer", "../mine.Answer", "invalid value '../mine.Answer'; one of"),
        ("{ pin =", "{ pins =", "sensor.humidity.pins.pins: Answer takes no pins"),
        ('pins = { pin = "led" }', "", "sensor.humidity: Answer needs pin; add it to pins or keys"),
        ("mine.Answer", "mine.Named", "pins.pin: Named takes no pin; one of gain, offset"),
        ('Answer"\npins = { pin = "led" }', 'Named"', "Named needs gain; add it to pins or keys"),
        ("mine.Answer", "mine.Bare", "humidity.pins.pin: Bare takes no pin; leave it out"),
        ('pins = { pin = "led" }', "pin = 5", "humidity.pin: unknown key; did you mean pins?"),
        ("{ offset", "{ pin = 1, offset", "sensor.humidity.keys.pin: pin is in pins, too"),
        ('"led"', '"wing"', "has no pin named wing"),
        ('"led"', "99", "sensor.humidity.pins.pin: expected int <= 48"),
        ("offset = -1", "offset = [1]", "sensor.humidity.keys.offset: expected "),
        ("keys =", "key =", "sensor.humidity.key: unknown key; did you mean keys?"),
        ("keys =", "zz =", "zz: unknown key; known here: pins, keys, unit, device_class, scale"),
    ],
)
def test_a_fault_is_told_at_its_line(node: Path, old: str, new: str, told: str) -> None:
    text = node.read_text()
    assert old in text
    node.write_text(text.replace(old, new, 1))
    with pytest.raises(BadInput) as raised:
        node_toml.load(node)
    assert told in str(raised.value)
    assert str(raised.value).startswith(f"{node}:")


def test_what_is_no_python_is_told_at_its_line(node: Path) -> None:
    (node.parent / "mine.py").write_text("class Answer:\n    def read(self) return 1\n")
    with pytest.raises(BadInput, match=r"mine\.py:2: is no Python; mend it"):
        node_toml.load(node)


def test_a_class_that_inherits_may_have_all_from_elsewhere(node: Path) -> None:
    node.write_text(node.read_text().replace("mine.Answer", "mine.Derived"))
    assert node_toml.load(node).config


READ = """
import json
from torpor.drivers import open_driver
with open("config.json") as file:
    for channel in json.load(file)["channels"]:
        if "own" in channel:
            print("read", open_driver(channel).read())
"""


def test_it_runs_on_the_board_and_stays_with_its_configuration(
    node: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = Board(tmp_path, layout.file_system(version.files(None), SIZE))
    assert deploy(board, "--config", node, "--json") == 0
    sent = json.loads(capsys.readouterr().out)["sent_bytes"]
    assert {"mine.mpy", "helper.mpy", "config.json"} <= set(sent)
    with files(board) as flash, flash.open("b/main.py", "wb") as file:
        file.write(READ.encode())
    pin = node_toml.load(node).board.file.pins["led"]
    assert f"read {2 * pin - 1}" in board.start().stdout
    assert deploy(board, "--json") == 0  # main.py as it was, and no node.toml
    slot = json.loads(capsys.readouterr().out)["slot"]
    assert content(board, f"{slot}/mine.mpy") == node_toml.load(node).modules["mine.mpy"]
    node.write_text(node.read_text().replace(OWN, SHIPPED))
    assert deploy(board, "--config", node, "--json") == 0
    slot = json.loads(capsys.readouterr().out)["slot"]
    with files(board) as flash:
        assert "mine.mpy" not in flash.listdir(slot)
