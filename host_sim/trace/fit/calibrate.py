"""A board's folder from its evidence: digests and board.toml, written together or not at all.

What the evidence is not for keeps its value, tag and source. Comments stay.
"""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Table

from host_sim.errors import BadInput
from host_sim.files import outputs
from host_sim.hardware import board as boards
from host_sim.hardware import states
from host_sim.hardware.board import Board
from host_sim.hardware.boardfile import Step
from host_sim.trace.cut.digest import START
from host_sim.trace.fit import doubts, fit, phases, recipe
from host_sim.trace.fit import evidence as evidences
from host_sim.trace.fit.evidence import TX, Evidence
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


def document(
    old: str, found: Calibration, evidence: Sequence[Evidence], firmware: dict[str, str]
) -> str:
    """board.toml with the calibrated numbers in the place of the old ones.

    `firmware` says, by the name of a wake, what runs in it.
    """
    toml: Any = tomlkit.parse(old)
    by_recording = {one.recording: one for one in evidence}
    for name, estimate in found.currents.items():
        cited = _cite(by_recording[recording] for recording in estimate.recordings)
        for state in RECEIVING if name == "listen" else (name,):
            _put(_table(toml, "states", state), _state(estimate, cited))
    for name, duration in found.phases.items():
        cited = _cite(by_recording[recording] for recording in duration.recordings)
        _put(_table(toml, "phases", name), _phase(name, duration, cited))
    if found.tx:
        _put(_table(toml, "radio", "tx"), _transmit(found.listen_ma, found.tx, evidence))
    for name, steps_ in found.wakes.items():
        table = _table(toml, "wakes", name)
        table["firmware"] = firmware.get(name) or table.get("firmware", "not described")
        table["source"] = _cite(one for one in evidence if one.wake == name)
        table["phases"] = tomlkit.value(_phases(steps_))
    return tomlkit.dumps(toml)


def _table(toml: Any, kind: str, name: str) -> Table:
    """A table of the board's, made where it was the chip's."""
    above = toml.setdefault(kind, tomlkit.table(is_super_table=True))
    table: Table = above.setdefault(name, tomlkit.table())
    return table


def _put(table: Table, values: dict[str, Any]) -> None:
    """The new numbers, which are as sure as the fit and not as what they replace."""
    for key in ("error_percent", "ci95_na", "ci95_us"):
        table.pop(key, None)
    for key, value in values.items():
        table[key] = value


def _sourced(key: str, value: str, source: str, tag: str = "M") -> dict[str, Any]:
    return {key: tomlkit.value(value), "tag": tag, "source": source}


def _state(estimate: Estimate, cited: str) -> dict[str, Any]:
    source = f"{cited}: mean of {estimate.seconds:,.2f} s"
    values = _sourced("current_na", _na(estimate.mean_ma), source)
    values["sd_na"] = tomlkit.value(_na(estimate.sd_ma))
    values["quantiles_na"] = tomlkit.value(_list(estimate.quantiles_ma))
    if estimate.ci95_ma:
        values["ci95_na"] = tomlkit.value(_list(estimate.ci95_ma))
    return values


def _phase(name: str, duration: Duration, cited: str) -> dict[str, Any]:
    source = f"{cited}: mean of {duration.times:,}"
    if name == phases.JOIN:
        source += " joins, less scan, address and connect as they stand here"
    values = _sourced("duration_us", f"{round(duration.mean_s * 1e6):_}", source)
    if duration.ci95_s:
        low, high = (f"{round(s * 1e6):_}" for s in duration.ci95_s)
        values["ci95_us"] = tomlkit.value(f"[{low}, {high}]")
    return values


def _transmit(
    listen_ma: float, tx: tuple[float, float], evidence: Sequence[Evidence]
) -> dict[str, Any]:
    dbm, ma = tx
    cited = _cite(one for one in evidence if TX in one.states)
    source = (
        f"{cited}: median peak of whole bursts, taken as {dbm:g} dBm; the other levels by "
        f"I = a + b * P_mW^{fit.EXPONENT}, a listening, the exponent fitted to the four 802.15.4 "
        "points of the ESP32-C6 datasheet (rms 1.8 mA)"
    )
    return _sourced("current_na", _list(fit.levels_ma(listen_ma, dbm, rounded(ma))), source, "I")


def _na(ma: float) -> str:
    return f"{round(rounded(ma) * 1e6):_}"


def _list(some_ma: Iterable[float]) -> str:
    return f"[{', '.join(map(_na, some_ma))}]"


def _phases(steps: list[Step]) -> str:
    """The steps as TOML, a line each."""
    lines = []
    for step in steps:
        items = [f'state = "{step.state}"', f"duration_us = {step.duration_us:_}"]
        if step.per_record_us:
            items.append(f"per_record_us = {step.per_record_us:_}")
        if step.charge_nc is not None:
            items.append(f"charge_nc = {step.charge_nc:_}")
        if step.per_record_nc:
            items.append(f"per_record_nc = {step.per_record_nc:_}")
        lines.append(f"    {{ {', '.join(items)} }},\n")
    return f"[\n{''.join(lines)}]"


def _cite(evidence: Iterable[Evidence]) -> str:
    """Whose recordings, and which."""
    by_source: dict[str, dict[str, None]] = {}
    for one in evidence:
        by_source.setdefault(one.source, {})[one.recording] = None
    cited = ((source, ", ".join(names)) for source, names in by_source.items())
    return "; ".join(f"{source}: {names}" if source else names for source, names in cited)


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
    files = {out / name: evidences.text(one).encode() for name, one in digests.items()}
    files[out / boards.FILE] = board
    made = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        outputs.write(files, renewed=True)
    except OSError as error:
        raise BadInput(f"cannot be written ({error.strerror})", where=out) from None
    finally:
        if made:
            with suppress(OSError):
                out.rmdir()  # where nothing came into it
    return boards.load(str(out))
