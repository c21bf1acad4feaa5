"""What a broker retains of nodes, by a real one.

The whole was tried with Home Assistant itself; docs/mqtt.md says with which.
"""

import json
import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.firmware.broker import PASSWORD, USER, Broker
from tests.interpreters import ROOT
from torpor_tools import cli

EXAMPLES = ROOT / "docs/examples"
PLUG = (EXAMPLES / "plug/node.toml").read_text()
GREENHOUSE = (EXAMPLES / "greenhouse/node.toml").read_text()


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    """One of its own: amqtt tells every subscriber what was retained here."""
    with Broker() as started:
        yield started


def at(broker: Broker, text: str, password: str = PASSWORD) -> str:
    """A node's file, at this broker."""
    said = f'port = {broker.port}\nuser = "{USER}"\npassword = "{password}"'
    return text.replace("port = 1883\n", "").replace(
        'host = "192.0.2.1"', f'host = "{broker.host}"\n{said}'
    )


def retained(broker: Broker) -> dict[str, Any]:
    """What a client that comes now is told below homeassistant/."""
    told: queue.Queue[mqtt.MQTTMessage] = queue.Queue()
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(USER, PASSWORD)
    client.on_message = lambda _client, _user, message: told.put(message)
    client.connect(broker.host, broker.port)
    client.loop_start()
    client.subscribe("homeassistant/#", qos=1)
    found = {}
    try:
        while True:
            message = told.get(timeout=1)
            if message.payload and message.topic.startswith("homeassistant/"):
                found[message.topic] = json.loads(message.payload)
    except queue.Empty:
        return found
    finally:
        client.disconnect()
        client.loop_stop()


def test_a_node_is_announced_changed_and_taken_back(
    tmp_path: Path, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    other, path = tmp_path / "greenhouse.toml", tmp_path / "plug.toml"
    other.write_text(at(broker, GREENHOUSE))
    path.write_text(at(broker, PLUG))
    assert cli.run(["announce", "--json", str(path), str(other)]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    power = "homeassistant/sensor/torpor_plug/power/config"
    relay = "homeassistant/switch/torpor_plug/relay/config"
    others = [
        f"homeassistant/sensor/torpor_greenhouse/{name}/config"
        for name in ("temperature", "humidity", "light", "store")
    ]
    assert told["removed"] == []
    assert list(told["announced"]) == [power, relay, *others]
    assert retained(broker) == told["announced"]

    path.write_text(
        at(broker, PLUG.replace('"relay"\n', '"lamp"\n').replace('"relay" #', '"lamp" #'))
    )
    assert cli.run(["announce", "--json", str(path)]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["removed"] == [relay]
    lamp = relay.replace("/relay/", "/lamp/")
    assert list(told["announced"]) == [power, lamp]
    now = retained(broker)
    assert now.keys() == {power, lamp, *others}
    assert now[lamp] == told["announced"][lamp]

    assert cli.run(["announce", "--remove", str(path)]) == 0
    assert capsys.readouterr().out == (
        f"taken back: {power}\ntaken back: {lamp}\n"
        f"0 announced, 2 taken back: {broker.host}:{broker.port}\n"
    )
    assert retained(broker).keys() == set(others)


@pytest.mark.parametrize(
    ("password", "options", "line"),
    [
        ("wrong", [], "the broker refuses: not authorized; mend user and password in [broker]"),
        (
            PASSWORD,
            ["--prefix", "guarded"],
            "does not hand on what was sent to it: guarded/sensor/torpor_plug/power/config; let "
            "the user of [broker] write there, and read",
        ),
    ],
)
def test_a_broker_that_does_not_retain_it_is_said(
    tmp_path: Path,
    broker: Broker,
    capsys: pytest.CaptureFixture[str],
    password: str,
    options: list[str],
    line: str,
) -> None:
    path = tmp_path / "plug.toml"
    path.write_text(at(broker, PLUG, password))
    assert cli.run(["announce", *options, str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"torpor: {broker.host}:{broker.port}: {line}\n"


def test_who_is_no_broker_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plug.toml"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        text = PLUG.replace("192.0.2.1", "127.0.0.1").replace("1883", str(port))
        path.write_text(text)
        assert cli.run(["announce", str(path)]) == 2
        remedy = "is it an MQTT broker, and without TLS?"
        line = f"torpor: 127.0.0.1:{port}: nothing answers as a broker does; {remedy}\n"
        assert capsys.readouterr().err == line
    assert cli.run(["announce", str(path)]) == 2
    remedy = "start it, or mend host and port in [broker]"
    line = f"torpor: 127.0.0.1:{port}: no broker (Connection refused); {remedy}\n"
    assert capsys.readouterr().err == line


@contextmanager
def hanging_up(*answers: bytes) -> Iterator[int]:
    """The port of a broker that answers so many packets, and then hangs up."""

    def serve() -> None:
        client, _ = server.accept()
        with client:
            for answer in answers:
                client.recv(4096)
                client.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        served = threading.Thread(target=serve)
        served.start()
        yield server.getsockname()[1]
        served.join()


ADMITTED = bytes((0x20, 2, 0, 0))
GONE = "the broker answers no more; run this again"


@pytest.mark.parametrize(
    ("answers", "line"),
    [
        ([], "nothing answers as a broker does; is it an MQTT broker, and without TLS?"),
        ([ADMITTED], GONE),
        ([ADMITTED, bytes((0x90, 3, 0, 1, 1))], GONE),  # it may have retained something
        (
            [ADMITTED, bytes((0x90, 3, 0, 1, 0x80))],
            "the broker lets nobody read below the prefix; let the user of [broker] read there, "
            "and write",
        ),
    ],
)
def test_nothing_is_taken_back_of_a_broker_that_hangs_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], answers: list[bytes], line: str
) -> None:
    path = tmp_path / "plug.toml"
    with hanging_up(*answers) as port:
        path.write_text(PLUG.replace("192.0.2.1", "127.0.0.1").replace("1883", str(port)))
        assert cli.run(["announce", "--remove", str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"torpor: 127.0.0.1:{port}: {line}\n"


def test_two_files_of_one_name_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / "a.toml", tmp_path / "b.toml"]
    paths[0].write_text(PLUG)
    paths[1].write_text(PLUG.replace('"power"', '"watts"').replace("sensor.power", "sensor.watts"))
    assert cli.run(["announce", "--dry-run", *map(str, paths)]) == 2
    line = "another of these files has the name plug, too; give each its own, or leave one out"
    assert capsys.readouterr() == ("", f"torpor: {paths[1]}: {line}\n")
    assert cli.run(["announce", "--dry-run", str(paths[1]), str(paths[1])]) == 0


@pytest.mark.parametrize("prefix", ["", "a/#", "a+b", "a/", "/a", "a//b"])
def test_a_prefix_is_a_topic(
    prefix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plug.toml"
    path.write_text(PLUG)
    assert cli.run(["announce", "--dry-run", "--prefix", prefix, str(path)]) == 2
    assert capsys.readouterr().err.startswith("torpor: --prefix")
