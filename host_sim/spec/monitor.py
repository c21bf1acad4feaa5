"""What the ULP reads of a real node: its program for some sensors, and what it cannot read."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

from host_sim.hardware.board import Board
from host_sim.hardware.chip import ULPS
from host_sim.spec.configure import ulp_ms
from host_sim.spec.drivers import Analog, Humidity, Sensor, Temperature
from host_sim.spec.nodefile import Node, channel_index
from host_sim.spec.pins import number
from host_sim.toml.file import Fault
from torpor.ulp.assemble import AssemblyError, Program, assemble
from torpor.ulp.chips import REGISTERS, bus, names
from torpor.ulp.monitor import program

WORDS = ("count", "due", "channels")  # what torpor.drivers.monitor reads and writes
Sensors = Mapping[str, Sensor]


def channels(node: Node, board: Board) -> list[str]:
    """The channels that the ULP reads, each once, in the order of their tasks."""
    return list(dict.fromkeys(n for task in node.monitored(board.chip) for n in task.channels))


def config(node: Node, board: Board, sensors: Sensors) -> dict[str, Any]:
    """What config.json has of it: the program, and where its variables are. No fault is left."""
    read = channels(node, board)
    made = _program(read, board, sensors)
    return {
        "binary": b64encode(made.binary()).decode(),
        "words": {name: made.labels[name] for name in WORDS},
        "channels": [channel_index(node, name) for name in read],
        "every_ms": ulp_ms(node, board),
    }


def added(name: str, node: Node, board: Board, sensors: Sensors) -> dict[str, Any]:
    """What the entry of a channel has besides: of an analog one, what a step of the ULP's is."""
    read = isinstance(sensors.get(name), Analog) and name in channels(node, board)
    return {"ulp_nv": ULPS[board.file.chip].step_nv} if read else {}


def _program(read: list[str], board: Board, sensors: Sensors) -> Program:
    chip = board.file.chip
    known = dict(REGISTERS[chip])
    readings = []
    for name in read:
        sensor = sensors[name]
        if isinstance(sensor, Analog):
            readings.append(("adc", names(chip, number(sensor.pin, board))["channel"]))
        elif isinstance(sensor, Temperature | Humidity):
            readings.append(("sht3x", int(isinstance(sensor, Humidity))))
            known = bus(chip, number(sensor.sda, board), number(sensor.scl, board))
    return assemble(program(readings), chip, known)


def faults(node: Node, board: Board, sensors: Sensors) -> Iterator[Fault]:
    """Sensors that the ULP does not read, or not on their pins; of pins that the board has."""
    named = {name for name, one in sensors.items() if _is_named(one, board)}
    read = [name for name in channels(node, board) if name in named]
    found = [fault for name in read for fault in _sensor_faults(name, board, sensors[name])]
    buses = {(s.sda, s.scl) for n in read if isinstance(s := sensors[n], Temperature | Humidity)}
    if len(buses) > 1:
        name = next(n for n in reversed(read) if isinstance(sensors[n], Temperature | Humidity))
        found.append(("the ULP reads one bus", ("sensor", name), "put its sensors on one"))
    yield from found
    if read and not found and len(read) == len(channels(node, board)):
        try:
            _program(read, board, sensors)
        except AssemblyError as error:
            yield f"the ULP's program takes {error.what}", ("node", "task"), "have it read less"


def _is_named(sensor: Sensor, board: Board) -> bool:
    pins = [use.pin for use in sensor.uses(())]
    return all(isinstance(pin, int) or pin in board.file.pins for pin in pins)


def _sensor_faults(name: str, board: Board, sensor: Sensor) -> Iterator[Fault]:
    chip, key = board.file.chip, ("sensor", name)
    if isinstance(sensor, Analog):
        pin = number(sensor.pin, board)
        if "channel" not in names(chip, pin):
            yield f"GPIO {pin} is none of the converter that the ULP has", key, "take one of ADC1"
    elif isinstance(sensor, Temperature | Humidity):
        known = bus(chip, number(sensor.sda, board), number(sensor.scl, board))
        for line, wired in (("sda", sensor.sda), ("scl", sensor.scl)):
            if f"{line}_pad" not in known:
                what = f"GPIO {number(wired, board)} is no pin that the ULP drives"
                pins = [p for p in sorted(board.chip.pads.rtc) if "sda_pad" in bus(chip, p, p)]
                remedy = f"{line} on one of {', '.join(map(str, pins))}, or no ulp in its task"
                yield what, (*key, line), remedy
    else:
        yield "the ULP reads an SHT3x or the converter", key, "leave ulp out of its task"
