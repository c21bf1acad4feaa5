"""Sessions of the node's MQTT client with the broker, for every interpreter.

`-m tests.firmware.sessions NAME PORT [PID]` runs one; an assertion that fails ends it.
"""

import os
import socket
import sys

from torpor.link import mqtt
from torpor.link.mqtt import Mqtt, Refused

HOST = "127.0.0.1"


def session(name: str, port: int, will: str = "") -> Mqtt:
    client = Mqtt(name, "node", "secret", will)
    client.connect(HOST, port)
    return client


def publish(port: int) -> None:
    """Acknowledged at the first send, whatever number of bytes its length takes."""
    client = session("publish", port)
    for payload in (b"[]", b"x" * 127, b"y" * 128, b"z" * 20000):
        assert client.publish("torpor/publish", payload, 3) == 1
    client.close()
    client.close()
    assert client.sock is None


def identifiers(port: int) -> None:
    """Packet identifiers start over at 1: 0 is none."""
    client = session("identifiers", port)
    client.last_id = 65534
    for last_id in (65535, 1):
        assert client.publish("torpor/identifiers", b"", 3) == 1
        assert client.last_id == last_id
    client.close()


def refused(port: int) -> None:
    """A wrong password has an error of its own; no session is left."""
    client = Mqtt("refused", "node", "wrong", "")
    try:
        client.connect(HOST, port)
    except Refused:
        assert client.sock is None
        return
    raise AssertionError("let in")


def command(port: int) -> None:
    """What is subscribed arrives, one message a call; without one nothing happens."""
    heard: list[object] = []
    client = session("command", port)
    client.on_message = lambda topic, payload: heard.append((topic, payload))
    client.subscribe("commands/set")
    client.listen(0)
    assert heard == []
    other = session("other", port)
    for payload in (b"ON", b"OFF"):
        other.publish("commands/set", payload, 3)
    other.close()
    client.listen(5000)
    client.listen(5000)
    assert heard == [(b"commands/set", b"ON"), (b"commands/set", b"OFF")]
    client.listen(0)
    assert len(heard) == 2
    client.ping()
    client.close()


def among(port: int) -> None:
    """A message that comes while an acknowledgement is awaited is delivered, not lost."""
    heard: list[object] = []
    client = session("among", port)
    client.on_message = lambda topic, payload: heard.append(payload)
    client.subscribe("among/self")
    sent = 0
    while not heard and sent < 1000:  # the broker may acknowledge first, and deliver then
        assert client.publish("among/self", b"ON", 3) == 1
        sent += 1
    while len(heard) < sent:
        client.listen(5000)
    assert heard == sent * [b"ON"]
    client.close()


def gone(port: int, process: int) -> None:
    """A broker that dies is an OSError at the next use, and at a new connect."""
    client = session("gone", port)
    os.system(f"kill -9 {process}")
    for call in (client.ping, lambda: client.connect(HOST, port), client.ping):
        try:
            call()
        except OSError:
            client.close()
            assert client.sock is None
            continue
        raise AssertionError("answered")


def nobody(port: int) -> None:
    """A closed port and a server that never answers are OSErrors."""
    silent = socket.socket()
    silent.bind(socket.getaddrinfo(HOST, port)[0][-1])
    for listens in (False, True):
        if listens:
            silent.listen(1)
            mqtt.TIMEOUT_S = 0.05  # type: ignore[assignment]
        client = Mqtt("nobody", "node", "secret", "")
        try:
            client.connect(HOST, port)
        except OSError:
            assert client.sock is None
        else:
            raise AssertionError("answered")
    silent.close()


def online(port: int) -> None:
    """The broker holds 1 while the session lasts, and 0 after it."""
    client = session("online", port, "torpor/online/online")
    client.ping()
    client.close()


def vanished(port: int) -> None:
    """The broker itself says 0 for a node that is gone without a word."""
    session("vanished", port, "torpor/vanished/online").ping()


def late(port: int) -> None:
    """Who asks later is told of the node that vanished (amqtt tells it more than once)."""
    heard: list[object] = []
    client = session("late", port)
    client.on_message = lambda topic, payload: heard.append(payload)
    client.subscribe("torpor/vanished/online")
    client.listen(5000)
    assert heard == len(heard) * [b"0"] != []
    client.close()


if __name__ == "__main__":
    globals()[sys.argv[1]](*[int(arg) for arg in sys.argv[2:]])
