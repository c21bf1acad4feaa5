"""board.toml with the calibrated numbers in the place of the old ones.

What the evidence is not for keeps its value, tag and source. Comments stay.
"""

from collections.abc import Iterable, Sequence
from math import ceil, floor, log10
from typing import Any

import tomlkit
from tomlkit.items import Table

from host_sim.errors import BadInput
from host_sim.hardware.boardfile import LEAST_SAID, Step
from host_sim.trace.fit import fit, phases
from host_sim.trace.fit.calibrate import DIGITS, RECEIVING, Calibration, rounded
from host_sim.trace.fit.evidence import TX, Evidence
from host_sim.trace.fit.fit import Estimate
from host_sim.trace.fit.phases import Duration


def text(
    old: str, found: Calibration, evidence: Sequence[Evidence], firmware: dict[str, str]
) -> str:
    """The file's text; `firmware` says, by the name of a wake, what runs in it."""
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
        cited = table["source"] = _cite(one for one in evidence if one.wake == name)
        if len(cited) < LEAST_SAID:
            remedy = "give --source, whose recording it is"
            raise BadInput(f"too short a name to cite {name} by", where=cited, remedy=remedy)
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
        values["ci95_na"] = tomlkit.value(ends(estimate.ci95_ma))
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


def ends(ci95_ma: tuple[float, float]) -> str:
    """An interval in as many digits, outwards: so rounded it still holds what it held."""
    found = []
    for ma, out in zip(ci95_ma, (floor, ceil), strict=True):
        digit_na = 10 ** max(0, floor(log10(max(ma * 1e6, 1))) + 1 - DIGITS)
        found.append(f"{out(round(ma * 1e6 / digit_na, 6)) * digit_na:_}")
    return f"[{', '.join(found)}]"


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
