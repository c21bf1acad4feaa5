"""Pins of a node: by number or by the board's name, and what a chip's cannot do."""

from collections.abc import Iterator
from typing import Annotated, NamedTuple

from msgspec import Meta

from host_sim.hardware.board import Board
from host_sim.toml.file import Fault, dotted

# A number, or the name that the board gives it: `torpor board show BOARD` lists them.
Pin = Annotated[int, Meta(ge=0, le=48)] | str


class Use(NamedTuple):
    """One use of a pin; those of the same `bus`, or that read alike, may be on one."""

    pin: Pin
    key: tuple[str | int, ...]
    drives: bool = False
    bus: str = ""
    wakes: bool = False
    converts: bool = False
    on_air: bool = False  # the radio is on meanwhile
    pulled: bool = False  # up, by the chip, unless it is one that wakes and has a resistor


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
        if wrong := _wrong(gpio, use, board):
            yield wrong, use.key, "take another pin"
            continue
        other = taken.setdefault(gpio, use)
        if use.pulled and not other.wakes and gpio in board.chip.pads.only_read:
            # ESP-IDF 5.5.5, docs, peripherals/gpio/esp32.inc:200, esp32s2.inc:245
            yield (
                f"GPIO {gpio} of the {board.file.chip} has no pull-up",
                use.key,
                "take another pin",
            )
            continue
        if other is not use and not (use.bus and use.bus == other.bus):
            yield f"GPIO {gpio} is that of {dotted(other.key)}, too", use.key, "take another pin"


def _wrong(gpio: int, use: Use, board: Board) -> str:
    """Why the chip cannot use a pin so, or nothing."""
    chip, pads = board.file.chip, board.chip.pads
    if gpio not in pads.there:
        return f"the {chip} has no GPIO {gpio}"
    if gpio in pads.flash:
        return f"GPIO {gpio} is the flash's on the {chip}"
    if use.drives and gpio in pads.only_read:
        return f"GPIO {gpio} of the {chip} can only be read"
    if use.converts and gpio not in pads.adc:
        return f"GPIO {gpio} of the {chip} is on no converter"
    if use.converts and use.on_air and gpio in pads.radio:
        return f"GPIO {gpio} of the {chip} is on the converter that its radio has"
    if use.wakes and gpio not in pads.rtc:
        return f"GPIO {gpio} of the {chip} ends no deep sleep"
    return ""
