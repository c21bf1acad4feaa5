"""The nodes in docs/examples hold their budgets, and are what their node.toml flashes."""

import json
from pathlib import Path

import pytest

from host_sim.spec import scenario
from host_sim.spec.configure import device_config
from tests.conftest import CHECKOUT
from tools import cli
from tools.provision import node_toml

FOLDER = CHECKOUT / "docs" / "examples"
NODES = sorted(path.parent for path in FOLDER.glob("*/node.toml"))
ALL = pytest.mark.parametrize("folder", NODES, ids=lambda path: path.name)


def test_there_are_three() -> None:
    assert [path.name for path in NODES] == ["mailbox", "plug", "soil"]


@ALL
def test_it_holds_its_budgets(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["sim", str(folder / f"{folder.name}.toml"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["budgets"]


@ALL
def test_what_was_simulated_is_what_is_flashed(folder: Path) -> None:
    """To the last number of config.json, but for the seed of its chances."""
    simulated = scenario.load(str(folder / f"{folder.name}.toml"))
    flashed = node_toml.load(folder / "node.toml")
    assert flashed.board == simulated.board
    config = device_config(simulated.file.node, simulated.board, flashed.config["spread"]["seed"])
    channels = zip(flashed.config.pop("channels"), config.pop("channels"), strict=True)
    assert all(told.items() <= given.items() for given, told in channels)
    assert config.items() <= flashed.config.items()


def test_the_mailbox_tells_each_lid_at_once() -> None:
    config = node_toml.load(FOLDER / "mailbox" / "node.toml").config
    lid = next(channel for channel in config["channels"] if channel["name"] == "lid")
    assert (lid["delta"], lid["within_ms"], config["pins"]["wake"]) == (0, 0, 33)


def test_the_soil_sensor_wakes_for_nothing_but_its_readings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.run(["sim", str(FOLDER / "soil" / "soil.toml"), "--json"]) == 0
    run = json.loads(capsys.readouterr().out)
    assert run["wakes"] == 120 * 86_400 // 14_400
