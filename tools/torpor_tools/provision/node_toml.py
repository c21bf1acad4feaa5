"""node.toml: one real node, checked; what its config.json holds, and its secrets apart from that.

Its [node] is that of a scenario. What it adds is where the node lives: its way to the broker, and
its pins.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec

from host_sim.files import inputs
from host_sim.hardware import board as boards
from host_sim.hardware.board import Board
from host_sim.spec import drivers, monitor, nodefaults, wiring
from host_sim.spec.configure import device_config
from host_sim.spec.drivers import Humidity, Microphone, Sensor, Temperature
from host_sim.spec.nodefile import Name, Node
from host_sim.spec.pins import Use, number
from host_sim.spec.pins import faults as pin_faults
from host_sim.spec.wiring import Pins
from host_sim.toml import file as tomlfile
from host_sim.toml.file import Fault, Strict
from torpor.ulp.chips import names as ulp_names
from torpor_tools.provision import owndriver, passwords, way
from torpor_tools.provision.way import Broker, Gateway, Wifi


class NodeFile(Strict, frozen=True):
    """The file."""

    name: Name
    """Its topics are torpor/NAME/…."""
    board: str
    """A shipped board's name, or the path of a board's file as seen from this one."""
    node: Node
    """What it does, as in a scenario."""
    wifi: Wifi | None = None
    """The network it joins; with [broker], or [gateway] in the place of both."""
    broker: Broker | None = None
    """Where it reports to."""
    gateway: Gateway | None = None
    """Who hands its readings on to the broker."""
    sensor: dict[Name, Sensor] = msgspec.field(default_factory=dict)
    """By channel: what reads it."""
    pins: Pins = Pins()
    """Pins that are no sensor's."""


@dataclass(frozen=True)
class Provision:
    """What a board is given: config.json without a secret, the secrets, and drivers of its own."""

    board: Board
    image: str
    config: dict[str, Any]
    secrets: dict[str, bytes] = field(repr=False)
    modules: dict[str, bytes] = field(default_factory=dict)


def read(path: Path) -> tuple[NodeFile, Board]:
    """A node.toml, checked, and its board. BadInput names file, line and key, and no password."""
    text = inputs.text(path)
    file, board, _ = _checked(path, text, tomlfile.parse(text, path))
    return file, board


def load(path: Path) -> Provision:
    """What a board is given of a node.toml, or BadInput as by read()."""
    text = inputs.text(path)
    file, board, own = _checked(path, text, tomlfile.parse(text, path))
    config = _config(file, board, own)
    modules = owndriver.modules(own, path.parent)
    return Provision(board, file.node.image, config, way.given(_secrets(file)), modules)


def check(path: Path) -> None:
    """BadInput where no board could be given it; a file without a way is for a simulation alone.

    Passwords may be missing, as they do where a repository has none.
    """
    text = inputs.text(path)
    document = tomlfile.parse(text, path)
    if document.keys() & {"wifi", "broker", "gateway"}:
        _checked(path, text, document)


def _checked(
    path: Path, text: str, document: dict[str, Any]
) -> tuple[NodeFile, Board, dict[str, str]]:
    """The file, its board, and the drivers of its own by channel."""
    own = drivers.taken(document)
    kept = passwords.filled_in(document, text, path)
    file = tomlfile.convert(document, text, path, NodeFile)
    board = file.node.on(boards.named_in(text, path, file.board))
    own_faults = owndriver.faults(own, file.sensor, path.parent)
    for what, key, remedy in (*_faults(file, board), *own_faults):
        raise passwords.located(what, kept, text, path, key, remedy)
    return file, board, own


def _secrets(file: NodeFile) -> dict[str, bytes]:
    """By their names in the chip's non-volatile storage."""
    if file.gateway:
        return {"gateway_key": way.gateway_key(file.gateway.password, file.name)}
    assert file.wifi
    assert file.broker
    derived = file.node.key == "stored"
    return {
        "wifi_password": way.wifi_key(file.wifi, derived).encode(),
        "broker_password": file.broker.password.encode(),
    }


def _config(file: NodeFile, board: Board, own: dict[str, str]) -> dict[str, Any]:
    config = device_config(file.node, board, crc32(file.name.encode()))
    wired = wiring.config(file.node, board, wiring.Wiring(file.sensor, file.pins, own))
    entries = zip(config["channels"], file.node.channel, wired.pop("channels"), strict=True)
    for channel, named, entry in entries:
        channel.update({"name": named.name, **entry})
    return {**config, **wired, "name": file.name, **_way(file)}


def _way(file: NodeFile) -> dict[str, Any]:
    """What config.json has of the way to the broker."""
    if file.gateway:
        return {"gateway": way.as_config(file.gateway.address)}
    assert file.wifi
    assert file.broker
    return way.wifi_config(file.wifi, file.broker)


def _faults(file: NodeFile, board: Board) -> Iterator[Fault]:
    """What a schema cannot say."""
    yield from way.way_faults(file.node.link, file.wifi, file.broker, file.gateway)
    yield from nodefaults.of(file.node, board)
    wrong = list(pin_faults(_pins(file), board))
    yield from wrong or monitor.faults(file.node, board, file.sensor)
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
        use = Use(file.pins.wake, ("pins", "wake"), bus="level", wakes=wakes, pulled=not wakes)
        uses.append(use)
    uses += [Use(out.pin, ("pins", "outputs", i), True) for i, out in enumerate(file.pins.outputs)]
    uses += [Use(p, ("pins", "markers", i), True) for i, p in enumerate(file.pins.markers or ())]
    for name, sensor in file.sensor.items():
        uses += sensor.uses(("sensor", name))
    return [use._replace(on_air=file.node.kind == "switch") for use in uses]
