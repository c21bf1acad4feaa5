"""What the node reports to, and what it is told to be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from host_sim.files import inputs
from host_sim.hardware.board import Board
from host_sim.spec import nodefile
from host_sim.spec.configure import device_config
from host_sim.toml import file as tomlfile
from tests.firmware.broker import PASSWORD, USER, Broker
from torpor_tools.hil.bench import Bench
from torpor_tools.provision import firmware


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The firmware as it ships."""
    folder = tmp_path_factory.mktemp("firmware")
    firmware.compile_tree(folder)
    return folder


@pytest.fixture(scope="session")
def broker(torpor_bench: Bench) -> Iterator[Broker]:
    with Broker(torpor_bench.broker.host) as started:
        yield started


@pytest.fixture
def config(
    torpor_board: Board, torpor_bench: Bench, broker: Broker, tmp_path: Path
) -> dict[str, Any]:
    """config.json of node.toml; its name is the test's."""
    path = Path(__file__).parent / "node.toml"
    node = tomlfile.decode(inputs.text(path), path, nodefile.Node)
    device = device_config(node, torpor_board)
    device["sleep"]["deep_ms"] = 0  # where deep sleep pays only after minutes, too
    pin = torpor_board.file.pins["battery_adc"]
    device["channels"][0].update(name="light", driver="analog", pin=pin)
    return {
        **device,
        "name": tmp_path.name,
        "wifi": {"ssid": torpor_bench.wifi.ssid, "password": torpor_bench.wifi.password},
        "broker": {"host": broker.host, "port": broker.port, "user": USER, "password": PASSWORD},
        "pins": {},
    }
