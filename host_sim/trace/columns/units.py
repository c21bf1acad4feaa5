"""What a channel's name says of its quantity and unit, and the user's word where it says nothing.

A unit is never guessed: what neither the file nor the user states is refused.
"""

import re
from typing import NamedTuple

from host_sim.errors import BadInput
from host_sim.trace.columns.source import Source
from host_sim.trace.recording import Floats

# What one of a unit is in s, µA and V.
_SCALES = {
    "time": {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6},
    "current": {"A": 1e6, "mA": 1e3, "uA": 1.0, "µA": 1.0, "nA": 1e-3},
    "voltage": {"V": 1.0, "mV": 1e-3, "uV": 1e-6, "µV": 1e-6},
}
# Names that mean the quantity itself. A shunt's voltage or a peak current is something else.
_NAMES = {
    "time": {"", "t", "time", "timestamp", "elapsed", "elapsed time"},
    "current": {"", "i", "current", "curr", "load current"},
    "voltage": {"", "u", "v", "voltage", "volt", "bus", "bus voltage", "load voltage"},
}
_UNIT = "|".join(unit for scales in _SCALES.values() for unit in scales)
_WITH_UNIT = re.compile(rf"(.+?)[\s_]?[(\[]({_UNIT})[)\]]|(?:(.+)[\s_])?({_UNIT})")


class Said(NamedTuple):
    """A quantity (time, current or voltage), what one of its unit is in s, µA or V, its word."""

    quantity: str
    scale: float | None  # None where the name tells no unit
    word: str  # "" where the name is only a unit


def said(name: str) -> Said | None:
    """What a channel's name says, or None: current_mA, Voltage (V), ms, Current."""
    name = name.strip().replace("μ", "µ")  # the Greek letter for the sign
    found = _WITH_UNIT.fullmatch(name)
    stem, unit = (found[1] or found[3] or "", found[2] or found[4]) if found else (name, "")
    stem = stem.replace("_", " ").lower()
    for quantity, scales in _SCALES.items():
        if stem in _NAMES[quantity] and (unit in scales or (stem and not unit)):
            return Said(quantity, scales.get(unit), stem)
    return None


def as_ua(values: Floats, source: Source) -> Floats:
    """Values of a file that tells no unit, in µA, by the unit and the volts that its user gives."""
    scales = _SCALES["current"]
    if source.unit in scales:
        return values * scales[source.unit]
    if source.unit != "mW":
        raise BadInput(
            "the file does not say its unit",
            where=source.path,
            remedy="give --unit A, mA or uA, or --unit mW with --volts",
        )
    if source.volts is None:
        raise BadInput(
            "power is no current without the supply's voltage",
            where=source.path,
            remedy="give --volts",
        )
    return values / source.volts * 1000
