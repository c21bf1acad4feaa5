"""Every port of the tree, each with what it takes to move its world by hand."""

from abc import ABC, abstractmethod

from host_sim import kernel, plan, scenario
from host_sim.port import SimPort
from host_sim.world import build
from tests.firmware import rig
from torpor.link.mqtt import Mqtt
from torpor.policy.ticks import MASK
from torpor.port import Port

EDGES_CLOCK = 10  # where build.arguments has the events' three columns, and the clock
CLOCK = -1


class Bench(ABC):
    """A port and its surroundings. Channel 0 is the wake pin's contact, which detects nothing."""

    port: Port

    @abstractmethod
    def start(self, edges: tuple[tuple[int, int], ...] = (), first_tick: int = 0) -> None:
        """Power on. edges: ms from now, ascending, and the level that the wake pin then has."""

    @abstractmethod
    def access_point(self, present: bool) -> None:
        """Switch the access point on or off."""

    @abstractmethod
    def command(self, value: int) -> None:
        """Let the broker send a command, 0 or 1, to the joined node."""


class Chip(Bench):
    """torpor.esp32 on the fakes, in CPython, and a real broker."""

    WAKE_PIN = 33

    def __init__(self, broker: dict[str, object]) -> None:
        self.broker = broker

    def start(self, edges: tuple[tuple[int, int], ...] = (), first_tick: int = 0) -> None:
        self.world = rig.power_on()
        self.world["now_ms"] = self.world["boot_ms"] = first_tick
        self.world["pins"] = {str(self.WAKE_PIN): 0}
        self.world["events"] = [[first_tick + ms, self.WAKE_PIN, level] for ms, level in edges]
        self.port = rig.esp32.Esp32Port(
            {
                "name": "contract",
                "kind": "switch",
                "wifi": {"ssid": "home", "password": "secret"},
                "broker": self.broker,
                "pins": {"wake": self.WAKE_PIN, "outputs": [{"pin": 26, "on": 1}]},
                "channels": [{"name": "door", "driver": "contact", "pin": self.WAKE_PIN}],
                "watch_channel": 0,
            }
        )

    def access_point(self, present: bool) -> None:
        self.world["wifi"]["present"] = int(present)

    def command(self, value: int) -> None:
        client = Mqtt("commander", str(self.broker["user"]), str(self.broker["password"]), "")
        client.connect(str(self.broker["host"]), int(str(self.broker["port"])))
        client.publish("torpor/contract/set", b"ON" if value else b"OFF", 3)
        client.close()
        self.port.delivery.mqtt.poller.poll(10_000)  # type: ignore[attr-defined]


class Simulated(Bench):
    """host_sim.port with the world of the door scenario, but for its events."""

    port: SimPort

    def start(self, edges: tuple[tuple[int, int], ...] = (), first_tick: int = 0) -> None:
        arguments = list(build.arguments(scenario.load("door", ("days=1", "world.drift_ppm=0"))))
        lead_us = arguments[3][plan.BOOT_US] + arguments[3][plan.WAKE_CPU_US]
        arguments[CLOCK][plan.FIRST_TICK] = first_tick - lead_us // 1000 & MASK
        arguments[EDGES_CLOCK : EDGES_CLOCK + 3] = kernel.ordered(
            [(lead_us + ms * 1000, kernel.EDGE, level) for ms, level in edges]
        )
        self.port = SimPort(*arguments)

    def access_point(self, present: bool) -> None:
        self.port.ap_up = present

    def command(self, value: int) -> None:
        self.port.commanded = value
