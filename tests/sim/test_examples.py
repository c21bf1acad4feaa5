"""The nodes in docs/examples hold their budgets, and are what their node.toml flashes."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from host_sim.engine import native, parts
from host_sim.sim import run
from host_sim.spec import scenario, wiring
from host_sim.spec.configure import device_config
from host_sim.spec.drivers import Analog
from host_sim.spec.nodefile import Channel
from tests.answered import answered
from tests.conftest import CHECKOUT
from tests.firmware import rig
from torpor import kept, record, retain
from torpor_tools.provision import node_toml, version

FOLDER = CHECKOUT / "docs" / "examples"
NODES = sorted(path.parent for path in FOLDER.glob("*/node.toml"))
ALL = pytest.mark.parametrize("folder", NODES, ids=lambda path: path.name)


def test_there_are_four() -> None:
    assert [path.name for path in NODES] == ["greenhouse", "mailbox", "plug", "soil"]


@ALL
def test_it_holds_its_budgets(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answered(capsys, "sim", str(folder / f"{folder.name}.toml"))["budgets"]


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


def kept_by_a_chip(config: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """What RTC memory holds once a node of this config.json has retained its record."""
    written = folder / "config.json"
    written.write_bytes(version.as_json(config))
    monkeypatch.setattr(kept, "whole", lambda path: f"/{version.SLOTS[0]}/config.json")
    rig.power_on()
    port = rig.esp32.opened(kept.read(str(written)))
    port.retain(retain.pack([0] * record.SIZE, 1))
    return bytes(rig.esp32.memory())


@ALL
def test_what_is_retained_is_what_a_chip_keeps(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for the length of a checksum in digits."""
    result = run.run(scenario.load(str(folder / f"{folder.name}.toml"), ("days=0.01",)))
    config = node_toml.load(folder / "node.toml").config
    memory = kept_by_a_chip(config, tmp_path, monkeypatch)
    assert kept.unpacked(memory, None)
    told = result.figure("retained_bytes")
    assert told
    assert len(memory) <= told <= len(memory) + 3


def test_more_than_a_chip_has_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = scenario.load(str(FOLDER / "soil" / "soil.toml"))
    config = node_toml.load(FOLDER / "soil" / "node.toml").config
    name = next(iter(found.wiring.sensor))
    for letters, fits in ((280, True), (1_000, False)):
        own = {name: "a." + "A" * letters}
        of_own = msgspec.structs.replace(found.wiring, own=own)
        config["channels"][0]["driver"] = own[name]
        told = wiring.retained_bytes(found.file.node, found.board, of_own)
        memory = kept_by_a_chip(config, tmp_path, monkeypatch)
        assert told
        assert fits == (told <= rig.esp32.RTC_BYTES) == (kept.unpacked(memory, None) is not None)


def test_a_board_without_the_pins_keeps_nothing() -> None:
    found = scenario.load(str(FOLDER / "soil" / "soil.toml"))
    sensor = {"soil": Analog(pin="no_such_pin")}
    wired = msgspec.structs.replace(found.wiring, sensor=sensor)
    node = msgspec.structs.replace(found.file.node, channel=[Channel("soil")])
    assert wiring.retained_bytes(node, found.board, wired) is None


def test_the_mailbox_tells_each_lid_at_once() -> None:
    config = node_toml.load(FOLDER / "mailbox" / "node.toml").config
    lid = next(channel for channel in config["channels"] if channel["name"] == "lid")
    assert (lid["delta"], lid["within_ms"], config["pins"]["wake"]) == (0, 0, 33)


def test_the_soil_sensor_wakes_for_nothing_but_its_readings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = answered(capsys, "sim", str(FOLDER / "soil" / "soil.toml"))
    assert run["wakes"] == 120 * 86_400 // 14_400


def test_the_greenhouse_lives_by_its_plan_and_reads_the_light_least() -> None:
    """Without the plan its store runs dry by some seeds; with it the least important goes first."""
    path = str(FOLDER / "greenhouse" / "greenhouse.toml")
    planned, blind = (
        run.run(scenario.load(path, ("seed=2", f"node.battery.harvested={on}")), engine=native.Life)
        for on in ("true", "false")
    )
    assert planned.count[parts.OFF_US] == 0
    assert blind.count[parts.OFF_US] > 0
    times = {line.name: line.times for line in planned.ledger.by_task()}
    assert 0 < 2 * times["light"] < times["climate"]
