"""Drivers of sensors as node.toml names them: their keys, their pins, and what config.json gets.

A driver is one class here, and one file in firmware/torpor/drivers: that of its name up to the dot,
whose opened() is given what entry() makes.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, NamedTuple, get_type_hints

import msgspec
from msgspec import Meta

from host_sim.hardware.board import Board
from host_sim.hardware.chip import Chip
from host_sim.spec.pins import Pin, Use, number
from host_sim.toml.file import Strict

OWN = "module.Class"
NAMED = re.compile(r"([a-z_][a-z0-9_]*)\.([A-Z]\w*)", re.ASCII)


class Role(NamedTuple):
    """What a pin is for; drivers may share one for the same purpose, if that has a name."""

    bus: str
    drives: bool = False
    converts: bool = False
    pulled: bool = False


class Shown(NamedTuple):
    """What Home Assistant shows readings as; each is so many `scale`ths of the unit."""

    device_class: str | None = None
    unit: str | None = None
    scale: int = 1
    platform: str = "sensor"


Level = Annotated[Pin, Role("level", pulled=True)]
Voltage = Annotated[Pin, Role("voltage", converts=True)]
Pulses = Annotated[Pin, Role("")]
Data = Annotated[Pin, Role("sda", drives=True)]
Clock = Annotated[Pin, Role("scl", drives=True)]


class Driver(Strict, frozen=True, tag_field="driver"):
    """A table of [sensor]: the driver that reads a channel, and its keys."""

    shown: ClassVar[Shown] = Shown()

    def shows(self) -> Shown:
        """What Home Assistant is to show."""
        return self.shown

    def uses(self, key: tuple[str, ...]) -> Iterator[Use]:
        """Its pins, `key` being its table."""
        for name, role in _roles(type(self)).items():
            use = Use(getattr(self, name), (*key, name), role.drives, role.bus)
            yield use._replace(converts=role.converts, pulled=role.pulled)

    @classmethod
    def lacks(cls, chip: Chip) -> str:
        """What the chip lacks for it, or nothing."""
        return ""

    def entry(self, board: Board) -> dict[str, Any]:
        """What the channel's entry in config.json says of it, its pins by number."""
        entry: dict[str, Any] = msgspec.to_builtins(self)
        return entry | {name: number(entry[name], board) for name in _roles(type(self))}


def _roles(driver: type[Driver]) -> dict[str, Role]:
    """What each of its pins is for."""
    hints = get_type_hints(driver, include_extras=True)
    told = {name: getattr(hint, "__metadata__", ()) for name, hint in hints.items()}
    return {name: one for name, all_ in told.items() for one in all_ if isinstance(one, Role)}


class Temperature(Driver, frozen=True, tag="sht3x.temperature"):
    """Centi-degrees Celsius."""

    shown = Shown("temperature", "°C", 100)

    sda: Data = "sda"
    """Data line of the bus."""
    scl: Clock = "scl"
    """Clock line of the bus."""


class Humidity(Driver, frozen=True, tag="sht3x.humidity"):
    """Centi-percent."""

    shown = Shown("humidity", "%", 100)

    sda: Data = "sda"
    """Data line of the bus."""
    scl: Clock = "scl"
    """Clock line of the bus."""


class Analog(Driver, frozen=True, tag="analog"):
    """Millivolts at the pin times `ratio`, that of the divider in front of it."""

    shown = Shown("voltage", "mV")

    pin: Voltage
    """A pin of the converter."""
    ratio: Annotated[float, Meta(gt=0, le=60)] = 1.0
    """Of the divider in front of the pin."""

    def entry(self, board: Board) -> dict[str, Any]:
        """The ratio in sixteenths."""
        entry = super().entry(board)
        return entry | {"ratio_x16": round(entry.pop("ratio") * 16)}


class Contact(Driver, frozen=True, tag="contact"):
    """1 open, 0 closed to ground."""

    shown = Shown("opening", platform="binary_sensor")

    pin: Level
    """The contact closes it to ground."""


class Bl0937(Driver, frozen=True, tag="bl0937"):
    """Milliwatts, from the energy that one pulse stands for."""

    shown = Shown("power", "W", 1000)

    pin: Pulses
    """The meter's CF."""
    mj_per_pulse: Annotated[int, Meta(ge=1, le=65_535)]
    """What a pulse stands for, by calibration."""

    @classmethod
    def lacks(cls, chip: Chip) -> str:
        """A pulse counter."""
        return "" if chip.counts_pulses else f"the {chip.title} counts no pulses"


class Microphone(Driver, frozen=True, tag="microphone"):
    """An analog microphone, which a detector watches."""

    shown = Shown("sound", platform="binary_sensor")

    pin: Voltage = "sound_adc"
    """A pin of the converter."""


class Own(Driver, frozen=True, tag=OWN):
    """Whatever the class of your own reads that lies in module.py beside the node's file."""

    pins: dict[str, Pin] = msgspec.field(default_factory=dict)
    """Its arguments that are pins."""
    keys: dict[str, int | float | str | bool] = msgspec.field(default_factory=dict)
    """Its other arguments."""
    unit: Annotated[str, Meta(max_length=20)] = ""
    """What Home Assistant shows it in, as ppm."""
    device_class: Annotated[str, Meta(pattern="^[a-z0-9_]*$")] = ""
    """Home Assistant's word for what it is, as carbon_dioxide."""
    scale: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    """So many of what it reads are one of that unit."""

    def shows(self) -> Shown:
        """As its table says."""
        return Shown(self.device_class, self.unit, self.scale)

    def uses(self, key: tuple[str, ...]) -> Iterator[Use]:
        """Its pins; two drivers may share one that both call alike, as a bus is."""
        for name, pin in self.pins.items():
            yield Use(pin, (*key, "pins", name), bus=name)

    def entry(self, board: Board) -> dict[str, Any]:
        """All that its class is given."""
        return {"own": {name: number(pin, board) for name, pin in self.pins.items()} | self.keys}


Sensor = Temperature | Humidity | Analog | Contact | Bl0937 | Microphone | Own


def taken(document: dict[str, Any]) -> dict[str, str]:
    """The class by channel where [sensor] names one, in whose place the schema's tag is put."""
    sensors = document.get("sensor")
    own = {}
    for channel, table in sensors.items() if isinstance(sensors, dict) else ():
        driver = table.get("driver") if isinstance(table, dict) else None
        if isinstance(driver, str) and NAMED.fullmatch(driver):
            own[channel] = driver
            table["driver"] = OWN
    return own
