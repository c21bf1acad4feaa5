"""A node.toml and the fakes of the chip."""

from pathlib import Path

import pytest

from tests.provision.board import Board
from tests.provision.deployed import SIZE
from torpor_tools.commands import deploy
from torpor_tools.provision import layout, version

WIFI, BROKER = "correct horse", "battery staple"
NODE = f"""\
name = "garden"
board = "lolin32_lite"

[wifi]
ssid = "home"
password = "{WIFI}"

[broker]
host = "192.0.2.1"
user = "garden"
password = "{BROKER}"

[node]
kind = "sensor"

[node.report]
period_s = 10_800

[[node.task]]
name = "climate"
channels = ["temperature", "humidity"]
period_s = 300

[[node.channel]]
name = "temperature"

[[node.channel]]
name = "humidity"

[sensor.temperature]
driver = "sht3x.temperature"

[sensor.humidity]
driver = "sht3x.humidity"
"""


@pytest.fixture(autouse=True)
def no_trial_is_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    """The board of these tests is gone once it is reset."""
    monkeypatch.setattr(deploy, "TRIAL_S", 0)


@pytest.fixture
def node_toml(tmp_path: Path) -> Path:
    path = tmp_path / "node.toml"
    path.write_text(NODE)
    return path


@pytest.fixture
def board(tmp_path: Path) -> Board:
    """A board as it was flashed, with the firmware of this tree and no secrets."""
    config = version.as_json({"name": "flashed"})
    return Board(tmp_path, layout.file_system(version.files(config), SIZE))
