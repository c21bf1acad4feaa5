"""A gateway and nodes in one world of fakes: while a node waits, the gateway has its turns.

The gateway waits for nobody; so that the virtual time of a node's patience does not run away from
a real broker, the world stands still until that has answered.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

from tests.firmware import rig
from tests.firmware.broker import HOST, PASSWORD, USER, Broker
from torpor.policy.report import CELLS
from torpor_tools.fakes import world

GATEWAY = b"\x02gate1"
NODE = bytes(rig.network.radio.mac)
ANSWER_MS = 10_000  # real ones, that the broker is waited for
NUMBERS = count()  # a name is the broker's for a while after its owner has gone


def gateway(port: int, addresses: dict[str, bytes] | None = None, **config: Any) -> Any:
    """A gateway on a chip of its own, which has no network yet."""
    addresses = {"garden": NODE} if addresses is None else addresses
    nodes = [{"name": name, "address": mac.hex()} for name, mac in addresses.items()]
    with rig.Chip(GATEWAY):
        return rig.gateway.Gateway(
            {
                "kind": "gateway",
                "name": f"attic{next(NUMBERS)}",
                "wifi": {"ssid": "home", "password": "sleepwell"},
                "broker": {"host": HOST, "port": port, "user": USER, "password": PASSWORD},
                "nodes": nodes,
                **config,
            },
            lambda: None,
        )


def node() -> Any:
    """A node's way to it, on the chip that is switched on at the moment."""
    config = {"gateway": GATEWAY.hex(), "channels": [{"name": "temperature"}]}
    return rig.link.Delivery(config, lambda: None)


def readings(count: int) -> list[int]:
    """A record's cells: so many readings of channel 0, worth 0, 1, 2 …"""
    r = []
    for value in range(count):
        r += [0, value, 0]
    assert len(r) == count * CELLS
    return r


class Air:
    """While it is there, time that passes for a node lets the gateway have a turn."""

    def __init__(self, at: Any, monkeypatch: Any) -> None:
        self.at = at
        self.busy = False
        self.waits = True  # for the broker
        self.advance = world.advance
        monkeypatch.setattr(world, "advance", self._advance)

    def _advance(self, ms: int) -> None:
        self.advance(ms)
        if not self.busy:
            self.turn()

    def turn(self) -> None:
        """One of the gateway's."""
        session = self.at.session
        self.busy = True
        owed = [each for each in self.at.relay.asked.values() if not each[3]]
        if self.waits and session.sock and (owed or session.owes):
            session.poller.poll(ANSWER_MS)
        self.at.turn()
        self.busy = False

    def until_known_gone(self, broker: Broker) -> None:
        """Until the broker itself has noticed that a session broke."""
        while broker.heard(self.at.session.will) != "0":
            pass

    def until(self, done: Callable[[], Any]) -> None:
        """Until it is; 70 s of the world's at most, as many as a broker may be silent."""
        until_ms = world.now_ms() + 70_000
        while not done():
            assert world.now_ms() < until_ms
            self.turn()

    def until_online(self) -> None:
        """Until it has a session."""
        self.until(lambda: self.at.session.sock)
