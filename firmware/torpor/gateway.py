"""A gateway, on the mains: it hands readings that come by ESP-NOW on to the broker.

It stays in the network with its power save off, as a radio that sleeps misses what comes meanwhile
(MicroPython 1.29, docs/library/espnow.rst:835). The channel is that of the access point, wherever
that moves to. Nothing waits for the broker but a new session; what comes during that lies in the
receive buffer (torpor.link.relay).

config.json has a node's "name", "wifi", "broker" and "secrets" (torpor.esp32), and

    {"kind": "gateway", "nodes": [{"name": "garden", "address": "246f28aabbcc"}]}

`torpor/NAME/online` holds 1 while the gateway has a session, else 0.
"""

import json
import sys
import time

import machine

from torpor.link import ERRORS
from torpor.link.relay import Relay
from torpor.link.session import Session
from torpor.link.wifi import Wifi, password
from torpor.port import WATCHDOG_MS

TYPE_CHECKING = False  # as in typing, which the chip does not have
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

TURN_MS = 5  # at most, until the broker is heard again
IDLE_MS = 100  # a turn without a network
TX_QDBM = 80
LOOK_MS = 1000  # between two looks at the network
AGAIN_MS = 1000  # until a session that broke is tried again; doubled by each failure
AGAIN_MOST_MS = 60000
LOST_MS = 3600000  # without a session, until the chip starts anew: it may be the driver's fault
TRIAL_MS = 60000  # that a version on trial has to reach the broker


class Gateway:
    """turn() is to be called over and over; `feed` is called while it joins and connects."""

    def __init__(self, config: dict, feed: "Callable[[], None]") -> None:
        broker = config["broker"]
        self.wifi = Wifi(config["wifi"]["ssid"], password(config, "wifi"))
        self.session = Session(
            config["name"],
            broker.get("user", ""),
            password(config, "broker"),
            "torpor/" + config["name"] + "/online",
        )
        self.wifi.feed = self.session.feed = feed
        self.host = broker["host"]
        self.port = broker.get("port", 1883)
        self.relay = Relay(config, self.session)
        self.listens = False
        self.again_ms = AGAIN_MS
        self.due = self.looked = time.ticks_ms()

    def turn(self) -> None:
        """Hear a node, then the broker; see that both can be heard."""
        try:
            if self.listens:
                self.relay.turn(TURN_MS)
            else:
                time.sleep_ms(IDLE_MS)
            self.session.turn()
        except ERRORS:
            self._broken()
        now = time.ticks_ms()
        if time.ticks_diff(now, self.looked) >= LOOK_MS:
            self.looked = now
            if self.session.sock and not self.wifi.rssi_dbm():
                self._broken()
        if not self.session.sock and time.ticks_diff(now, self.due) >= 0:
            self._connect()

    def _broken(self) -> None:
        """Be without a session for now."""
        self.session.drop()
        self.relay.broken()
        self.due = time.ticks_add(time.ticks_ms(), self.again_ms)

    def _connect(self) -> None:
        """Join where that is needed, and open a session; or say when to try again."""
        try:
            if (self.listens and self.wifi.rssi_dbm()) or self._join():
                self.wifi.wlan.config(pm=self.wifi.wlan.PM_NONE)
                self.session.open(self.host, self.port)
                self.again_ms = AGAIN_MS
                return
        except ERRORS:
            pass
        self.due = time.ticks_add(time.ticks_ms(), self.again_ms)
        self.again_ms = min(2 * self.again_ms, AGAIN_MOST_MS)

    def _join(self) -> bool:
        """Join anew, and listen on that channel; whether it joined."""
        self.leave()
        if self.wifi.join(TX_QDBM, 0) >= 0:
            return False
        self.relay.start()
        self.listens = True
        return True

    def leave(self) -> None:
        """End the session and switch the radio off."""
        self.session.close()
        self.listens = False
        self.relay.stop()
        self.wifi.leave()


def run(path: str) -> None:
    """Be the gateway that the file describes, for good.

    A version on trial sleeps once it has reached the broker, or has not in time: it is to be judged
    by that, and to start again (torpor.trial).
    """
    with open(path) as file:
        config = json.load(file)
    watchdog = machine.WDT(timeout=WATCHDOG_MS)
    gateway = Gateway(config, watchdog.feed)
    trial: Any = sys.modules.get("trial")
    reached = time.ticks_ms()
    while True:
        watchdog.feed()
        gateway.turn()
        online = gateway.session.sock is not None
        without_ms = time.ticks_diff(time.ticks_ms(), reached)
        if trial and (online or without_ms > TRIAL_MS):
            gateway.leave()
            machine.deepsleep(trial.ended(online))
        if online:
            reached = time.ticks_ms()
        elif without_ms > LOST_MS:
            machine.reset()
