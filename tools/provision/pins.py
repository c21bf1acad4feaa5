"""Pins of a node: by number or by the board's name, and what a chip's cannot do.

The tables are of Espressif's ESP-IDF Programming Guide, "GPIO & RTC GPIO" of each chip: pads that a
package does not have, those of the SPI flash, those of the RTC (which alone end deep sleep), and
those that can only be read.
"""

from collections.abc import Iterator
from typing import Annotated, NamedTuple

from msgspec import Meta

from host_sim.hardware.board import Board
from host_sim.spec.nodefaults import Fault
from host_sim.toml.file import dotted

# A number, or the name that the board gives it: `torpor board show BOARD` lists them.
Pin = Annotated[int, Meta(ge=0, le=48)] | str


class Pads(NamedTuple):
    """Numbers of a chip's pads."""

    there: set[int]
    flash: range
    rtc: set[int]
    only_read: range = range(0)


CHIPS = {
    "esp32": Pads(
        {*range(40)} - {20, 24, *range(28, 32)},
        range(6, 12),
        {0, 2, 4, *range(12, 16), *range(25, 28), *range(32, 40)},
        range(34, 40),
    ),
    "esp32s2": Pads({*range(47)} - {*range(22, 26)}, range(26, 33), {*range(22)}, range(46, 47)),
    "esp32s3": Pads({*range(49)} - {*range(22, 26)}, range(26, 33), {*range(22)}),
    "esp32c3": Pads({*range(22)}, range(12, 18), {*range(6)}),
    "esp32c5": Pads({*range(29)}, range(16, 23), {*range(7)}),
    "esp32c6": Pads({*range(31)}, range(24, 31), {*range(8)}),
}


class Use(NamedTuple):
    """One use of a pin; those of the same `bus`, or that read alike, may be on one."""

    pin: Pin
    key: tuple[str | int, ...]
    drives: bool = False
    bus: str = ""
    wakes: bool = False


def number(pin: Pin, board: Board) -> int:
    """The number of a pin that has no fault."""
    return board.file.pins[pin] if isinstance(pin, str) else pin


def faults(uses: list[Use], board: Board) -> Iterator[Fault]:
    """Pins that the board has no name for or the chip cannot use so, and pins used twice."""
    taken: dict[int, Use] = {}
    for use in uses:
        if isinstance(use.pin, str) and use.pin not in board.file.pins:
            known = f"a number, or one of {', '.join(board.file.pins)}"
            yield f"{board.file.name} has no pin named {use.pin}", use.key, known
            continue
        gpio = number(use.pin, board)
        if wrong := _wrong(gpio, use, board.file.chip):
            yield wrong, use.key, "take another pin"
            continue
        other = taken.setdefault(gpio, use)
        if other is not use and not (use.bus and use.bus == other.bus):
            yield f"GPIO {gpio} is that of {dotted(other.key)}, too", use.key, "take another pin"


def _wrong(gpio: int, use: Use, chip: str) -> str:
    """Why the chip cannot use a pin so, or nothing."""
    pads = CHIPS[chip]
    if gpio not in pads.there:
        return f"the {chip} has no GPIO {gpio}"
    if gpio in pads.flash:
        return f"GPIO {gpio} is the flash's on the {chip}"
    if use.drives and gpio in pads.only_read:
        return f"GPIO {gpio} of the {chip} can only be read"
    if use.wakes and gpio not in pads.rtc:
        return f"GPIO {gpio} of the {chip} ends no deep sleep"
    return ""
