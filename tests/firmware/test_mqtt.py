"""The node's MQTT client against a real broker, and against a line that sends anything."""

import errno
import socket
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.firmware.broker import Broker, free_port
from tests.interpreters import run
from torpor.link.mqtt import CONNACK, PUBACK, PUBLISH, Mqtt, Refused

interpreters = pytest.mark.parametrize("interpreter", ["cpython", "unix"])


def play(interpreter: str, name: str, *numbers: int) -> None:
    """Run one of tests.firmware.sessions."""
    done = run(interpreter, "tests.firmware.sessions", (name, *map(str, numbers)))
    assert done.code == 0, done.stdout


@interpreters
@pytest.mark.parametrize("name", ["identifiers", "refused", "command", "among"])
def test_session(broker: Broker, interpreter: str, name: str) -> None:
    play(interpreter, name, broker.port)


@interpreters
def test_what_is_acknowledged_reaches_a_second_client(broker: Broker, interpreter: str) -> None:
    play(interpreter, "publish", broker.port)
    sent = ["[]", "x" * 127, "y" * 128, "z" * 20_000]
    assert [broker.heard("torpor/publish") for _ in sent] == sent


@interpreters
def test_the_broker_knows_who_is_there(broker: Broker, interpreter: str) -> None:
    for name in ("online", "vanished"):
        play(interpreter, name, broker.port)
        assert [broker.heard(f"torpor/{name}/online") for _ in range(2)] == ["1", "0"]
    play(interpreter, "late", broker.port)


@interpreters
def test_a_broker_that_dies(interpreter: str) -> None:
    with Broker() as broker:
        play(interpreter, "gone", broker.port, broker.process.pid)


@interpreters
def test_a_server_that_is_not_there_or_silent(interpreter: str) -> None:
    play(interpreter, "nobody", free_port())


class Line:
    """A socket and its poller: what comes is laid down, what goes is kept."""

    def __init__(self, coming: bytes) -> None:
        self.coming = coming
        self.gone = b""

    def send(self, data: bytes) -> int:
        taken = bytes(data[:7])  # sockets may take less than they are given
        self.gone += taken
        return len(taken)

    def recv(self, count: int) -> bytes:
        if not self.coming:
            raise OSError(errno.ETIMEDOUT)
        data, self.coming = self.coming[: (count + 1) // 2], self.coming[(count + 1) // 2 :]
        return data

    def poll(self, ms: int) -> bool:
        return bool(self.coming)

    def close(self) -> None:
        pass


def over(line: Line) -> Mqtt:
    """A session over a line."""
    client = Mqtt("name", "", "", "")
    client.sock = line  # type: ignore[assignment]
    client.poller = line  # type: ignore[assignment]
    return client


def test_a_publish_as_the_standard_shows_it() -> None:
    line = Line(bytes((PUBACK, 2, 0, 1)))
    assert over(line).publish("a/b", b"hi", 3) == 1
    assert line.gone == bytes((0x32, 9, 0, 3)) + b"a/b" + bytes((0, 1)) + b"hi"  # 3.3.1, 3.3.2


def test_silence_is_a_time_out_after_the_last_send() -> None:
    with pytest.raises(OSError, match=str(errno.ETIMEDOUT)):
        over(Line(b"")).publish("a", b"", 3)


def test_another_message_s_acknowledgement_is_not_ours() -> None:
    with pytest.raises(OSError, match=str(errno.ETIMEDOUT)):
        over(Line(bytes((PUBACK, 2, 0, 2)))).publish("a", b"", 3)


def test_a_topic_that_the_broker_refuses_is_not_subscribed() -> None:
    over(Line(bytes((0x90, 3, 0, 1, 0)))).subscribe("a")
    with pytest.raises(OSError, match=str(errno.ETIMEDOUT)):
        over(Line(bytes((0x90, 3, 0, 1, 0x80)))).subscribe("a")


def test_a_message_too_long_for_a_node_is_passed_over() -> None:
    long = bytes((PUBLISH, 0x81, 0x08)) + bytes(1025)
    client = over(Line(long + bytes((PUBLISH, 5, 0, 1)) + b"t" + b"ON"))
    heard: list[tuple[bytes, bytes]] = []
    client.on_message = lambda topic, payload: heard.append((topic, payload))
    client.listen(0)
    client.listen(0)
    assert heard == [(b"t", b"ON")]


packets = st.builds(
    lambda kind, body: bytes((kind, len(body))) + body,
    st.sampled_from([CONNACK, PUBLISH, PUBLISH | 2, PUBACK, 0x90, 0xD0]),
    st.binary(max_size=20),
)


@given(st.one_of(st.binary(max_size=60), st.lists(packets, max_size=40).map(b"".join)))
def test_whatever_comes_ends_well_or_as_an_oserror(coming: bytes) -> None:
    with suppress(OSError):
        assert 1 <= over(Line(coming)).publish("a", b"", 3) <= 3
    with suppress(OSError):
        over(Line(coming)).subscribe("a")
    with suppress(OSError):
        over(Line(coming)).ping()
    with suppress(OSError):
        over(Line(coming)).listen(0)


def test_a_refusal_is_an_oserror() -> None:
    assert issubclass(Refused, OSError)


def test_a_broker_that_has_no_ipv4_address_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """lwIP asks for an IPv6 address then (dns.c, "IPv4 failed, try IPv6"), unless told not to.

    MicroPython has no place for that (1.29, ports/esp32/modsocket.c:960-980): None.
    """

    def resolved(host: str, port: int, family: int = 0) -> list[tuple[Any, ...]]:
        if family == socket.AF_INET:
            raise OSError(-202)  # EAI_FAIL
        return [(socket.AF_INET6, socket.SOCK_STREAM, 0, host, None)]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    client = Mqtt("garden", "", "", "")
    with pytest.raises(OSError, match="-202"):
        client.connect("broker.example", 1883)
    assert client.sock is None


def test_a_session_is_over_though_its_socket_does_not_close() -> None:
    """An OSError of lwip_close() (MicroPython 1.29, ports/esp32/modsocket.c:876-880)."""

    class Stuck(Line):
        def close(self) -> None:
            raise OSError(errno.ENOMEM)

    client = Mqtt("garden", "", "", "")
    client.sock = Stuck(b"")  # type: ignore[assignment]
    client.close()
    assert client.sock is None
