"""A sensor's life on a board, or on the virtual one: the same tests."""

import json
from array import array
from binascii import crc32
from pathlib import Path
from typing import Any

import pytest

from tests.firmware.broker import Broker
from torpor import record, retain
from torpor_tools.hil.node import Node
from torpor_tools.hil.processor import Processor
from torpor_tools.provision import version

pytestmark = pytest.mark.usefixtures("resting")

SLEPT = r"rst:0x5 "  # what the ROM says first, on every chip
RESET = r"rst:0x(3|c) "
WAKE_S = 100  # at most, from one wake of node.toml's to the next, in real time
RESETS = b"""\
import machine

class Sensor:
    def read(self):
        machine.reset()
"""


def heard(broker: Broker, config: dict[str, Any]) -> list[dict[str, Any]]:
    """The node's next message."""
    readings: list[dict[str, Any]] = json.loads(broker.heard(f"torpor/{config['name']}/readings"))
    return readings


def retained(node: Node, config: dict[str, Any]) -> "array[int]":
    """The record in its RTC memory, which must be whole."""
    r = array("i", bytes(4 * record.SIZE))
    kept = bytes.fromhex(node.exec("import machine; print(machine.RTC().memory().hex())"))
    fingerprint = crc32(version.as_json(config))
    assert retain.unpack(kept[1:], r, fingerprint) == retain.OK  # type: ignore[arg-type]
    return r


def test_it_wakes_reports_and_sleeps_and_wakes_again(
    node: Node, compiled: Path, config: dict[str, Any], broker: Broker
) -> None:
    node.deploy(config, compiled)
    node.start()
    node.expect(SLEPT, WAKE_S)
    (reading,) = heard(broker, config)[:1]
    assert reading["channel"] == "light"
    assert reading["value"] >= 0
    node.expect(SLEPT, WAKE_S)
    heard(broker, config)


def test_what_it_knows_outlives_its_sleep(
    node: Node, compiled: Path, config: dict[str, Any]
) -> None:
    node.deploy(config, compiled)
    node.start()
    for _ in range(3):
        node.expect(SLEPT, WAKE_S)
    node.interrupt(nap_s=WAKE_S, timeout_s=WAKE_S)
    r = retained(node, config)
    assert r[record.WAKES] >= 3
    assert r[record.CRASHES] <= 1  # the wake that was interrupted counts as one
    assert node.node_log() == "starting clean: no record\n"


def test_a_power_cycle_starts_it_anew(node: Node, compiled: Path, config: dict[str, Any]) -> None:
    if not node.power:
        pytest.skip("no [relay] or [supply] in the file that --bench names")
    node.deploy(config, compiled)
    node.start()
    for _ in range(4):
        node.expect(SLEPT, WAKE_S)
    node.power_cycle()
    node.expect(SLEPT, WAKE_S)
    node.interrupt(nap_s=WAKE_S, timeout_s=WAKE_S)
    assert retained(node, config)[record.WAKES] <= 3


def test_a_crash_loop_ends_in_safe_mode_and_in_mended_firmware(
    node: Node, compiled: Path, config: dict[str, Any], broker: Broker
) -> None:
    """A driver that resets the chip at each reading; then without it."""
    light = {**config["channels"][0], "driver": "resets.Sensor", "own": {}}
    node.deploy({**config, "channels": [light]}, compiled, {"resets.py": RESETS})
    node.start()
    for _ in range(3):  # the start itself is a reset, and the first crash is followed by a wake
        node.expect(RESET)
    node.expect(SLEPT, WAKE_S)
    node.deploy(config, compiled)
    node.start()
    heard(broker, config)


@pytest.mark.parametrize(("scenario", "days"), [("garden", 0.3), ("door", 2.0)])
def test_its_processor_decides_as_the_simulation(
    node: Node,
    processor: Processor,
    compiled: Path,
    config: dict[str, Any],
    scenario: str,
    days: float,
) -> None:
    node.deploy(config, compiled)
    report = processor.run(scenario, days)
    assert report["difference"] is None
    assert report["calls"] > 200
    assert report["allocated_bytes"]["max"] == 0
    node.start()  # and it is a node again
    node.expect(SLEPT, WAKE_S)
