"""The broker of torpor faults --port as the node's own client meets it, well and ill."""

import errno
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from torpor.link import mqtt
from torpor.link.mqtt import Mqtt, Refused
from torpor_tools.hil.faults.broker import ABSENT, DEAF, REFUSES, SILENT, Broker

HOST = "127.0.0.1"
MOST_S = 10  # of the host's, however busy it is


@pytest.fixture
def broker() -> Iterator[Broker]:
    with Broker(HOST) as started:
        yield started


def session(broker: Broker) -> Mqtt:
    client = Mqtt("node", "user", "secret", "node/online")
    client.connect(HOST, broker.port)
    return client


def comes(what: Callable[[], bool]) -> bool:
    """Whether it does in time."""
    until = time.monotonic() + MOST_S
    while not what() and time.monotonic() < until:
        time.sleep(0.01)
    return what()


def is_there(broker: Broker) -> bool:
    with suppress(OSError):
        session(broker).close()
        return True
    return False


def test_one_that_is_well_answers_and_counts_what_it_acknowledges(broker: Broker) -> None:
    client = session(broker)
    client.subscribe("node/set")
    client.ping()
    assert broker.reports == 0  # that it is online is none
    for count, size in enumerate((0, 122, 123, 20_000), 1):  # two of 127 and 128 in all
        assert client.publish("a", bytes(size), 3) == 1
        assert broker.reports == count
    client.close()
    assert broker.heard(0, after=3)
    assert not broker.heard(0, after=4)


def test_a_report_that_is_yet_to_come_is_waited_for(broker: Broker) -> None:
    client = session(broker)
    late = threading.Timer(0.05, client.publish, ("a", b"1", 3))
    late.start()
    assert broker.heard(MOST_S, after=0)
    late.join()
    client.close()


def test_each_of_two_clients_has_a_line_of_its_own(broker: Broker) -> None:
    one, other = session(broker), session(broker)
    for client in (one, other, one):
        assert client.publish("a", b"1", 3) == 1
    other.close()
    one.ping()
    one.close()


def test_one_that_refuses_says_so(broker: Broker) -> None:
    broker.ill = REFUSES
    with pytest.raises(Refused):
        session(broker)


def test_one_that_is_silent_does_not_even_welcome(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker.ill = SILENT
    monkeypatch.setattr(mqtt, "TIMEOUT_S", 0.1)
    with pytest.raises(OSError, match=str(errno.ETIMEDOUT)):
        session(broker)


def test_one_that_is_deaf_acknowledges_nothing(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker.ill = DEAF
    client = session(broker)
    client.ping()
    monkeypatch.setattr(mqtt, "RETRY_MS", 100)
    with pytest.raises(OSError, match=str(errno.ETIMEDOUT)):
        client.publish("a", b"1", 1)
    assert broker.reports == 0
    broker.ill = ""
    client.ping()
    client.close()


def test_one_that_goes_cuts_its_lines_and_comes_back_at_its_port(broker: Broker) -> None:
    client, port = session(broker), broker.port
    broker.ill = ABSENT
    assert comes(lambda: not is_there(broker))
    with pytest.raises(OSError, match=f"{errno.ECONNRESET}|{errno.EPIPE}"):
        client.ping()
    client.close()
    broker.ill = ""
    assert comes(lambda: is_there(broker))
    assert broker.port == port
