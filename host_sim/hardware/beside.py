"""A chip's currents on a board, as its cell sees them.

What a board draws beside its chip in deep sleep it draws in every state, and a switching regulator
takes less of the cell than the chip gets. What the board's file itself says is left as it is: that
was measured on the whole board.
"""

from typing import Any

from msgspec.structs import replace

from host_sim.hardware.boardfile import BoardFile, Slow, State, Supply, Tag
from host_sim.hardware.chip import CHIPS

OUTPUT_MV = 3_300  # of a board's regulator
CELL_MV = 3_800  # at which the sleep of boards with a switching one was measured


def drawn(file: BoardFile, own: dict[str, Any]) -> BoardFile:
    """A board's file with its chip's currents as the cell sees them; `own` is what itself says."""
    beside_na = file.states["deep_sleep"].current_na - CHIPS[file.chip].asleep_na
    states_ = {
        name: state if name in own.get("states", ()) else _beside(state, file.supply, beside_na)
        for name, state in file.states.items()
    }
    radio = file.radio
    if "tx" not in own.get("radio", ()):
        tx = [_at_the_cell(na, file.supply, beside_na) for na in radio.tx.current_na]
        radio = replace(radio, tx=replace(radio.tx, current_na=tx))  # inferred before, and still
    if "slow" not in own.get("radio", ()):
        recorded = "modem_sleep" in own.get("states", ())
        radio = replace(radio, slow=_spared(radio.slow, file.supply, recorded))
    return replace(file, states=states_, radio=radio)


def _spared(slow: Slow, supply: Supply, recorded: bool) -> Slow:
    """What a switch spares of the cell: nothing more where its modem sleep was `recorded`."""
    if recorded:
        source = "modem_sleep is the board's own, and taken for one at 80 MHz"
        return replace(slow, spared_na=0, tag="I", source=source)
    na = _at_the_cell(slow.spared_na, supply, 0)
    return replace(slow, spared_na=na, tag=_tag(slow.tag, slow.spared_na, na))


def _beside(state: State, supply: Supply, beside_na: int) -> State:
    na = _at_the_cell(state.current_na, supply, beside_na)
    if na == state.current_na:
        return state
    source = f"{state.source}; {(na - state.current_na) / 1e6:+,.3f} mA by what is beside the chip"
    return replace(state, current_na=na, tag=_tag(state.tag, state.current_na, na), source=source)


def _tag(tag: Tag, chip_na: int, na: int) -> Tag:
    """Of a current that was the chip's: inferred, unless it is the same to a hundredth."""
    return tag if abs(na - chip_na) * 100 < chip_na else "I"


def _at_the_cell(na: int, supply: Supply, beside_na: int) -> int:
    """A current of the chip's at 3.3 V, as the cell sees it."""
    if supply.kind == "buck":
        na = na * OUTPUT_MV * 100 // (CELL_MV * supply.efficiency_percent)
    return na + max(0, beside_na)
