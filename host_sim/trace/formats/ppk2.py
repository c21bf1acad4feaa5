"""The CSV of Nordic's Power Profiler Kit II: Timestamp(ms),Current(uA), perhaps the logic port.

Its channels are in one column, D0-D7, in eight, or in both; each is 0, 1, X where it was both
within the sample, or - where it is unknown (NordicSemiconductor/pc-nrfconnect-ppk,
src/actions/exportChartAction.ts). X is read as high and - as low.

A file is read in blocks; a large one by compiled code where numba is installed.
"""

from importlib.util import find_spec
from itertools import zip_longest
from pathlib import Path

import numpy as np
import numpy.typing as npt

from host_sim.errors import BadInput
from host_sim.progress import Progress, silent
from host_sim.trace.columns import rows
from host_sim.trace.columns.clock import Clock
from host_sim.trace.columns.column import Column
from host_sim.trace.columns.csvblocks import Text, blocks, in_turn
from host_sim.trace.columns.source import Source
from host_sim.trace.recording import Bits, Floats, Recording, Samples
from host_sim.trace.spool import Spool, chunks

NAME = "PPK2 CSV"
CHANNELS = tuple(f"D{i}" for i in range(8))
_HEADER = "Timestamp(ms),Current(uA)"
_CURRENT: rows.Columns = [("at_ms", "f8"), ("current_ua", "f8")]
# Text of one character more than is right, so that a longer one is not taken for it.
_JOINED: rows.Columns = [("D0-D7", "S9")]
_SEPARATE: rows.Columns = [(channel, "S2") for channel in CHANNELS]
_HEADERS = {
    ",".join([_HEADER, *dict(digital)]): [*_CURRENT, *digital]
    for digital in ([], _JOINED, _SEPARATE, _JOINED + _SEPARATE)
}
_STATES, _HIGH = (np.frombuffer(letters, np.uint8) for letters in (b"01X-", b"1X"))
_USUAL = 15  # bytes of a row
_ROWS = 1 << 16  # that are written at once
_PLAIN_BYTES = 16 << 20  # numpy has read as much before numba is imported
_JIT = find_spec("numba") is not None


def matches(data: bytes) -> bool:
    """Whether the first line is one that the Power Profiler writes."""
    return data.startswith(b"Timestamp(ms),Current(")


def read(source: Source) -> Recording:
    """All samples; BadInput for another unit, a cut row, or times that do not rise."""
    header = source.head.partition(b"\n")[0].decode("ascii", "replace").strip()
    if header not in _HEADERS:
        what, remedy = f"the header is {header[:60]}", f"{_HEADER} is needed"
        raise BadInput(what, where=source.path, line=1, remedy=remedy)
    parse = Parse(source.path, _HEADERS[header])
    clock = Clock(source.path, first_line=2)
    current_ua = Column("current", source.path, first_line=2)
    bits = Spool(np.uint8)
    for at_ms, ua, byte in in_turn(parse, blocks(source)):
        clock.add(at_ms / 1000)
        current_ua.append(ua)
        if parse.digital:
            bits.append(byte)
    rate_hz = clock.rate_hz()
    return Recording(
        "ppk2-csv",
        rate_hz,
        current_ua.array(),
        clock.gaps(),
        CHANNELS if parse.digital else (),
        bits.array() if parse.digital else None,
    )


class Parse:
    """From blocks of text to times in ms, currents in µA and bytes of channels."""

    def __init__(self, path: Path, columns: rows.Columns) -> None:
        self.path, self.columns = path, columns
        self.digital = len(columns) > len(_CURRENT)
        self.bytes = path.stat().st_size  # more where it is packed

    def __call__(self, line: int, data: Text) -> tuple[Floats, Floats | Samples, Bits]:
        """The whole lines of a block whose first one is `line`."""
        self.bytes = max(self.bytes, line * _USUAL)
        if _JIT and self.bytes > _PLAIN_BYTES:
            from host_sim.trace.formats import ppk2jit

            found = ppk2jit.parse(data, self.digital)
            if found:
                return found
        table = rows.table(rows.ascii_lines(bytes(data), self.path), self.columns, self.path, line)
        bits = self._bits(table, line) if self.digital else np.empty(0, np.uint8)
        return table["at_ms"], table["current_ua"], bits

    def _bits(self, table: npt.NDArray[np.void], line: int) -> Bits:
        """The channels that were high, if only for a part of the sample."""
        texts = [np.ascontiguousarray(table[name]) for name, _ in self.columns[len(_CURRENT) :]]
        letters = [text.view(np.uint8).reshape(len(table), -1) for text in texts]
        states = np.hstack([each[:, :-1] for each in letters])
        longer = np.hstack([each[:, -1:] for each in letters])
        odd = ~np.isin(states, _STATES).all(axis=1) | longer.any(axis=1)
        if odd.any():
            what, remedy = "no state of eight channels", "the file is damaged"
            row = line + int(np.argmax(odd))
            raise BadInput(what, where=self.path, line=row, remedy=remedy)
        return np.packbits(np.isin(states[:, :8], _HIGH), axis=1, bitorder="little")[:, 0]


def write(path: Path, recording: Recording, progress: Progress = silent) -> None:
    """Write samples as the Power Profiler does, gaps as jumps of the time stamps."""
    rate_hz, samples = recording.rate_hz, len(recording.current_ua)
    plain = recording.digital is None
    header = _HEADER if plain else f"{_HEADER},D0-D7"
    row = "%.13g,%.3f\n" if plain else "%.13g,%.3f,%08d\n"
    after = [round(gap.start_s * rate_hz) for gap in recording.gaps]
    missed_ms = np.cumsum([0.0, *(gap.length_s * 1000 for gap in recording.gaps)])
    digital = [] if recording.digital is None else chunks(recording.digital, _ROWS)
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write(header + "\n")
        first = 0
        for part, bits in zip_longest(chunks(recording.current_ua, _ROWS), digital):
            sample = np.arange(first, first + len(part))
            at_ms = sample * 1000 / rate_hz + missed_ms[np.searchsorted(after, sample, "right")]
            columns = [at_ms, part, *([] if bits is None else [_decimal(bits)])]
            # At once: three times as fast as numpy's savetxt.
            file.write(row * len(part) % tuple(np.column_stack(columns).ravel().tolist()))
            first += len(part)
            progress(first / samples)


def _decimal(bits: Bits) -> npt.NDArray[np.int64]:
    """A byte as eight decimal digits, D0 first."""
    digits = bits[:, np.newaxis] >> np.arange(8) & 1
    return digits.astype(np.int64) @ 10 ** np.arange(7, -1, -1)
