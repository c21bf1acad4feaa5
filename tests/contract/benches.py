"""Every port of the tree, each with what it takes to move its world by hand."""

from abc import ABC, abstractmethod
from typing import Any

import pytest

from host_sim.engine import events, parts
from host_sim.engine.port import SimPort
from host_sim.sim import build
from host_sim.spec import scenario
from tests.firmware import rig
from torpor.link.mqtt import Mqtt
from torpor.policy.sleep import DEEP
from torpor.policy.ticks import MASK
from torpor.port import Port


class Bench(ABC):
    """A port and its surroundings. Channel 0 is the wake pin's contact, which detects nothing."""

    port: Port
    slack_ms = 0  # what a call may take besides, to be told and answered

    @abstractmethod
    def start(self, edges: tuple[tuple[int, int], ...] = (), first_tick: int = 0) -> None:
        """Power on. edges: ms from now, ascending, and the level that the wake pin then has."""

    @abstractmethod
    def access_point(self, present: bool) -> None:
        """Switch the access point on or off."""

    @abstractmethod
    def command(self, value: int) -> None:
        """Let the broker send a command, 0 or 1, to the joined node."""

    @abstractmethod
    def sleep_deep(self, ms: int) -> int:
        """Sleep, and start anew where the chip does; what woke it."""

    def cut_power(self) -> int:
        """Take the power and give it back; what woke it."""
        pytest.skip("nothing here can take its power")

    def flash_writes(self) -> int:
        """How often the node has written to flash."""
        pytest.skip("nothing here counts what it writes")


class Node(Bench):
    """A port that reports to a real broker, by what it is told in config.json."""

    def __init__(self, broker: dict[str, Any], ssid: str, password: str, wake_pin: int) -> None:
        self.broker, self.wake_pin = broker, wake_pin
        self.config = {
            "name": "contract",
            "kind": "switch",
            "wifi": {"ssid": ssid, "password": password},
            "broker": broker,
            "pins": {"wake": wake_pin, "outputs": [{"pin": 26, "on": 1}]},
            "channels": [{"name": "door", "driver": "contact", "pin": wake_pin}],
            "watch_channel": 0,
        }

    def command(self, value: int) -> None:
        client = Mqtt("commander", self.broker["user"], self.broker["password"], "")
        client.connect(self.broker["host"], self.broker["port"])
        client.publish("torpor/contract/set", b"ON" if value else b"OFF", 3)
        client.close()
        self.await_command()

    @abstractmethod
    def await_command(self) -> None:
        """Until it has come."""


class Chip(Node):
    """torpor.esp32 on the fakes, in CPython."""

    def start(self, edges: tuple[tuple[int, int], ...] = (), first_tick: int = 0) -> None:
        self.world = rig.power_on()
        self.world["now_ms"] = self.world["boot_ms"] = first_tick
        self.world["pins"] = {str(self.wake_pin): 0}
        self.world["events"] = [[first_tick + ms, self.wake_pin, level] for ms, level in edges]
        self.port = rig.esp32.opened(self.config)

    def access_point(self, present: bool) -> None:
        self.world["wifi"]["present"] = int(present)

    def await_command(self) -> None:
        self.port.delivery.mqtt.poller.poll(10_000)  # type: ignore[attr-defined]

    def sleep_deep(self, ms: int) -> int:
        with pytest.raises(SystemExit):
            self.port.sleep(DEEP, ms)
        return self._started()

    def cut_power(self) -> int:
        rig.power_on()
        return self._started()

    def flash_writes(self) -> int:
        return int(self.world["nvs_commits"])

    def _started(self) -> int:
        rig.network.radio.power_on()
        self.port = rig.esp32.opened(self.config)
        return int(rig.esp32.cause(rig.esp32.memory()))


class Simulated(Bench):
    """host_sim.engine.port with the world of the door scenario, but for its events."""

    port: SimPort

    def start(self, edges: tuple[tuple[int, int], ...] = (), first_tick: int = 0) -> None:
        world = build.parts(scenario.load("door", ("days=1", "world.drift_ppm=0")))
        lead_us = world.timing[parts.BOOT_US] + world.timing[parts.WAKE_CPU_US]
        world.clock[parts.FIRST_TICK] = first_tick - lead_us // 1000 & MASK
        world.event_us, world.event_kind, world.event_value = events.ordered(
            [(lead_us + ms * 1000, events.EDGE, level) for ms, level in edges]
        )
        self.port = SimPort(world)

    def access_point(self, present: bool) -> None:
        self.port.ap_up = present

    def command(self, value: int) -> None:
        self.port.commanded = value

    def sleep_deep(self, ms: int) -> int:
        return self.port.sleep(DEEP, ms)

    def flash_writes(self) -> int:
        return self.port.count[parts.FLASH_WRITES]
