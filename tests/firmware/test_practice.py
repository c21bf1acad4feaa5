"""The node that our start is compared with is one: on the fake chip it measures and tells."""

import json
import shutil
from binascii import unhexlify
from collections.abc import Iterator
from pathlib import Path
from struct import calcsize

import pytest

from tests.firmware.broker import HOST, PASSWORD, USER, Broker, free_port
from tests.firmware.chip import SHT3X, Chip, shipped, sht3x
from tests.start import plain
from torpor_tools.fakes import world

MINUTE_MS = 60_000
GATEWAY = "020000475701"  # of config.py
LEASE_AT = calcsize("<BBII4h")  # in STATE of garden.py


class Plain(Chip):
    """A chip with that node in the place of the library."""

    def flash(self, config: dict[str, object]) -> None:
        """Its modules, beside main.py and the fakes; its settings are a module of constants."""
        self.library = self.folder / "library"
        for name in ("built_in", "machine", "network", "time", "world", "pads", "esp32", "espnow"):
            self.library.mkdir(exist_ok=True)
            shutil.copy(shipped() / f"{name}.mpy", self.library)
        shutil.copy(shipped() / "chip.py", self.library)
        for name, data in plain.sources().items():
            path = self.library / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        shutil.copy(plain.SOURCES / plain.MAIN, self.library)
        settings = {"BROKER": HOST, "PORT": config["port"], "USER": USER, "SECRET": PASSWORD}
        settings |= {"CLIENT": config["name"], "TOPIC": self.topic}
        with (self.library / "config.py").open("a") as file:
            file.writelines(f"{name} = {value!r}\n" for name, value in settings.items())

    @property
    def joins(self) -> int:
        """How often it joined, or tried to."""
        return len(self.world["joined"])


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    """One of its own: amqtt hands a client on what another subscribed to, and this one has no use.

    Nor has micropython-lib's, which is as strict.
    """
    with Broker() as started:
        yield started


@pytest.fixture
def node(tmp_path: Path, broker: Broker) -> Plain:
    """Whose power is about to be switched on."""
    return Plain(tmp_path, {"name": tmp_path.name, "port": broker.port})


def told(node: Plain, broker: Broker) -> list[tuple[str, int, int]]:
    """The next message."""
    message = json.loads(broker.heard(node.topic))
    return [(one["channel"], one["value"], one["age_s"]) for one in message]


def test_it_tells_all_at_first_and_then_what_changed_when_it_is_due(
    node: Plain, broker: Broker
) -> None:
    node.wake()
    first = [("temperature", 2000, 0), ("humidity", 5000, 0), ("light", 800, 0)]
    assert told(node, broker) == [*first, ("battery", 4000, 0)]
    assert node.world["joined"] == [[20.0, True]]
    awake_ms = 5 * MINUTE_MS - node.slept_ms
    assert 0 < awake_ms < 5_000

    node.world["i2c"][SHT3X] = sht3x(24342 + 188, 32768)  # 20.50 °C
    for _ in range(6):
        node.wake()
        assert node.joins == 1
    node.wake()
    assert told(node, broker) == [("temperature", 2050, 1_800)]
    assert node.world["joined"][1] == [20.0, False]  # with the address of the first
    assert not (node.folder / "error.txt").exists()


def test_nothing_new_is_told_every_three_hours(node: Plain, broker: Broker) -> None:
    node.wake()
    told(node, broker)
    for _ in range(35):
        node.wake()
    assert node.joins == 1
    node.wake()
    assert [name for name, *_ in told(node, broker)][:2] == ["temperature", "humidity"]
    assert node.joins == 2


def test_without_a_broker_it_waits_longer_each_time_and_loses_nothing(
    node: Plain, broker: Broker
) -> None:
    settings = node.library / "config.py"
    right = settings.read_text()
    settings.write_text(right + f"PORT = {free_port()}\n")
    tried: list[int] = []
    for wake in range(40):
        node.wake()
        if node.joins > len(tried):
            tried.append(wake)
    assert tried == [0, 2, 6, 14, 26, 38]
    settings.write_text(right)
    for _ in range(12):
        node.wake()
    assert ("temperature", 2000, 50 * 300) in told(node, broker)


def test_by_a_gateway_it_tells_in_frames_and_remembers_the_channel(node: Plain) -> None:
    shutil.copy(plain.SOURCES / plain.RELAY, node.library / "link.py")
    node.wake()
    node.world["peers"] = {GATEWAY: -60}
    before = len(node.world["sent"])
    for _ in range(2):
        node.wake()
    node.world["i2c"][SHT3X] = sht3x(24342 + 188, 32768)
    for _ in range(7):
        node.wake()
    sent = [json.loads(unhexlify(message)) for _, message in node.world["sent"][before:]]
    names = [[one["channel"] for one in some] for some in sent]
    assert names == [["temperature", "humidity", "light", "battery"], ["temperature"]]
    assert world.held(node.world)[LEASE_AT:].rstrip(b"\0") == b"1"


def test_a_crash_is_told_in_a_file_and_the_node_goes_on(node: Plain) -> None:
    node.world["adc"] = {}
    assert node.boot() == world.SLEPT
    assert "KeyError" in (node.folder / "error.txt").read_text()
    assert node.slept_ms == 5 * MINUTE_MS
