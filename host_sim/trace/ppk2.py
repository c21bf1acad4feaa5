"""The CSV of Nordic's Power Profiler Kit II: Timestamp(ms),Current(uA), perhaps D0-D7.

It is read in blocks, by compiled code from the fifth megabyte on where numba is installed.
"""

from importlib.util import find_spec
from itertools import zip_longest
from pathlib import Path

import numpy as np
import numpy.typing as npt

from host_sim.errors import BadInput
from host_sim.trace import rows
from host_sim.trace.clock import Clock
from host_sim.trace.column import Column
from host_sim.trace.csvblocks import blocks
from host_sim.trace.recording import Bits, Floats, Recording
from host_sim.trace.source import Source
from host_sim.trace.spool import Spool, chunks

NAME = "PPK2 CSV"
CHANNELS = tuple(f"D{i}" for i in range(8))
_CURRENT: rows.Columns = [("at_ms", "f8"), ("current_ua", "f8")]
_DIGITAL: rows.Columns = [*_CURRENT, ("digital", "u4")]  # eight digits, one a channel
_HEADERS = {
    "Timestamp(ms),Current(uA)": _CURRENT,
    "Timestamp(ms),Current(uA),D0-D7": _DIGITAL,
}
_PLAIN_BYTES = 4 << 20  # numpy has read as much before numba is imported
_JIT = find_spec("numba") is not None


def matches(data: bytes) -> bool:
    """Whether the first line is one that the Power Profiler writes."""
    return data.startswith(b"Timestamp(ms),Current(")


def read(source: Source) -> Recording:
    """All samples; BadInput for another unit, a cut row, or times that do not rise."""
    header = source.head.partition(b"\n")[0].decode("ascii", "replace").strip()
    columns = _HEADERS.get(header)
    if columns is None:
        what = f"the header is {header[:60]}"
        remedy = "Timestamp(ms),Current(uA) is needed"
        raise BadInput(what, where=source.path, line=1, remedy=remedy)
    digital = columns is _DIGITAL
    clock = Clock(source.path, first_line=2)
    current_ua = Column("current", source.path, first_line=2)
    bits = Spool(np.uint8)
    seen = 0
    for line, data in blocks(source, header_lines=1):
        seen += len(data)
        at_ms, ua, byte = _parsed(data, columns, source, line, compiled=seen > _PLAIN_BYTES)
        clock.add(at_ms / 1000)
        current_ua.append(ua)
        if digital:
            bits.append(byte)
    rate_hz = clock.rate_hz()
    return Recording(
        "ppk2-csv",
        rate_hz,
        current_ua.array(),
        clock.gaps(),
        CHANNELS if digital else (),
        bits.array() if digital else None,
    )


def _parsed(
    data: bytes, columns: rows.Columns, source: Source, line: int, compiled: bool
) -> tuple[Floats, Floats, Bits]:
    """Times, currents and digital channels of a block."""
    digital = columns is _DIGITAL
    if compiled and _JIT:
        from host_sim.trace import ppk2jit

        found = ppk2jit.parse(data, digital)
        if found:
            return found
    table = rows.table(rows.ascii_lines(data, source.path), columns, source.path, line)
    bits = _bits(table["digital"]) if digital else np.empty(0, np.uint8)
    return table["at_ms"], table["current_ua"], bits


def _bits(digital: npt.NDArray[np.uint32]) -> Bits:
    """Eight decimal digits, D0 first, as a byte."""
    digits = digital[:, np.newaxis] // 10 ** np.arange(7, -1, -1) % 10
    return np.packbits(digits.astype(bool), axis=1, bitorder="little")[:, 0]


def write(path: Path, recording: Recording) -> None:
    """Write samples as the Power Profiler does, gaps as jumps of the time stamps."""
    rate_hz = recording.rate_hz
    formats = ["%.10g", "%.3f", *(["%08d"] if recording.channels else [])]
    after = [round(gap.start_s * rate_hz) for gap in recording.gaps]
    missed_ms = np.cumsum([0.0, *(gap.length_s * 1000 for gap in recording.gaps)])
    digital = [] if recording.digital is None else chunks(recording.digital)
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write(f"Timestamp(ms),Current(uA){',D0-D7' if recording.channels else ''}\n")
        first = 0
        for part, bits in zip_longest(chunks(recording.current_ua), digital):
            sample = np.arange(first, first + len(part))
            at_ms = sample * 1000 / rate_hz + missed_ms[np.searchsorted(after, sample, "right")]
            columns = [at_ms, part, *([] if bits is None else [_decimal(bits)])]
            np.savetxt(file, np.column_stack(columns), fmt=formats, delimiter=",")
            first += len(part)


def _decimal(bits: Bits) -> npt.NDArray[np.int64]:
    """A byte as eight decimal digits, D0 first."""
    digits = bits[:, np.newaxis] >> np.arange(8) & 1
    return digits.astype(np.int64) @ 10 ** np.arange(7, -1, -1)
