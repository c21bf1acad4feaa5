"""How a node is wired: what reads its channels, its pins, and what deep sleep keeps of that.

A node.toml says it. A scenario has it where its node is such a file, and else says nothing of it.
"""

from base64 import b64encode
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from host_sim.hardware.board import Board
from host_sim.spec import monitor
from host_sim.spec.drivers import Microphone, Sensor
from host_sim.spec.nodefile import Name, Node, channel_index
from host_sim.spec.pins import Pin, number
from host_sim.toml.file import Strict
from torpor import kept, record, retain
from torpor.ulp.assemble import AssemblyError, assemble
from torpor.ulp.chips import names as ulp_names
from torpor.ulp.programs import PROGRAMS, gates

# What torpor.drivers.ulp reads and writes.
ULP_WORDS = (
    *("threshold", "ratio", "share", "looks", "score", "mean"),
    *("count", "blocks"),
)
PORT_BYTES = 1  # torpor.esp32's own, before the record
PATH = "/a/config.json"  # as a board has it: in one of two folders with names of one letter


class Output(Strict, frozen=True):
    """A relay's pin and the level that switches it on."""

    pin: Pin
    """A number, or the board's name for it."""
    on: Literal[0, 1] = 1
    """The level that switches on."""


class Pins(Strict, frozen=True):
    """The pin that wakes the node (a switch's button), what it switches, and its marker pins.

    `markers` are the pins of the low and the high bit of what the node does (torpor.markers).
    """

    wake: Pin | None = None
    """The pin that wakes the node, or a switch's button."""
    outputs: Annotated[tuple[Output, ...], Meta(max_length=1)] = ()
    """What a switch switches."""
    markers: tuple[Pin, Pin] | None = None
    """Two pins that tell what the node does, the low bit first."""


class Wiring(Strict, frozen=True):
    """Drivers by channel, pins, and by channel the class of a driver of one's own."""

    sensor: dict[Name, Sensor] = msgspec.field(default_factory=dict)
    pins: Pins = Pins()
    own: dict[str, str] = msgspec.field(default_factory=dict)


def config(node: Node, board: Board, wiring: Wiring) -> dict[str, Any]:
    """What config.json has of it: an entry a channel, the pins by number, and the ULP's program."""
    entries = []
    for channel in node.channel:
        found = wiring.sensor.get(channel.name)
        entry = found.entry(board) if found else {}
        entry |= monitor.added(channel.name, node, board, wiring.sensor)
        own = wiring.own.get(channel.name)
        entries.append(entry | {"driver": own} if own else entry)
    pins: dict[str, Any] = {}
    if wiring.pins.wake is not None:
        pins["wake"] = number(wiring.pins.wake, board)
    if wiring.pins.outputs:
        outputs = wiring.pins.outputs
        pins["outputs"] = [{"pin": number(o.pin, board), "on": o.on} for o in outputs]
    if wiring.pins.markers:
        pins["markers"] = [number(pin, board) for pin in wiring.pins.markers]
    told = {"channels": entries, "pins": pins}
    if node.watch and node.watch.ulp:
        watched = wiring.sensor.get(node.watch.channel)
        if isinstance(watched, Microphone):
            margins = [stage.margin for stage in node.watch.stages]
            told["ulp"] = ulp(board.file.chip, number(watched.pin, board), margins)
    read = monitor.channels(node, board)
    if read and all(name in wiring.sensor for name in read):
        told["monitor"] = monitor.config(node, board, wiring.sensor)
    return told


def ulp(chip: str, pin: int, margins: list[int]) -> dict[str, Any]:
    """The words of the detector's first stage, where its variables are, and what they begin with.

    `margins` are those of the cascade's stages.
    """
    program = assemble(PROGRAMS["loudness"], chip, ulp_names(chip, pin))
    words = {name: program.labels[name] for name in ULP_WORDS}
    binary = b64encode(program.binary()).decode()
    return {"binary": binary, "words": words, "gates": gates(margins)}


def retained_bytes(node: Node, board: Board, wiring: Wiring) -> int | None:
    """What RTC memory holds through deep sleep: the record, and what a wake needs of config.json.

    None where the board has no pin of a name that the wiring has, or one that cannot do what it is
    to. What is more than a chip has is not kept: then each wake reads the file (torpor.esp32).
    """
    try:
        told = config(node, board, wiring)
    except (KeyError, AssemblyError):
        return None
    watched = channel_index(node, node.watch.channel) if node.watch else -1
    known = {"fingerprint": 2**32 - 1, "path": PATH, "watch_channel": watched}
    return PORT_BYTES + len(retain.pack([0] * record.SIZE, 0)) + len(kept.packed(known | told))
