"""node.toml: one real node, checked; what its config.json holds, and its secrets apart from that.

Its [node] is that of a scenario. What it adds is where the node lives: network, broker and pins.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import pbkdf2_hmac
from pathlib import Path
from typing import Annotated, Any
from zlib import crc32

import msgspec
from msgspec import Meta

from host_sim.files import inputs
from host_sim.hardware import board as boards
from host_sim.hardware.board import Board
from host_sim.spec import drivers, nodefaults, wiring
from host_sim.spec.configure import device_config
from host_sim.spec.drivers import Humidity, Microphone, Sensor, Temperature
from host_sim.spec.nodefaults import Fault
from host_sim.spec.nodefile import Name, Node
from host_sim.spec.pins import Use, number
from host_sim.spec.pins import faults as pin_faults
from host_sim.spec.wiring import Pins
from host_sim.toml import file as tomlfile
from host_sim.toml.file import Strict
from tools.provision import owndriver, passwords
from torpor.link import SECRET_BYTES
from torpor.ulp.chips import names as ulp_names

SSID_BYTES = 32  # IEEE 802.11, the SSID element
PASSPHRASE = range(8, 64)
WPA_CHARACTERS = range(8, 65)  # a passphrase, or a key of 64 hexadecimal digits


class Wifi(Strict, frozen=True):
    """The network; without a password it is an open one."""

    ssid: Annotated[str, Meta(min_length=1)]
    """The network's name, 32 bytes at most."""
    password: str = ""
    """8 to 63 characters, here or in secrets.toml. The chip's non-volatile storage gets it, or its
    key (`key` in [node]).
    """


class Broker(Strict, frozen=True):
    """The MQTT broker."""

    host: Annotated[str, Meta(min_length=1, max_length=253)]
    """Its name or address."""
    port: Annotated[int, Meta(ge=1, le=65_535)] = 1883
    """Its port."""
    user: Annotated[str, Meta(max_length=128)] = ""
    """Who the node says it is; nobody where left out."""
    password: str = ""
    """It goes to the chip's non-volatile storage."""


class NodeFile(Strict, frozen=True):
    """The file."""

    name: Name
    """Its topics are torpor/NAME/…."""
    board: str
    """A shipped board's name, or the path of a board's file as seen from this one."""
    wifi: Wifi
    """The network it joins."""
    broker: Broker
    """Where it reports to."""
    node: Node
    """What it does, as in a scenario."""
    sensor: dict[Name, Sensor] = msgspec.field(default_factory=dict)
    """By channel: what reads it."""
    pins: Pins = Pins()
    """Pins that are no sensor's."""


@dataclass(frozen=True)
class Provision:
    """What a node is given: config.json without a secret, the secrets, and drivers of its own."""

    board: Board
    image: str
    config: dict[str, Any]
    secrets: dict[str, str] = field(repr=False)
    modules: dict[str, bytes] = field(default_factory=dict)


def load(path: Path) -> Provision:
    """Read a node.toml. BadInput names file, line and key, and never shows a password."""
    text = inputs.text(path)
    document = tomlfile.parse(text, path)
    own = drivers.taken(document)
    kept = passwords.filled_in(document, text, path)
    file = tomlfile.convert(document, text, path, NodeFile)
    found = boards.named_in(path, text, file.board)
    board = found.starting(file.node.image, watches=file.node.watches)
    own_faults = owndriver.faults(own, file.sensor, path.parent)
    for what, key, remedy in (*_faults(file, board), *_secret_faults(file), *own_faults):
        raise passwords.located(what, kept, text, path, key, remedy)
    secrets = {"wifi_password": _key(file), "broker_password": file.broker.password}
    config = _config(file, board, own)
    given = {name: secret for name, secret in secrets.items() if secret}
    return Provision(board, file.node.image, config, given, owndriver.modules(own, path.parent))


def _key(file: NodeFile) -> str:
    """What the driver is given: the network's key, 64 hexadecimal digits, or its passphrase.

    ESP-IDF derives no key from a password of 64 characters (wpa_supplicant, wpa_set_passphrase()),
    and MicroPython hands over as many (ports/esp32/network_wlan.c). The derivation is that of
    IEEE 802.11: PBKDF2 with HMAC-SHA-1, 4,096 rounds, the network's name as salt.
    """
    passphrase, ssid = file.wifi.password, file.wifi.ssid
    if file.node.key == "passphrase" or len(passphrase) not in PASSPHRASE:
        return passphrase
    return pbkdf2_hmac("sha1", passphrase.encode(), ssid.encode(), 4096, 32).hex()


