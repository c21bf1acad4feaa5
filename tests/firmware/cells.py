"""A cell for the fake chip's world: what a burst of the radio leaves of its voltage."""

from typing import Any

from host_sim.hardware import board, cell, states

BOARD = "lolin32_lite"


def of(chemistry: str, permille: int, air_c: float) -> dict[str, Any]:
    """One of the simulator's, at a charge and in air of this temperature, past the regulator."""
    file = board.load(BOARD).file
    return {
        "mv": cell.curve_mv(chemistry)[permille],
        "mohm": cell.resistance_mohm(chemistry, air_c)[permille],
        "least_mv": file.brown_out_mv,
        "tx_ma": [current_na // 1_000_000 for current_na in file.radio.tx.current_na],
    }


def breaking_at(dbm: float) -> dict[str, Any]:
    """One that breaks down at this power, and at no lower one."""
    one = of("li-ion", 500, 0)
    burst_ma = one["tx_ma"][states.TX_LEVELS_DBM.index(dbm)]
    return {**one, "mv": one["least_mv"] + burst_ma * one["mohm"] // 1000 - 1}
