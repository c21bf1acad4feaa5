"""Joulescope's .jls (version 2), through Jetperch's pyjls.

A sample that the instrument lost is NaN there: such a run is a gap. pyjls tries to repair, in
place, a file that was not closed; such a file is refused before pyjls opens it.
"""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from host_sim.errors import BadInput
from host_sim.progress import Progress, silent
from host_sim.trace.columns.column import Column
from host_sim.trace.columns.missing import Missing, check_length, filled
from host_sim.trace.columns.source import Source
from host_sim.trace.recording import Recording, Samples
from host_sim.trace.spool import CHUNK, Array, Spool

if TYPE_CHECKING:
    import pyjls

NAME = "Joulescope .jls"
_MAGIC = b"jlsfmt\r\n \n \x1a  \xb2\x1c"
_HEADER_BYTES = 32  # of the file and of each chunk in it
_END = 0xFF  # tag of the chunk that closes a file
_FLOAT32, _BIT = 0x2004, 0x0103  # types of samples, without their fixed-point scale


def matches(data: bytes) -> bool:
    """Whether the file begins as all do."""
    return data.startswith(_MAGIC)


def read(source: Source) -> Recording:
    """The signal in A, or the one of `channel`; voltage and digital inputs that cover it too.

    BadInput for a file without such samples, with several, not closed, or damaged.
    """
    pyjls = _pyjls()
    with source.file() as path:
        _check_closed(path, source.path)
        try:
            with pyjls.Reader(str(path)) as file:
                return _read(file, source)
        except (RuntimeError, ValueError, KeyError, UnicodeDecodeError):
            raise BadInput(
                "the file is damaged", where=source.path, remedy="fetch it again"
            ) from None


def _pyjls() -> Any:
    """The library, imported only where a .jls is at hand, and silent: the one line is ours."""
    import pyjls

    logging.getLogger("pyjls.c").disabled = True  # it does not ask for the level
    return pyjls


def _check_closed(path: Path, shown: Path) -> None:
    """The header knows the length, and a chunk that closes the file is last."""
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES)
        length = file.seek(0, 2)
        file.seek(max(0, length - _HEADER_BYTES))
        last = file.read(_HEADER_BYTES)
    whole = len(head) == len(last) == _HEADER_BYTES and _crc_holds(head) and _crc_holds(last)
    if not whole or int.from_bytes(head[16:24], "little") != length or last[16] != _END:
        raise BadInput(
            "cut off, or not closed by the recorder",
            where=shown,
            remedy="open it in the Joulescope UI and save it anew",
        )


def _crc_holds(header: bytes) -> bool:
    """Whether the last four bytes are the CRC-32C of those before."""
    crc = 0xFFFFFFFF
    for byte in header[:-4]:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF == int.from_bytes(header[-4:], "little")


def _read(file: "pyjls.Reader", source: Source) -> Recording:
    signals = [s for s in file.signals.values() if s.signal_type == 0 and s.length]
    current = _current(signals, source)

    def beside(signal: "pyjls.SignalDef") -> bool:
        """Whether it is of the same instrument and covers every sample of the current."""
        before = current.sample_id_offset - signal.sample_id_offset
        return (
            (signal.source_id, signal.sample_rate) == (current.source_id, current.sample_rate)
            and before >= 0
            and signal.length - before >= current.length
        )

    beside_it = [signal for signal in signals if beside(signal)]
    volts = [s for s in beside_it if s.units == "V" and s.data_type & 0xFFFF == _FLOAT32]
    bits = [s for s in beside_it if s.data_type & 0xFFFF == _BIT][:8]
    missing = Missing()
    ua, v = Column("current", source.path), Column("voltage", source.path)
    digital = Spool(np.uint8)
    for start in range(0, current.length, CHUNK):
        source.progress(start / current.length)
        count = min(CHUNK, current.length - start)
        part = _samples(file, current, current, start, count)
        held = missing.of(part)
        ua.append(part[held].astype(np.float64) * 1e6)
        if len(volts) == 1:
            v.append(_samples(file, volts[0], current, start, count)[held])
        if bits:
            each = [_samples(file, signal, current, start, count) for signal in bits]
            digital.append(np.packbits(each, axis=0, bitorder="little")[0][held])
    return Recording(
        "jls",
        float(current.sample_rate),
        ua.array(),
        missing.gaps(current.sample_rate),
        channels=tuple(signal.name for signal in bits),
        digital=digital.array() if bits else None,
        voltage_v=v.array() if len(volts) == 1 else None,
    )