def _config(file: NodeFile, board: Board, own: dict[str, str]) -> dict[str, Any]:
    config = device_config(file.node, board, crc32(file.name.encode()))
    wired = wiring.config(file.node, board, wiring.Wiring(file.sensor, file.pins, own))
    entries = zip(config["channels"], file.node.channel, wired.pop("channels"), strict=True)
    for channel, named, entry in entries:
        channel.update({"name": named.name, **entry})
    broker = {"host": file.broker.host, "port": file.broker.port}
    if file.broker.user:
        broker["user"] = file.broker.user
    return {
        **config,
        **wired,
        "name": file.name,
        "wifi": {"ssid": file.wifi.ssid},
        "broker": broker,
    }


def _faults(file: NodeFile, board: Board) -> Iterator[Fault]:
    """What a schema cannot say."""
    yield from nodefaults.of(file.node, board)
    yield from pin_faults(_pins(file), board)
    channels = [channel.name for channel in file.node.channel]
    for name, sensor in file.sensor.items():
        if name not in channels:
            yield f"no channel named {name}", ("sensor", name), f"channels: {', '.join(channels)}"
        if lack := sensor.lacks(board.chip):
            yield lack, ("sensor", name), "take another chip"
    yield from _bus_faults(file, board)
    watch = file.node.watch
    read = [name for task in file.node.task for name in task.channels]
    if watch and file.node.kind == "sensor":
        read.append(watch.channel)
    for name in read:
        if name not in file.sensor:
            yield f"nothing to read for {name}", ("sensor",), f"add [sensor.{name}]"
    if watch and watch.ulp and watch.channel in file.sensor:
        yield from _ulp_faults(watch.channel, file.sensor[watch.channel], board)
    if watch and not watch.interval_ms and file.pins.wake is None:
        yield "a pin wakes this node, but which?", ("pins",), "set wake in [pins]"
    if (file.node.kind == "switch") != bool(file.pins.outputs):
        yield "a switch, and nothing else, has an output", ("pins",), "set outputs, or node.kind"


def _bus_faults(file: NodeFile, board: Board) -> Iterator[Fault]:
    """More buses than the chip has, or two that share a line."""
    buses: list[tuple[int, int]] = []
    for name, sensor in file.sensor.items():
        if not isinstance(sensor, Temperature | Humidity):
            continue
        if any(isinstance(p, str) and p not in board.file.pins for p in (sensor.sda, sensor.scl)):
            continue  # told already
        bus = number(sensor.sda, board), number(sensor.scl, board)
        if bus in buses:
            continue
        buses.append(bus)
        key = ("sensor", name)
        if any({*bus} & {*other} for other in buses[:-1]):
            yield "shares one line of a bus, and not the other", key, "take both, or none"
        elif len(buses) > board.chip.i2c_buses:
            what = f"the {board.chip.title} has {board.chip.i2c_buses} I2C, this is one more"
            yield what, key, "put the sensors on one bus"


def _ulp_faults(name: str, sensor: Sensor, board: Board) -> Iterator[Fault]:
    """A pin that the ULP cannot hear."""
    key = ("sensor", name)
    if not isinstance(sensor, Microphone):
        yield "the ULP hears a microphone", key, "take that driver, or leave ulp out"
    elif isinstance(sensor.pin, int) or sensor.pin in board.file.pins:
        pin = number(sensor.pin, board)
        if "channel" not in ulp_names(board.file.chip, pin):
            yield f"GPIO {pin} is none of the converter that the ULP has", key, "take one of ADC1"


def _pins(file: NodeFile) -> list[Use]:
    """Each use of a pin, in the file's order of importance."""
    uses = []
    if file.pins.wake is not None:  # a switch only looks at it
        wakes = file.node.kind == "sensor"
        uses.append(Use(file.pins.wake, ("pins", "wake"), bus="level", wakes=wakes))
    uses += [Use(out.pin, ("pins", "outputs", i), True) for i, out in enumerate(file.pins.outputs)]
    uses += [Use(p, ("pins", "markers", i), True) for i, p in enumerate(file.pins.markers or ())]
    for name, sensor in file.sensor.items():
        uses += sensor.uses(("sensor", name))
    return uses


def _secret_faults(file: NodeFile) -> Iterator[Fault]:
    """Lengths that cannot be; told without what is so long."""
    if len(file.wifi.ssid.encode()) > SSID_BYTES:
        yield f"longer than {SSID_BYTES} bytes", ("wifi", "ssid"), "keep to that"
    if file.wifi.password and len(file.wifi.password) not in WPA_CHARACTERS:
        yield "a WPA password has 8 to 63 characters", ("wifi", "password"), "mend it"
    for whose, secret in (("wifi", file.wifi.password), ("broker", file.broker.password)):
        if len(secret.encode()) > SECRET_BYTES:
            yield f"longer than {SECRET_BYTES} bytes", (whose, "password"), "keep to that"
    if file.broker.password and not file.broker.user:
        yield "a password without a user", ("broker", "password"), "set user in [broker]"
