"""Pins that a chip cannot use as node.toml wants it."""

import pytest

from host_sim.hardware import board as boards
from host_sim.hardware.chip import CHIPS
from host_sim.spec.pins import Use, faults

ESP32 = boards.load("lolin32_lite")


def said(*uses: Use, of: boards.Board = ESP32) -> list[str]:
    return [what for what, _, _ in faults(list(uses), of)]


def reads(pin: int | str, name: str = "pin") -> Use:
    return Use(pin, ("sensor", name), bus="level")


def drives(pin: int | str, name: str = "out", bus: str = "") -> Use:
    return Use(pin, ("pins", name), True, bus)


def wakes(pin: int | str) -> Use:
    return Use(pin, ("pins", "wake"), bus="level", wakes=True)


def converts(pin: int) -> Use:
    return Use(pin, ("sensor", "light"), bus="voltage", converts=True)


@pytest.mark.parametrize("name", boards.names())
def test_a_boards_own_pins_can_be_what_they_are_called(name: str) -> None:
    board = boards.load(name)
    outputs = ("sda", "scl", "led", "relay")
    uses = [drives(pin, pin) if pin in outputs else reads(pin, pin) for pin in board.file.pins]
    assert said(*uses, wakes("wake"), of=board) == []


@pytest.mark.parametrize("bus", ["", "voltage"])
def test_what_wakes_is_read_as_a_level_or_not_at_all(bus: str) -> None:
    other = Use(33, ("sensor", "light"), bus=bus)
    assert said(wakes(33), reads(33, "door")) == []
    assert said(wakes(33), other) == ["GPIO 33 is that of pins.wake, too"]
    assert said(other, reads(33, "door")) == ["GPIO 33 is that of sensor.light, too"]


@pytest.mark.parametrize("chip", CHIPS)
def test_flash_lies_on_pads_that_are_there(chip: str) -> None:
    pads = CHIPS[chip].pads
    assert {*pads.flash, *pads.only_read, *pads.rtc} <= pads.there
    assert pads.flash
    assert not pads.rtc & {*pads.flash}


@pytest.mark.parametrize(
    ("use", "what"),
    [
        (drives(5), []),
        (drives(6), ["GPIO 6 is the flash's on the esp32"]),
        (reads(11), ["GPIO 11 is the flash's on the esp32"]),
        (drives(12), []),
        (drives(33), []),
        (drives(34), ["GPIO 34 of the esp32 can only be read"]),
        (reads(34), []),
        (reads(24), ["the esp32 has no GPIO 24"]),
        (reads(40), ["the esp32 has no GPIO 40"]),
        (converts(34), []),
        (converts(23), ["GPIO 23 of the esp32 is on no converter"]),
        (converts(27), []),
        (
            converts(27)._replace(on_air=True),
            ["GPIO 27 of the esp32 is on the converter that its radio has"],
        ),
        (converts(33)._replace(on_air=True), []),
        (reads(27)._replace(on_air=True), []),
        (wakes(33), []),
        (wakes(23), ["GPIO 23 of the esp32 ends no deep sleep"]),
        (reads("nose"), ["lolin32_lite has no pin named nose"]),
    ],
)
def test_what_a_pad_can_do(use: Use, what: list[str]) -> None:
    assert said(use) == what


def test_a_contact_has_the_chips_pull_up_or_a_resistor_as_it_wakes() -> None:
    contact = reads(34, "door")._replace(pulled=True)
    assert said(contact) == ["GPIO 34 of the esp32 has no pull-up"]
    assert said(wakes(34), contact) == []
    assert said(wakes(35), contact) == ["GPIO 34 of the esp32 has no pull-up"]
    assert said(contact._replace(pin=33)) == []
    assert said(contact._replace(pin=46), of=boards.load("tinys2")) == [
        "GPIO 46 of the esp32s2 has no pull-up"
    ]


def test_only_what_nobody_drives_or_a_bus_shares_a_pin() -> None:
    """A door's contact may wake the node, and two sensors lie on one bus."""
    assert said(reads(33, "wake"), reads(33, "door")) == []
    assert said(drives("sda", "a", "sda"), drives(21, "b", "sda")) == []
    assert said(drives(21, "a", "sda"), drives(21, "b", "scl")) == [
        "GPIO 21 is that of pins.a, too"
    ]
    assert said(reads(33, "door"), drives(33)) == ["GPIO 33 is that of sensor.door, too"]
    assert said(drives(26, "one"), drives("relay", "two")) == ["GPIO 26 is that of pins.one, too"]
