"""A real broker, amqtt, and a second client of it that tells what arrives.

Both live in a process of their own (`python -m tests.firmware.broker HOST PORT`), so that a test
can end them. It prints "ready", then a JSON line for each message under torpor/.
"""

import asyncio
import itertools
import json
import logging
import os
import queue
import socket
import subprocess
import sys
import threading
from collections import UserDict
from collections.abc import ItemsView, Iterator
from contextlib import suppress

import amqtt.broker  # type: ignore[import-untyped]
from amqtt.broker import Broker as Amqtt
from amqtt.client import MQTTClient  # type: ignore[import-untyped]
from amqtt.contexts import Action  # type: ignore[import-untyped]
from amqtt.mqtt.constants import QOS_1  # type: ignore[import-untyped]
from amqtt.mqtt.disconnect import DisconnectPacket  # type: ignore[import-untyped]
from amqtt.mqtt.protocol.broker_handler import (  # type: ignore[import-untyped]
    BrokerProtocolHandler,
)
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin  # type: ignore[import-untyped]
from amqtt.session import Session  # type: ignore[import-untyped]

from tests.interpreters import ROOT

HOST = "127.0.0.1"
USER, PASSWORD = "node", "secret"
PATIENCE_S = 20
PORTS = range(20_000, 32_768)
_asked = itertools.count()


class OneUser(BaseAuthPlugin):  # type: ignore[misc]
    """Lets in whoever knows the password."""

    async def authenticate(self, *, session: Session) -> bool:
        return (session.username, session.password) == (USER, PASSWORD)


class Guarded(BaseTopicPlugin):  # type: ignore[misc]
    """Lets nobody write below guarded/; MQTT 3.1.1 has no answer that says so."""

    async def topic_filtering(self, *, session: Session, topic: str, action: Action) -> bool:
        return action != Action.PUBLISH or not topic.startswith("guarded/")


class Steady(UserDict[str, list[tuple[Session, int]]]):
    """Subscriptions that may come and go while somebody walks them.

    amqtt 0.12.1 awaits inside such walks, and forgets ended sessions once a second: a client that
    connects at that moment is cut off (RuntimeError, dictionary changed size during iteration).
    """

    def __iter__(self) -> Iterator[str]:
        return iter(list(self.data))

    def items(self) -> ItemsView[str, list[tuple[Session, int]]]:
        return dict(self.data).items()


class Broker:
    """The process as a test sees it; a context manager. `host` is where it listens."""

    def __init__(self, host: str = HOST) -> None:
        self.host = host
        self.port = free_port(host)
        self.lines: queue.Queue[str] = queue.Queue()

    def __enter__(self) -> "Broker":
        command = [sys.executable, "-m", "tests.firmware.broker", self.host, str(self.port)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.reader = threading.Thread(target=self._read)
        self.reader.start()
        assert self.lines.get(timeout=PATIENCE_S) == "ready\n"
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.wait()
        self.reader.join()

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as stdout:
            for line in stdout:
                self.lines.put(line)

    def heard(self, topic: str) -> str:
        """The next message on this topic that reached the second client; others are dropped."""
        while True:
            got, payload = json.loads(self.lines.get(timeout=PATIENCE_S))
            if got == topic:
                return str(payload)


def free_port(host: str = HOST) -> int:
    """A port that nobody listens on, nor soon will, until who asked for it does.

    No client's end of a connection is given one below 32,768 (Linux, ip_local_port_range), and of
    several test processes each goes on from a place of its own.
    """
    while True:
        port = PORTS[(64 * os.getpid() + next(_asked)) % len(PORTS)]
        with socket.socket() as sock, suppress(OSError):
            sock.bind((host, port))
            return port


class Attentive(BrokerProtocolHandler):  # type: ignore[misc]
    """Hears all of what a client said before it heeds that the client is gone.

    amqtt 0.12.1 forgets a message that came right before DISCONNECT, where that is seen first: it
    takes fewer turns of the event loop.
    """

    async def wait_disconnect(self) -> DisconnectPacket | None:
        gone = await super().wait_disconnect()
        for _ in range(100):
            await asyncio.sleep(0)
        return gone


async def serve(host: str, port: int) -> None:
    amqtt.broker.BrokerProtocolHandler = Attentive
    broker = Amqtt(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"{host}:{port}"}},
            "plugins": {f"tests.firmware.broker.{one.__name__}": {} for one in (OneUser, Guarded)},
        }
    )
    broker._subscriptions = Steady()
    await broker.start()
    client = MQTTClient(client_id="second")
    await client.connect(f"mqtt://{USER}:{PASSWORD}@{host}:{port}/")
    await client.subscribe([("torpor/#", QOS_1)])
    print("ready", flush=True)
    while True:
        message = await client.deliver_message()
        assert message
        print(json.dumps([message.topic, bytes(message.data or b"").decode()]), flush=True)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