def _current(signals: "list[pyjls.SignalDef]", source: Source) -> "pyjls.SignalDef":
    def refuse(what: str, remedy: str) -> BadInput:
        return BadInput(what, where=source.path, remedy=remedy)

    if not signals:
        raise refuse("no samples, only annotations or nothing", "give the recording itself")
    mine = [
        signal
        for signal in signals
        if signal.units == "A" and (source.channel or signal.name) == signal.name
    ]
    if len(mine) != 1:
        names = ", ".join(f"{signal.name} ({signal.units or 'no unit'})" for signal in signals)
        remedy = "give --channel" if len({s.name for s in mine}) > 1 else "export one current in A"
        raise refuse(f"{'several' if mine else 'none'} in A among the signals {names}", remedy)
    if mine[0].data_type & 0xFFFF != _FLOAT32 or not mine[0].sample_rate:
        raise refuse("the current is not in 32-bit floats at a rate", "export it with pyjls")
    return mine[0]


def _samples(
    file: "pyjls.Reader",
    signal: "pyjls.SignalDef",
    current: "pyjls.SignalDef",
    start: int,
    count: int,
) -> Array:
    """Samples of a signal beside those of the current from `start` on."""
    first = start + current.sample_id_offset - signal.sample_id_offset
    if signal.data_type & 0xFFFF != _BIT:
        samples: Array = file.fsr(signal.signal_id, first, count)
        return samples
    # In whole bytes: from within one, the library's last bits were once not the file's.
    whole, stop = first // 8 * 8, min(signal.length, -(-(first + count) // 8) * 8)
    packed: Array = file.fsr(signal.signal_id, whole, stop - whole)
    return np.unpackbits(packed, bitorder="little")[first - whole :][:count]


def write(path: Path, recording: Recording, progress: Progress = silent) -> None:
    """Write all columns, gaps as missing samples. BadInput when the format has no place for them.

    A rate is a whole number of hertz there, and a gap is rounded to whole samples. The file is not
    named: it is the caller's.
    """
    pyjls = _pyjls()
    rate_hz = round(recording.rate_hz)
    if rate_hz != recording.rate_hz:
        what = f"a .jls holds whole hertz, not {recording.rate_hz:g} Hz"
        raise BadInput(what, remedy="write another format")
    check_length(recording)
    try:
        with pyjls.Writer(str(path)) as file:
            file.source_def(source_id=1, name="torpor")
            _write_floats(file, 1, "current", "A", recording, recording.current_ua, 1e-6, progress)
            if recording.voltage_v is not None:
                _write_floats(file, 2, "voltage", "V", recording, recording.voltage_v, 1.0)
            for bit in range(len(recording.channels)):
                _write_bits(file, 3 + bit, recording, bit)
    except RuntimeError as error:
        raise BadInput(f"cannot be written ({error})") from None
    try:
        _check_closed(path, path)  # the library does not tell of a disk that is full
    except BadInput:
        raise BadInput(
            "cannot be written (it did not come to its end: is the disk full?)"
        ) from None


def _write_floats(
    file: "pyjls.Writer",
    signal_id: int,
    name: str,
    units: str,
    recording: Recording,
    column: Samples,
    scale: float,
    progress: Progress = silent,
) -> None:
    rate_hz, at = round(recording.rate_hz), 0
    file.signal_def(signal_id, source_id=1, sample_rate=rate_hz, name=name, units=units)
    for part in filled(recording, column, np.nan):
        file.fsr(signal_id, at, (part.astype(np.float64) * scale).astype(np.float32))
        at += len(part)
        progress(min(1, at / len(column)))  # of samples and gaps: near enough


def _write_bits(file: "pyjls.Writer", signal_id: int, recording: Recording, bit: int) -> None:
    assert recording.digital is not None
    rate_hz, name, at = round(recording.rate_hz), recording.channels[bit], 0
    file.signal_def(signal_id, source_id=1, sample_rate=rate_hz, name=name, data_type=_BIT)
    rest = np.empty(0, np.uint8)
    for part in filled(recording, recording.digital, 0):
        bits = np.concatenate([rest, part >> bit & 1])
        whole = len(bits) // 8 * 8  # the library takes whole bytes, and at least one
        if whole:
            file.fsr(signal_id, at, np.packbits(bits[:whole], bitorder="little"))
        at, rest = at + whole, bits[whole:]
    if len(rest):
        file.fsr(signal_id, at, np.packbits(rest, bitorder="little"))
