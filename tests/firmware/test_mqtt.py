"""The node's MQTT client against a real broker, and against a line that sends anything."""

import errno
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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


class Late(Line):
    """What comes on it does so after some time without anything."""

    def __init__(self, coming: bytes, left_ms: int) -> None:
        super().__init__(coming)
        self.left_ms = left_ms

    def poll(self, ms: int) -> bool:
        self.left_ms -= ms
        return self.left_ms < 0


@pytest.mark.parametrize(
    ("after_ms", "sends"), [(1_499, 1), (1_500, 2), (2_999, 2), (4_499, 3), (4_500, None)]
)
def test_each_second_and_a_half_of_silence_is_one_more_send(
    after_ms: int, sends: int | None
) -> None:
    """And the watchdog is fed throughout."""
    fed: list[None] = []
    client = over(Late(bytes((PUBACK, 2, 0, 1)), after_ms))
    client.feed = lambda: fed.append(None)
    if sends:
        assert client.publish("a", b"", 3) == sends
    else:
        with pytest.raises(OSError, match=str(errno.ETIMEDOUT)):
            client.publish("a", b"", 3)
    assert len(fed) >= after_ms // 1_000


@pytest.mark.parametrize(
    ("coming", "ask"),
    [
        (bytes((0x90, 3, 0, 1, 0)), lambda client: client.subscribe("a")),
        (bytes((0xD0, 0)), lambda client: client.ping()),
    ],
    ids=["subscribe", "ping"],
)
def test_other_answers_have_five_seconds(coming: bytes, ask: Callable[[Mqtt], None]) -> None:
    ask(over(Late(coming, 4_999)))
    with pytest.raises(OSError, match=str(errno.ETIMEDOUT)):
        ask(over(Late(coming, 5_000)))


def test_an_acknowledgement_is_found_behind_31_messages_and_not_behind_32() -> None:
    message, ours = bytes((PUBLISH, 3, 0, 1)) + b"t", bytes((PUBACK, 2, 0, 1))
    assert over(Line(31 * message + ours)).publish("a", b"", 1) == 1
    with pytest.raises(OSError, match=str(errno.ETIMEDOUT)):
        over(Line(32 * message + ours)).publish("a", b"", 1)


@contextmanager
def answering(answer: bytes) -> Iterator[tuple[Any, bytearray]]:
    """A server's address that says this to who comes, and what it hears."""

    def serve() -> None:
        line, _ = server.accept()
        with line:
            heard.extend(line.recv(1_000))
            line.sendall(answer)
            line.shutdown(socket.SHUT_WR)
            while more := line.recv(1_000):
                heard.extend(more)

    heard = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname(), heard
        thread.join()


WELCOME = bytes((CONNACK, 2, 0, 0))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (bytes((CONNACK, 3, 0, 0, 0)), errno.EINVAL),
        (bytes((CONNACK, 1, 0)), errno.EINVAL),
        (bytes((PUBACK, 2, 0, 0)), errno.EINVAL),
        (bytes((CONNACK, 2, 0, 5)), 5),
        (b"", errno.ECONNRESET),
    ],
)
def test_no_session_begins_but_by_the_broker_s_yes(answer: bytes, code: int) -> None:
    client = Mqtt("name", "", "", "")
    with answering(answer) as (address, _), pytest.raises(OSError, match=str(code)):
        client.connect(*address)
    assert client.sock is None


def test_a_session_as_the_standard_has_it() -> None:
    """From CONNECT to DISCONNECT (chapter 3): the will, and the same topic while it lasts."""
    client = Mqtt("id", "me", "key", "on")
    with answering(WELCOME) as (address, heard):
        client.connect(*address)
        client.close()
    flags = 0b11100110  # user, password, retained will of QoS 0, clean
    connect = b"\0\4MQTT\4" + bytes((flags, 0, 120)) + b"\0\2id\0\2on\0\x010\0\2me\0\3key"
    assert heard == b"\x10" + bytes((len(connect),)) + connect + b"\x31\5\0\2on1\x31\5\0\2on0\xe0\0"


def test_a_session_of_nobody_has_neither_user_nor_will() -> None:
    client = Mqtt("id", "", "", "")
    with answering(WELCOME) as (address, heard):
        client.connect(*address)
        client.close()
    assert heard == b"\x10\x0e\0\4MQTT\4\2\0\x78\0\2id\xe0\0"


def test_a_question_as_the_standard_has_it() -> None:
    """SUBSCRIBE at QoS 0 (3.8), and PINGREQ (3.12)."""
    line = Line(bytes((0x90, 3, 0, 1, 0, 0xD0, 0)))
    client = over(line)
    client.subscribe("a/b")
    client.ping()
    assert line.gone == bytes((0x82, 8, 0, 1, 0, 3)) + b"a/b" + bytes((0, 0xC0, 0))


def test_a_session_ends_where_another_begins() -> None:
    client = Mqtt("id", "", "", "")
    with answering(WELCOME) as (first, heard), answering(WELCOME) as (second, _):
        client.connect(*first)
        client.connect(*second)
        client.close()
    assert heard.endswith(b"\xe0\0")


def test_the_watchdog_is_fed_between_what_may_take_seconds_each() -> None:
    """The name's address, and the connection."""
    client, connected = Mqtt("id", "", "", ""), []

    def feed() -> None:
        assert client.sock
        connected.append(client.sock.getsockname()[1] > 0)

    client.feed = feed
    with answering(WELCOME) as (address, _):
        client.connect(*address)
        client.close()
    assert connected[:2] == [False, True]


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


@pytest.mark.parametrize(
    ("coming", "heard"),
    [
        (bytes((PUBLISH, 5, 0, 1)) + b"tON", (b"t", b"ON")),
        (bytes((PUBLISH | 2, 7, 0, 1)) + b"t\0\x09ON", (b"t", b"ON")),  # QoS 1: an identifier
        (bytes((PUBLISH | 1, 5, 0, 1)) + b"tON", (b"t", b"ON")),  # retained
        (bytes((PUBLISH, 0x84, 2, 1, 0)) + b"t" * 256 + b"ON", (b"t" * 256, b"ON")),
        (bytes((PUBLISH, 0x85, 0x80, 0x80, 0, 0, 1)) + b"tON", (b"t", b"ON")),
        (bytes((PUBLISH, 0x80, 8, 0, 1)) + b"t" + bytes(1_021), (b"t", bytes(1_021))),
        (bytes((PUBLISH, 2, 0, 0)), (b"", b"")),
        (bytes((PUBLISH, 1, 0)), None),
        (bytes((PUBACK, 2, 0, 1)), None),
    ],
)
def test_what_a_message_says(coming: bytes, heard: tuple[bytes, bytes] | None) -> None:
    told: list[tuple[bytes, bytes]] = []
    client = over(Line(coming))
    client.on_message = lambda topic, payload: told.append((topic, payload))
    client.listen(0)
    assert told == ([heard] if heard else [])


def test_a_length_of_five_bytes_is_none() -> None:
    with pytest.raises(OSError, match=str(errno.EINVAL)):
        over(Line(bytes((PUBLISH, 0x82, 0x80, 0x80, 0x80, 0, 0, 0)))).listen(0)


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
