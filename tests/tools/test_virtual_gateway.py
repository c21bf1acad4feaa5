"""A gateway and a node on two virtual boards, deployed as one does it, and a real broker."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from host_sim.hardware import board as boards
from tests.firmware.broker import HOST, PASSWORD, USER, Broker
from torpor_tools import cli
from torpor_tools.commands.virtual_board import FLASH_BYTES
from torpor_tools.provision import filesystem
from torpor_tools.virtual.board import VirtualBoard

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the virtual board needs Linux"),
    pytest.mark.slow,
]

SPEED = 300
SHARED = "once upon a time"
ATTIC, GARDEN = "24:6f:28:aa:bb:cc", "24:6f:28:aa:bb:0c"
GATEWAY = """\
name = "attic"
board = "lolin32_lite"
wifi = {{ ssid = "home", password = "sleepwell" }}
broker = {{ host = "{host}", port = {port}, user = "{user}", password = "{password}" }}
[gateway]
password = "{shared}"
nodes = {{ garden = "{garden}" }}
"""
NODE = """\
name = "garden"
board = "lolin32_lite"
gateway = {{ address = "{attic}", password = "{shared}" }}
sensor.light = {{ driver = "analog", pin = 34 }}
[node]
kind = "sensor"
link = "espnow"
report = {{ period_s = 3_600 }}
channel = [{{ name = "light" }}]
task = [{{ name = "light", channels = ["light"], period_s = 300 }}]
"""


@contextmanager
def running(folder: Path, address: str, air: Path) -> Iterator[str]:
    """A virtual board with nothing on it but MicroPython; its port."""
    folder.mkdir()
    image = folder / "flash"
    image.write_bytes(filesystem.image({}, FLASH_BYTES))
    file = boards.load("lolin32_lite").file
    board = VirtualBoard(file.chip, file.heap_bytes, image, SPEED, folder, air)
    board.world["mac"] = address.replace(":", "")
    life = threading.Thread(target=board.run)
    life.start()
    try:
        yield board.path
    finally:
        board.stop()
        life.join()


def deployed(port: str, toml: Path) -> None:
    assert cli.run(["deploy", "--port", port, "--config", str(toml)]) == 0


def test_a_nodes_readings_come_by_its_gateway(tmp_path: Path) -> None:
    air = tmp_path / "air"
    air.mkdir()
    node, gateway = tmp_path / "node.toml", tmp_path / "gateway.toml"
    with (
        Broker() as broker,
        running(tmp_path / "attic", ATTIC, air) as attic,
        running(tmp_path / "garden", GARDEN, air) as garden,
    ):
        given = {"host": HOST, "port": broker.port, "user": USER, "password": PASSWORD}
        gateway.write_text(GATEWAY.format(**given, shared=SHARED, garden=GARDEN))
        node.write_text(NODE.format(attic=ATTIC, shared=SHARED))
        deployed(attic, gateway)
        assert broker.heard("torpor/attic/online") == "1"
        deployed(garden, node)
        (first, *_) = json.loads(broker.heard("torpor/garden/readings"))
        assert (first["channel"], first["value"]) == ("light", 2_000)
        assert json.loads(broker.heard("torpor/garden/readings"))  # and an hour later
