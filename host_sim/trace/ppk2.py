"""The CSV of Nordic's Power Profiler Kit II: Timestamp(ms),Current(uA), perhaps D0-D7."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from host_sim.errors import BadInput
from host_sim.trace import rows
from host_sim.trace.recording import Floats, Recording
from host_sim.trace.source import Source

NAME = "PPK2 CSV"
_CURRENT: rows.Columns = [("at_ms", "f8"), ("current_ua", "f8")]
_DIGITAL: rows.Columns = [*_CURRENT, ("digital", "u4")]  # eight digits, one a channel
_HEADERS = {
    "Timestamp(ms),Current(uA)": _CURRENT,
    "Timestamp(ms),Current(uA),D0-D7": _DIGITAL,
}


def matches(data: bytes) -> bool:
    """Whether the first line is one that the Power Profiler writes."""
    return data.startswith(b"Timestamp(ms),Current(")


def read(source: Source) -> Recording:
    """All samples; BadInput for another unit, a cut row, or times that do not rise."""
    path = source.path
    lines = rows.lines(source)
    columns = _HEADERS.get(lines[0].strip())
    if columns is None:
        raise BadInput(
            f"the header is {lines[0][:60].strip()}",
            where=path,
            line=1,
            remedy="Timestamp(ms),Current(uA) is needed",
        )
    table = rows.table(lines[1:], columns, path, 2)
    current_ua = np.ascontiguousarray(table["current_ua"])
    found = rows.recording("ppk2-csv", table["at_ms"] / 1000, current_ua, path, 2)
    if columns is not _DIGITAL:
        return found
    channels = tuple(f"D{i}" for i in range(8))
    digits = table["digital"][:, np.newaxis] // 10 ** np.arange(7, -1, -1) % 10  # D0 comes first
    digital = np.packbits(digits.astype(bool), axis=1, bitorder="little")[:, 0]
    return replace(found, channels=channels, digital=digital)


def write(path: Path, rate_hz: int, current_ua: Floats) -> None:
    """Write samples as the Power Profiler does; BadInput when the file cannot be written."""
    at_ms = np.arange(len(current_ua)) * 1000 / rate_hz
    try:
        with path.open("w", encoding="ascii", newline="\n") as file:
            file.write("Timestamp(ms),Current(uA)\n")
            np.savetxt(
                file, np.column_stack([at_ms, current_ua]), fmt=["%.10g", "%.3f"], delimiter=","
            )
    except OSError as error:
        raise BadInput(f"cannot be written ({error.strerror})", where=path) from None
