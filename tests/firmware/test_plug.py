"""A switch node from reset on, in the unix MicroPython, until a panic resets it."""

import json
from pathlib import Path

import pytest

from tests.firmware import chip
from tests.firmware.broker import Broker
from tests.firmware.chip import BUTTON, RELAY, Chip
from torpor import record
from torpor_tools.fakes import world

PANIC = -1


@pytest.fixture
def plug(tmp_path: Path, broker: Broker) -> Chip:
    return Chip(tmp_path, chip.plug(broker.port))


def relays(broker: Broker) -> int:
    """The relay's state in the next message that tells it."""
    while True:
        for reading in json.loads(broker.heard("torpor/plug/readings")):
            if reading["channel"] == "relay":
                return int(reading["value"])


def until_reset(plug: Chip, ms: int, presses_ms: tuple[int, ...] = ()) -> None:
    """Let it run for so long, with 300 ms long presses of its button on the way."""
    start_ms = plug.world["now_ms"]
    for press_ms in presses_ms:
        plug.world["events"] += [[start_ms + press_ms, BUTTON, 0]]
        plug.world["events"] += [[start_ms + press_ms + 300, BUTTON, 1]]
    plug.world["events"] += [[start_ms + ms, PANIC, 0]]
    assert plug.boot() == world.RESET


def test_a_press_switches_and_tells_and_a_reset_keeps_the_relay(plug: Chip, broker: Broker) -> None:
    until_reset(plug, 120_000, presses_ms=(30_000, 60_000, 90_000))
    assert plug.world["pins"][str(RELAY)] == 1
    assert [relays(broker) for _ in range(4)] == [0, 1, 0, 1]  # the first as the power comes
    assert plug.world["power_save"] == 2
    assert plug.world["joined"] == [[20.0, True]]  # it stays associated
    assert plug.world["slept"] == []
    assert plug.world["clocked"] == [80]
    assert plug.record[record.CRASHES] == 0

    until_reset(plug, 5_000)
    plug.world["reset_cause"] = world.WDT
    until_reset(plug, 5_000)
    assert [level for _, _, level in plug.world["driven"]] == [0, 1, 0, 1]  # not once in between
    assert plug.record[record.OUTPUT] == 1


def test_a_switch_that_hung_obeys_its_button_and_starts_again(plug: Chip) -> None:
    until_reset(plug, 10_000)
    plug.world["reset_cause"] = world.WDT
    until_reset(plug, 120_000, presses_ms=(30_000, 90_000))
    assert [level for _, _, level in plug.world["driven"]] == [0, 1, 0]
    assert plug.record[record.OUTPUT] == 0
    assert plug.world["slept"] == []


def test_the_broker_knows_when_the_plug_is_gone(plug: Chip, broker: Broker) -> None:
    until_reset(plug, 30_000, presses_ms=(10_000,))
    while broker.heard("torpor/plug/online") != "1":
        pass  # the end of another test's plug
    assert broker.heard("torpor/plug/online") == "0"


def test_a_power_cut_opens_the_relay(plug: Chip) -> None:
    until_reset(plug, 60_000, presses_ms=(30_000,))
    world.cut_power(plug.world)
    until_reset(plug, 5_000)
    assert plug.world["pins"][str(RELAY)] == 0
    assert plug.record[record.OUTPUT] == 0


def test_an_exception_drops_no_load_and_leaves_the_button(plug: Chip) -> None:
    """At each join, and in the rest behind it."""
    until_reset(plug, 10_000, presses_ms=(5_000,))
    plug.world["wifi"] = {}
    until_reset(plug, 1_000_000, presses_ms=tuple(range(100_000, 1_000_000, 100_000)))
    assert plug.world["slept"] == []
    assert "KeyError" in plug.log  # which has started over: so many fill it
    assert len(plug.world["joined"][1:]) > 1
    turned = plug.world["driven"][2:]  # off as power came, on by the first press
    assert [level for _, _, level in turned] == [0, 1, 0, 1, 0, 1, 0, 1, 0]
    for (at_ms, _, _), press_ms in zip(turned, range(100_000, 1_000_000, 100_000), strict=True):
        assert 0 <= at_ms - plug.world["boot_ms"] - press_ms <= 200


def test_a_switch_that_cannot_start_obeys_its_button(plug: Chip) -> None:
    until_reset(plug, 10_000, presses_ms=(5_000,))
    plug.damage("awake.mpy")
    until_reset(plug, 60_000, presses_ms=(30_000, 40_000, 50_000))
    assert plug.world["slept"] == []
    assert [level for _, _, level in plug.world["driven"]] == [0, 1, 0, 1, 0]
    assert "Traceback" in plug.log


def test_the_meter_is_read_by_what_machine_has_beside_what_is_built_in(plug: Chip) -> None:
    """MicroPython's umachine has no Counter."""
    plug.world["pulses"] = {str(chip.METER): 40}
    until_reset(plug, 60_000)
    assert plug.record[record.FAULTS] == 0
    assert plug.world["pulses"] == {str(chip.METER): 0}
