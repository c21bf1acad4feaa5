"""A node and its gateway, against each other over the fake radio, with the real broker."""

import json
import signal
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from tests.firmware import rig
from tests.firmware.air import GATEWAY, NODE, Air, gateway, node, readings
from tests.firmware.broker import Broker, free_port
from torpor.link import readings as messages
from torpor.port import NO_BROKER, UNHEARD
from torpor_tools.fakes import world

TOPIC = "torpor/garden/readings"
OTHER = b"\x02node2"
CHANNEL = "torpor.channel"  # where the fake flash has the one that the gateway was found on
KEY = "gateway_key"


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    """One of its own: amqtt tells every subscriber what was retained here."""
    with Broker() as started:
        yield started


@pytest.fixture
def state(state: dict[str, Any]) -> dict[str, Any]:
    state["wifi"]["channels"] = 13
    return state


@pytest.fixture
def air(state: dict[str, Any], broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Air]:
    """A gateway that is online."""
    made = Air(gateway(broker.port), monkeypatch)
    made.until_online()
    yield made
    made.at.leave()


def values(broker: Broker) -> list[int]:
    """Of the next message."""
    return [reading["value"] for reading in json.loads(broker.heard(TOPIC))]


def nothing_waits(broker: Broker) -> bool:
    """Whether the broker told of all that it had: a mark of our own comes next."""
    other = rig.deliver.Mqtt("mark", "node", "secret", "")
    other.connect(broker.host, broker.port)
    other.publish(TOPIC, b"mark", 3)
    other.close()
    return broker.heard(TOPIC) == "mark"


def test_a_message_is_delivered_once_the_broker_has_it(
    state: dict[str, Any], air: Air, broker: Broker
) -> None:
    garden = node()
    assert garden.join(80, 0) == -60
    assert state["nvs"][CHANNEL] == [6]
    assert garden.send(readings(1), 0, 1, 80, 0) == 1
    assert values(broker) == [0]
    garden.leave()
    assert not rig.network.radio.active()
    assert not rig.espnow.radio.active()
    assert garden.join(80, 1) == -60  # by the channel that it knows
    garden.leave()


def test_it_listens_without_sleeping_on_the_access_points_channel(air: Air) -> None:
    wlan = air.at.wifi.wlan
    assert wlan.config("pm") == wlan.PM_NONE
    assert wlan.config("channel") == 6
    assert air.at.relay.radio.rxbuf == 8 * (14 + 1_470) + 2


def test_a_broker_that_says_nothing_has_nothing_and_is_asked_once(air: Air, broker: Broker) -> None:
    """Three attempts of the node in 1.5 s; the broker is then told of one message."""
    garden = node()
    assert garden.join(80, 0) == -60
    air.waits = False
    broker.process.send_signal(signal.SIGSTOP)
    try:
        assert garden.send(readings(1), 0, 1, 80, 0) == 0
        assert garden.tries == 3
    finally:
        broker.process.send_signal(signal.SIGCONT)
    air.waits = True
    assert values(broker) == [0]
    assert garden.send(readings(2), 0, 2, 80, 0) == 1
    assert values(broker) == [0, 1]
    assert nothing_waits(broker)


