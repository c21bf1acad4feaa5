"""Delivery over the fake radio to the real broker, in CPython."""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.firmware import rig
from tests.firmware.broker import HOST, PASSWORD, USER, Broker, free_port
from torpor.link import readings
from torpor.policy.ticks import MASK
from torpor.port import NO_AP, NONE, REFUSED
from torpor_tools.fakes import world

ADDRESS = "192.0.2.7 255.255.255.0 192.0.2.1 192.0.2.1"
KEPT = "torpor.address"  # where the fake flash has it


def delivery(port: int, kind: str = "sensor", **broker: str) -> Any:
    return rig.deliver.Delivery(
        {
            "name": "link",
            "kind": kind,
            "wifi": {"ssid": "home", "password": "sleepwell"},
            "broker": {"host": HOST, "port": port, "user": USER, "password": PASSWORD, **broker},
            "channels": [{"name": "temperature"}, {"name": "door"}],
        },
        lambda: None,
    )


@example("a b c d")
@example("192.0.2.7 255.255.255.0 192.0.2.1 192.0.2.256")
@given(st.text(max_size=80))
def test_what_is_remembered_may_be_anything(kept: str) -> None:
    """The join then fails as one without an access point: the scan that follows mends it."""
    state: dict[str, Any] = rig.power_on()
    state["nvs"][KEPT] = kept
    wifi = rig.wifi.Wifi("home", "sleepwell")
    assert wifi.join(80, 1) in (-61, NO_AP)
    wifi.leave()
    assert wifi.join(80, 0) == -61
    assert state["nvs"] == {KEPT: ADDRESS}


def test_the_power_is_that_of_the_join_and_then_of_the_message(
    state: dict[str, Any], broker: Broker
) -> None:
    node = delivery(broker.port)
    assert node.join(52, 0) == -61
    assert state["joined"] == [[13.0, True]]
    assert node.send([0, 2_150, 0], 0, 1, 80, 0) == 1
    assert rig.network.radio.power_dbm == 20.0
    node.leave()
    assert not rig.network.radio.active()


def test_a_message_names_channels_and_counts_ages_through_the_wrap(state: dict[str, Any]) -> None:
    node = delivery(1)
    r = [9, 0, -1_250, MASK - 1_999, 1, 1, 3_000, 1, 0, 3_999 - 86_400_000 & MASK]
    assert json.loads(readings.message(r, 1, 3, node.channels, 3_999)) == [
        {"channel": "temperature", "value": -1250, "age_s": 5},
        {"channel": "door", "value": 1, "age_s": 0},
        {"channel": "door", "value": 0, "age_s": 86_400},
    ]


def test_the_broker_s_word_and_its_absence(
    state: dict[str, Any], broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    assert delivery(free_port()).join(80, 0) == REFUSED
    assert capsys.readouterr().out.startswith("fault: broker ConnectionRefusedError(")
    assert delivery(broker.port, password="wrong").join(80, 0) == REFUSED
    assert capsys.readouterr().out == "fault: broker Refused(5)\n"
    assert not rig.network.radio.active()


def test_a_send_renews_a_broken_session(state: dict[str, Any], broker: Broker) -> None:
    node = delivery(broker.port)
    assert node.join(80, 0) == -61
    node.mqtt.sock.close()
    assert node.send([0, 2_150, 0], 0, 1, 80, 0) == 2
    assert json.loads(broker.heard("torpor/link/readings"))[0]["value"] == 2150
    node.leave()


def test_a_switch_hears_commands_again_after_its_broker_was_restarted(
    state: dict[str, Any],
) -> None:
    restarted = Broker()
    with Broker() as first:
        restarted.port = first.port
        node = delivery(first.port, kind="switch")
        assert node.join(80, 0) == -61
    node.listen()
    assert node.mqtt.sock is None
    for _ in range(100):  # nobody there for a while
        world.advance(100)
        assert not node.listen()
    with restarted:
        for _ in range(80):
            world.advance(100)
            node.listen()
        sender = rig.deliver.Mqtt("sender", USER, PASSWORD, "")
        sender.connect(HOST, restarted.port)
        sender.publish("torpor/link/set", b"ON", 3)
        sender.close()
        node.mqtt.poller.poll(10_000)
        assert node.listen()
    assert node.command() == 1
    node.leave()


@pytest.fixture
def for_a_switch() -> Iterator[Broker]:
    """A broker of its own: amqtt 0.12.1 sends what it retains to who asks for any topic."""
    with Broker() as started:
        yield started


def test_attempts_to_renew_a_session_are_ever_rarer_until_one_succeeds(
    state: dict[str, Any], for_a_switch: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = delivery(for_a_switch.port, kind="switch")
    assert node.join(80, 0) == -61
    node.port, opened = free_port(), []
    connect = node.mqtt.connect

    def tell(*where: Any) -> None:
        opened.append(world.now_ms())
        connect(*where)

    monkeypatch.setattr(node.mqtt, "connect", tell)
    node.mqtt.close()
    while len(opened) < 9:
        world.advance(100)
        node.listen()
    assert [(b - a) // 1_000 for a, b in pairwise(opened)] == [2, 4, 8, 16, 32, 60, 60, 60]
    node.port = for_a_switch.port
    while not node.mqtt.sock:
        world.advance(100)
        node.listen()
    node.port = free_port()
    node.mqtt.close()
    renewed_ms = world.now_ms()
    while len(opened) < 11:
        world.advance(100)
        node.listen()
    assert opened[-1] - renewed_ms < 1_200
    node.leave()


@pytest.mark.parametrize(("kind", "obeys"), [("switch", True), ("sensor", False)])
def test_who_obeys_sleeps_between_beacons_and_nobody_else_is_told_commands(
    state: dict[str, Any], for_a_switch: Broker, kind: str, obeys: bool
) -> None:
    node = delivery(for_a_switch.port, kind=kind)
    assert node.join(80, 0) == -61
    assert (node.wifi.wlan.config("pm") == node.wifi.wlan.PM_POWERSAVE) == obeys
    sender = rig.deliver.Mqtt("sender", USER, PASSWORD, "")
    sender.connect(HOST, for_a_switch.port)
    for payload in (b"ON", b"TOGGLE", b"", b"off"):  # of which the first is a command
        sender.publish("torpor/link/set", payload, 3)
    sender.close()
    heard = []
    while node.mqtt.poller.poll(300):
        node.listen()
        heard.append(node.command())
    assert [command for command in heard if command != NONE] == [1] * obeys
    node.leave()


def test_a_send_without_a_radio_or_broker_is_given_up(
    state: dict[str, Any], broker: Broker
) -> None:
    node = delivery(broker.port)
    assert node.send([0, 2_150, 0], 0, 1, 80, 0) == 0
    assert node.join(80, 0) == -61
    node.port = free_port()
    node.mqtt.close()
    assert node.send([0, 2_150, 0], 0, 1, 80, 0) == 0
    node.leave()
