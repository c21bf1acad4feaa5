"""A board's folder from its evidence: digests and board.toml, written together or not at all."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import tomlkit

from host_sim.errors import BadInput
from host_sim.files import outputs
from host_sim.hardware import board as boards
from host_sim.hardware import states
from host_sim.hardware.board import Board
from host_sim.hardware.boardfile import Step
from host_sim.trace.cut.digest import START
from host_sim.trace.fit import doubts, fit, phases, recipe
from host_sim.trace.fit import evidence as evidences
from host_sim.trace.fit.evidence import Evidence
from host_sim.trace.fit.fit import Estimate
from host_sim.trace.fit.phases import Duration

SIGN = b"# Calibrated by torpor calibrate.\n"  # a board.toml that may be fitted in place
DIGITS = 4  # of a fitted current: what is beyond is the instrument's noise
RECEIVING = ("scan", "associate", "address", "connect", "listen")  # the receiver is on throughout


@dataclass(frozen=True)
class Calibration:
    """What the evidence says of a board, and what to know before it is believed."""

    currents: dict[str, Estimate]
    listen_ma: float  # fitted, else as the board had it
    tx: tuple[float, float] | None  # dBm and mA
    phases: dict[str, Duration]
    wakes: dict[str, list[Step]]
    doubts: list[str]

    @property
    def missing(self) -> list[str]:
        """The states that keep their old value."""
        have = {*self.currents, *(RECEIVING if "listen" in self.currents else ())}
        return [name for name in states.NAMES[: states.TX] if name not in have]


def calibrate(evidence: Sequence[Evidence], board: Board) -> Calibration:
    """Fit all that the evidence is for."""
    wakes = {}
    for name in dict.fromkeys(one.wake for one in evidence if one.wake):
        mine = [one for one in evidence if one.wake == name]
        if not any(one.wakes() for one in mine):
            raise BadInput(f"no wake in the recordings of {name}", remedy="record one from sleep")
        wakes[name] = steps(mine)
    own = [_own(one) for one in evidence]
    found = fit.currents(own)
    return Calibration(
        found,
        _listen_ma(found, board),
        fit.peak_ma(evidence),
        phases.durations(own, board),
        wakes,
        doubts.of(evidence),
    )


def _own(one: Evidence) -> Evidence:
    """Evidence without the start of a recipe, which is that of its firmware and none of ours."""
    if not one.wake:
        return one
    return replace(one, states={k: v for k, v in one.states.items() if k not in states.START})


def steps(evidence: Iterable[Evidence]) -> list[Step]:
    """The recipe of one wake, in the board's integers."""
    return [
        Step(
            part.state,
            round(part.duration_s * 1e6),
            round(part.charge_mc * 1e6),
            round(part.per_record_s * 1e6),
            round(part.per_record_mc * 1e6),
        )
        for part in recipe.make(evidence)
    ]


def _listen_ma(found: dict[str, Estimate], board: Board) -> float:
    if "listen" in found:
        return rounded(found["listen"].mean_ma)
    return board.current_na[states.LISTEN] / 1e6


def level_name(dbm: float) -> str:
    """The state of a transmit level; BadInput for a power that is none of the eleven."""
    if dbm not in states.TX_LEVELS_DBM:
        levels = ", ".join(f"{level:g}" for level in states.TX_LEVELS_DBM)
        raise BadInput(f"no transmit level of {dbm:g} dBm", remedy=f"one of {levels}")
    return f"tx_{dbm:g}"


def rounded(ma: float) -> float:
    """To DIGITS significant digits."""
    return float(f"{ma:.{DIGITS}g}")


def claim(folder: Path, names: Iterable[str], sources: Iterable[Path], force: bool) -> None:
    """Fail before the work where a board's folder may not be written; as outputs.claim()."""
    if not folder.is_dir():
        return
    sources = list(sources)
    for name, sign in {boards.FILE: SIGN, **dict.fromkeys(names, START)}.items():
        made = outputs.begins(sign)
        outputs.claim(folder / name, sources, force=force, made=made, renewed=True)


def write(out: Path, text: str, digests: dict[str, Evidence]) -> Board:
    """Write the folder `out`, a board of that name; it is checked first, then put in place.

    BadInput when the board would not load, or cannot be written; then nothing is.
    """
    toml = tomlkit.parse(text)
    toml["name"] = Path(os.path.abspath(out)).name
    board = SIGN + tomlkit.dumps(toml).encode().removeprefix(SIGN)
    boards.parsed(board.decode(), out / boards.FILE)
    files = {name: evidences.text(one).encode() for name, one in digests.items()}
    outputs.within(out, {**files, boards.FILE: board}, renewed=True)
    return boards.load(str(out))