def test_without_a_broker_the_greeting_is_answered_no(
    state: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Air(gateway(free_port()), monkeypatch)
    made.until(lambda: made.at.listens)
    garden = node()
    capsys.readouterr()
    assert garden.join(80, 0) == NO_BROKER
    assert capsys.readouterr().out == "fault: broker\n"
    assert state["nvs"][CHANNEL] == [6]
    assert not rig.network.radio.active()
    made.at.leave()


def test_a_session_that_breaks_is_told_to_who_waits_and_renewed(
    air: Air, state: dict[str, Any], broker: Broker
) -> None:
    garden = node()
    assert garden.join(80, 0) == -60
    air.at.session.sock.close()
    assert garden.send(readings(1), 0, 1, 80, 0) == 0
    assert garden.tries == 1
    assert garden.join(80, 1) == NO_BROKER
    air.until_known_gone(broker)
    air.until_online()
    assert garden.join(80, 1) == -60
    assert garden.send(readings(1), 0, 1, 80, 0) == 1
    assert values(broker) == [0]


@pytest.mark.parametrize("cached", [0, 1])
def test_an_unknown_channel_is_looked_for_on_all(state: dict[str, Any], cached: int) -> None:
    assert node().join(80, cached) == UNHEARD
    assert len(state["sent"]) == 13
    assert CHANNEL not in state["nvs"]
    assert not rig.network.radio.active()


def test_without_a_country_two_channels_are_left_out(state: dict[str, Any]) -> None:
    state["wifi"]["channels"] = 11
    assert node().join(80, 0) == UNHEARD
    assert len(state["sent"]) == 11


@pytest.mark.parametrize(("cached", "others"), [(1, 0), (0, 12)])
@pytest.mark.parametrize(("try_ms", "tries"), [(50, 2), (49, 3)])
def test_a_known_channel_is_asked_for_100_ms_and_others_in_full_joins_only(
    state: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    cached: int,
    others: int,
    try_ms: int,
    tries: int,
) -> None:
    monkeypatch.setattr(rig.espnow, "UNHEARD_MS", try_ms - rig.espnow.FRAME_MS)
    state["nvs"][CHANNEL] = [3]
    assert node().join(80, cached) == UNHEARD
    assert len(state["sent"]) == tries + others
    assert state["nvs"][CHANNEL] == [3]


@pytest.mark.parametrize(("kept", "asked"), [(-1, 13), (0, 13), (1, 1), (13, 1), (14, 13)])
def test_what_is_kept_is_believed_where_it_is_a_channel(
    state: dict[str, Any], monkeypatch: pytest.MonkeyPatch, kept: int, asked: int
) -> None:
    monkeypatch.setattr(rig.link, "GREET_MS", 0)  # one try
    state["nvs"][CHANNEL] = [kept]
    assert node().join(80, 1) == UNHEARD
    assert len(state["sent"]) == asked


def test_a_gateway_that_moved_is_found_by_the_next_full_join(
    state: dict[str, Any], air: Air
) -> None:
    garden = node()
    assert garden.join(80, 0) == -60
    garden.leave()
    state["wifi"]["channel"] = 11
    assert garden.join(80, 1) == UNHEARD
    assert state["nvs"][CHANNEL] == [6]
    assert garden.join(80, 0) == -60
    assert state["nvs"][CHANNEL] == [11]
    garden.leave()
    assert garden.join(80, 1) == -60


def test_a_network_that_is_lost_is_joined_anew(
    state: dict[str, Any], air: Air, broker: Broker
) -> None:
    state["wifi"]["present"] = 0
    air.until(lambda: not air.at.session.sock)
    air.until_known_gone(broker)
    assert node().join(80, 0) in (NO_BROKER, UNHEARD)
    for _ in range(200):
        air.turn()
    assert air.at.again_ms > 1_000
    state["wifi"].update(present=1, channel=1)
    air.until_online()
    assert air.at.again_ms == 1_000
    assert node().join(80, 0) == -60


def test_a_lost_answer_is_asked_for_again_and_publishes_once(
    air: Air, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    garden = node()
    assert garden.join(80, 0) == -60
    receive, lost = garden.radio.receive, list[Any]()

    def lose(*frame: Any) -> None:
        if lost:
            receive(*frame)
        lost.append(frame)

    monkeypatch.setattr(garden.radio, "receive", lose)
    assert garden.send(readings(1), 0, 1, 80, 0) == 2
    assert len(lost) == 2
    assert values(broker) == [0]
    assert nothing_waits(broker)


def test_the_same_message_later_is_another_one(air: Air, broker: Broker) -> None:
    garden = node()
    assert garden.join(80, 0) == -60
    assert garden.send(readings(1), 0, 1, 80, 0) == 1
    air.advance(3_000)  # past what a node may still ask
    assert garden.send(readings(1), 0, 1, 80, 0) == 1
    assert values(broker) == values(broker) == [0]


@pytest.mark.parametrize(("count", "parts"), [(18, [18]), (19, [18, 1]), (24, [18, 6])])
def test_more_than_18_readings_are_two_messages(
    air: Air, broker: Broker, count: int, parts: list[int]
) -> None:
    garden = node()
    assert garden.join(80, 0) == -60
    assert garden.send(readings(count), 0, count, 80, 0) == 1
    heard = [values(broker) for _ in parts]
    assert [len(each) for each in heard] == parts
    assert [value for each in heard for value in each] == list(range(count))


def test_18_readings_fit_one_frame_whatever_they_are() -> None:
    """A channel's name has 24 characters at most (host_sim/spec/nodefile.py)."""
    longest = [0, -(1 << 31), 1 << 29] * rig.link.READINGS
    channels = [{"name": "n" * 24}]
    told = messages.message(longest, 0, rig.link.READINGS, channels, 0)
    assert 2 + len(told) <= rig.espnow.MAX_DATA_LEN


@pytest.mark.parametrize(
    ("there", "here", "answer"),
    [
        ("k" * 16, "k" * 16, -60),
        ("k" * 16, "x" * 16, NO_BROKER),  # its radio takes the frame, and it hears nothing
        ("k" * 16, None, NO_BROKER),
        (None, "k" * 16, NO_BROKER),
        (None, None, -60),
        (None, "k" * 15, -60),  # which is no key
    ],
)
def test_nothing_is_heard_by_another_key(
    state: dict[str, Any],
    broker: Broker,
    monkeypatch: pytest.MonkeyPatch,
    there: str | None,
    here: str | None,
    answer: int,
) -> None:
    state["nvs"] = {f"torpor2.{KEY}": there} if there else {}
    made = Air(gateway(broker.port, secrets="torpor2"), monkeypatch)
    made.until_online()
    if here:
        state["nvs"][f"torpor.{KEY}"] = here
    assert node().join(80, 0) == answer
    made.at.leave()


def test_each_node_has_its_key_and_who_is_none_gets_no_answer(
    state: dict[str, Any], broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    state["nvs"] = {f"torpor2.{KEY}": "a" * 16 + "b" * 16, f"torpor.{KEY}": "b" * 16}
    addresses = {"garden": OTHER, "shed": NODE}
    made = Air(gateway(broker.port, addresses, secrets="torpor2"), monkeypatch)
    made.until_online()
    shed = node()
    assert shed.join(80, 0) == -60
    assert shed.send(readings(1), 0, 1, 80, 0) == 1
    assert json.loads(broker.heard("torpor/shed/readings"))[0]["value"] == 0
    with rig.Chip(b"\x02nobod"):
        stranger = node()
    assert stranger.join(80, 0) == NO_BROKER  # acknowledged by the radio, and not answered
    made.at.leave()


def test_nodes_that_wait_together_are_all_served(
    state: dict[str, Any], broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of them is answered before the broker has its message."""
    macs = {f"node{i}": bytes([2, 0, 0, 0, 0, i]) for i in range(8)}
    made = Air(gateway(broker.port, macs), monkeypatch)
    made.until_online()
    made.waits = False
    longest = b"x" * (rig.espnow.MAX_DATA_LEN - 2)
    broker.process.send_signal(signal.SIGSTOP)
    try:
        for mac in macs.values():
            made.at.relay.radio.receive(mac, bytes((rig.link.MESSAGE, 0)) + longest, -60)
        assert len(made.at.relay.radio.received) == 8  # none was dropped
        for _ in macs:
            made.turn()
        assert state["sent"] == []
    finally:
        broker.process.send_signal(signal.SIGCONT)
    made.waits = True
    made.until(lambda: len(state["sent"]) == 8)
    assert sorted(state["sent"]) == [[mac.hex(), "210001"] for mac in macs.values()]
    for name in macs:
        assert broker.heard(f"torpor/{name}/readings") == longest.decode()
    made.at.leave()


def test_an_acknowledgment_is_told_to_whose_message_it_is_and_to_no_other(
    state: dict[str, Any], broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    macs = {"garden": NODE, "shed": OTHER}
    made = Air(gateway(broker.port, macs), monkeypatch)
    made.until_online()
    made.busy = True  # it has no turn, and hears nothing of the broker
    relay = made.at.relay
    for mac in macs.values():
        relay.radio.receive(mac, bytes((rig.link.MESSAGE, 0)) + b"[]", -60)
        relay.turn(0)
    relay.acknowledged(relay.asked[OTHER][1])
    assert state["sent"] == [[OTHER.hex(), "210001"]]
    relay.broken()
    assert state["sent"][1:] == [[NODE.hex(), "210000"]]
    made.at.leave()


@pytest.mark.parametrize("question", [b"", b"!", b"?", b"x0", b"\x00\x00", b"\xff" * 40])
def test_what_is_no_question_is_not_answered(
    state: dict[str, Any], air: Air, question: bytes
) -> None:
    air.at.relay.radio.receive(NODE, question, -60)
    air.turn()
    assert state["sent"] == []
    assert air.at.session.sock


def test_a_torn_frame_costs_no_more_than_itself(air: Air, monkeypatch: pytest.MonkeyPatch) -> None:
    """As MicroPython raises it, on both sides."""
    garden = node()
    torn = []

    def tear(radio: Any) -> None:
        recv = radio.recv

        def once(ms: int) -> Any:
            if radio not in torn:
                torn.append(radio)
                raise ValueError("ESPNow.recv(): buffer error")
            return recv(ms)

        monkeypatch.setattr(radio, "recv", once)

    tear(garden.radio)
    tear(air.at.relay.radio)
    assert garden.join(80, 0) == -60
    assert len(torn) == 2


@pytest.mark.parametrize(("after_ms", "heard"), [(40, True), (41, False)])
def test_a_greeting_is_answered_within_40_ms(
    state: dict[str, Any], monkeypatch: pytest.MonkeyPatch, after_ms: int, heard: bool
) -> None:
    state["peers"] = {GATEWAY.hex(): -60}
    state["nvs"][CHANNEL] = [1]
    monkeypatch.setattr(rig.link, "GREET_MS", 0)  # one try
    skip, answer = world.skip, [GATEWAY.hex(), "3f0001", -70]
    due_ms = world.now_ms() + rig.espnow.FRAME_MS + after_ms

    def passing(ms: int) -> None:
        for _ in range(ms):
            skip(1)
            if world.now_ms() == due_ms:
                state["air"].append(answer)

    monkeypatch.setattr(world, "skip", passing)
    assert node().join(80, 1) == (-70 if heard else NO_BROKER)


def test_a_message_is_given_up_after_a_second_and_a_half(
    state: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rig.espnow, "FRAME_MS", 0)
    state["peers"] = {GATEWAY.hex(): -60}
    state["air"] = [[GATEWAY.hex(), "3f0001", -60]]
    garden = node()
    assert garden.join(80, 0) == -60
    began_ms = world.now_ms()
    # A stranger's answer, and one to another message.
    state["air"] = [[OTHER.hex(), "210101", -60], [GATEWAY.hex(), "210001", -60]]
    assert garden.send(readings(1), 0, 1, 80, 0) == 0
    assert (garden.tries, world.now_ms() - began_ms) == (3, 1_500)


def test_attempts_to_reach_a_broker_are_ever_rarer(
    state: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Air(gateway(free_port()), monkeypatch)
    opened = []
    open_ = made.at.session.open

    def tell(*where: Any) -> None:
        opened.append(world.now_ms())
        open_(*where)

    monkeypatch.setattr(made.at.session, "open", tell)
    until_ms = world.now_ms() + 400_000
    while world.now_ms() < until_ms:
        made.turn()
    gaps_s = [(b - a) // 1_000 for a, b in pairwise(opened)]
    assert gaps_s == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60][: len(gaps_s)]
    assert len(gaps_s) > 8
    made.at.leave()


def test_a_broker_that_owes_an_answer_for_too_long_is_gone(
    state: dict[str, Any], air: Air, broker: Broker
) -> None:
    air.waits = False
    broker.process.send_signal(signal.SIGSTOP)
    try:
        silent_from_ms = world.now_ms()
        air.until(lambda: not air.at.session.sock)
    finally:
        broker.process.send_signal(signal.SIGCONT)
    assert world.now_ms() - silent_from_ms > 60_000
    air.until_known_gone(broker)
    air.until_online()


def test_a_session_lasts_as_long_as_it_is_asked_after(air: Air) -> None:
    sock = air.at.session.sock
    until_ms = world.now_ms() + 400_000
    while world.now_ms() < until_ms:
        air.turn()
    assert air.at.session.sock is sock


def test_it_is_online_while_it_has_a_session(air: Air, broker: Broker) -> None:
    topic = air.at.session.will
    assert broker.heard(topic) == "1"
    air.at.leave()
    assert broker.heard(topic) == "0"
