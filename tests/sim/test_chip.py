"""Chips: one table, and what else knows them by name knows the same ones."""

import pytest
from esptool.targets import CHIP_DEFS

from host_sim.hardware import board as boards
from host_sim.hardware.chip import CHIPS, ULPS
from torpor.ulp.chips import REGISTERS
from torpor.ulp.encode import CHIPS as ENCODED


@pytest.mark.parametrize("name", CHIPS)
def test_a_chip_is_one_that_esptool_flashes(name: str) -> None:
    assert CHIPS[name].title == CHIP_DEFS[name].CHIP_NAME


def test_a_ulp_with_a_price_can_be_assembled_for() -> None:
    assert set(ULPS) == set(REGISTERS) == set(ENCODED)


@pytest.mark.parametrize("name", boards.names())
def test_a_board_knows_its_chip(name: str) -> None:
    board = boards.load(name)
    assert board.chip is CHIPS[board.file.chip]
    assert set(board.file.pins.values()) <= board.chip.pads.there
