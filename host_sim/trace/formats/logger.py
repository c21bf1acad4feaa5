"""CSV of a current logger such as an INA219's or INA226's: a header that names units, then rows.

One column is the time (ms, timestamp_ms), one the current (uA, current_mA); a voltage (mV,
voltage_V) and a `marker` of 0 and 1 are taken along, other columns are not. Lines that begin with
# may follow the header and end the file.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from host_sim.errors import BadInput
from host_sim.trace.columns import rows, text
from host_sim.trace.columns.column import Column
from host_sim.trace.columns.source import Source
from host_sim.trace.columns.units import Said, said
from host_sim.trace.recording import Floats, Recording

NAME = "logger CSV"
_MARKER = "marker"
# The ends of the INA219's ranges, 40 to 320 mV, over the 0.1 ohm shunt that its boards carry
# (Texas Instruments SBOS448, table 4). The chip has no flag for them: it repeats the end.
_ENDS_UA = (400e3, 800e3, 1600e3, 3200e3)


def matches(data: bytes) -> bool:
    """Whether the first line names several columns, and one of them a current with its unit."""
    names = data.split(b"\n", 1)[0].decode("utf-8", "replace").split(",")
    found = [said(name) for name in names]
    return len(names) > 1 and any(s and s.quantity == "current" and s.scale for s in found)


def read(source: Source) -> Recording:
    """All samples; BadInput for a header in doubt, a cut row, or times that are not even."""
    path = source.path
    lines = text.lines(source)
    names = [name.strip() for name in lines[0].split(",")]
    columns = _columns(names, path)
    first, stop = 1, len(lines)
    while first < stop and lines[first].startswith("#"):
        first += 1
    while first < stop and lines[stop - 1].startswith("#"):
        stop -= 1
    wanted = {*columns.values(), *({_MARKER} & set(names))}
    types = [(f"{i}", "f8" if name in wanted else "S1") for i, name in enumerate(names)]
    table = rows.table(lines[first:stop], types, path, first + 1)

    def values(quantity: str) -> Floats:
        scale = said(columns[quantity])
        assert scale is not None
        assert scale.scale is not None
        scaled: Floats = table[f"{names.index(columns[quantity])}"] * scale.scale
        return scaled

    current_ua = values("current")
    found = rows.recording("logger-csv", values("time"), current_ua, path, first + 1)
    text.check_even(found, path)
    found = replace(found, clipped_samples=_clipped(current_ua))
    if "voltage" in columns:
        voltage = Column("voltage", path)
        voltage.append(values("voltage"))
        found = replace(found, voltage_v=voltage.array())
    if _MARKER in names:
        bits = table[f"{names.index(_MARKER)}"]
        if not np.isin(bits, (0, 1)).all():
            raise BadInput("the marker is not 0 or 1", where=path, remedy="leave the column out")
        found = replace(found, channels=(_MARKER,), digital=bits.astype(np.uint8))
    return found


def _columns(names: list[str], path: Path) -> dict[str, str]:
    """The name of each quantity's column. BadInput when none or several could be it."""
    columns: dict[str, str] = {}
    told: list[tuple[str, Said | None]] = [(name, said(name)) for name in names]
    for quantity, example in (("time", "timestamp_ms"), ("current", "current_mA"), ("voltage", "")):
        mine = [name for name, s in told if s and s.quantity == quantity and s.scale]
        if len(mine) == 1:
            columns[quantity] = mine[0]
        elif mine:
            many = " and ".join(mine)
            raise BadInput(
                f"{many} could each be the {quantity}", where=path, line=1, remedy="leave one"
            )
        elif example:
            raise BadInput(
                f"no column of {', '.join(names)} tells the {quantity} with its unit",
                where=path,
                line=1,
                remedy=f"a column such as {example} is needed",
            )
    return columns


def _clipped(current_ua: Floats) -> int:
    """Samples at the end of a range: the greatest value there is, and more than once."""
    size = np.abs(current_ua)
    at_end = size == size.max()
    if at_end.sum() < 2 or not np.isclose(size.max(), _ENDS_UA, rtol=1e-9).any():
        return 0
    return int(at_end.sum())
