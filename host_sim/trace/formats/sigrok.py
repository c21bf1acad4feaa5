"""Sigrok's session .sr (version 2): a zip of metadata, analog channels as floats and logic bits.

The format is described at sigrok.org (File format:sigrok/v2). It keeps an analog channel's name
but not its unit; libsigrok's values are in A and V. So the current is the channel whose name says
so, or the one that the user names together with its unit.
"""

import configparser
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from host_sim.errors import BadInput
from host_sim.trace.columns.clock import MOST_HZ
from host_sim.trace.columns.column import Column, floats
from host_sim.trace.columns.source import Source
from host_sim.trace.columns.units import as_ua, said
from host_sim.trace.formats import zipped
from host_sim.trace.recording import Bits, Floats, Recording, Samples
from host_sim.trace.spool import CHUNK, Spool

NAME = "sigrok .sr"
_HZ = {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9}
_MOST_METADATA = 1 << 20
_DAMAGE = (*zipped.DAMAGE, configparser.Error)


class Session(NamedTuple):
    """An open file and what its metadata say of the device."""

    path: Path
    file: zipfile.ZipFile
    device: configparser.SectionProxy

    def channels(self, kind: str) -> dict[int, str]:
        """Names of the analog channels or the logic probes, by their number."""
        found = {re.fullmatch(rf"{kind}(\d+)", key): name for key, name in self.device.items()}
        return {int(key[1]): name for key, name in found.items() if key}

    def data(self, name: str, size: int) -> Iterator[bytes]:
        """Bytes of all parts of a channel, in whole samples of `size`."""
        parts = sorted(number for of, number in map(_part, self.file.namelist()) if of == name)
        if parts != list(range(1, len(parts) + 1)) and parts != [0]:
            raise KeyError
        for number in parts:
            part = f"{name}-{number}" if number else name
            with self.file.open(part) as member:
                while data := member.read(CHUNK * size):
                    if len(data) % size:
                        raise EOFError
                    yield data


def matches(data: bytes) -> bool:
    """Whether it is a zip in which the session's version or metadata come first."""
    return data.startswith(b"PK\x03\x04") and data[30:].startswith((b"version", b"metadata"))


def read(source: Source) -> Recording:
    """The analog channel that is the current, with a voltage and up to eight logic channels."""
    with source.file() as path:
        try:
            with zipped.opened(path) as file:
                _check_count(file, path)
                return _read(_session(file, source.path), source)
        except _DAMAGE:
            raise BadInput(
                "cut off or damaged", where=source.path, remedy="fetch it again"
            ) from None


def _check_count(file: zipfile.ZipFile, path: Path) -> None:
    """As many members as the archive's end says: zipfile does not look when one is lost."""
    with path.open("rb") as raw:
        raw.seek(-22, 2)
        end = raw.read()
    count = int.from_bytes(end[10:12], "little")
    if not end.startswith(b"PK\x05\x06") or count != len(file.namelist()):
        raise EOFError


def _part(member: str) -> tuple[str, int]:
    """The channel and the number of a part of its data: analog-1-2-7, logic-1-3, or logic-1."""
    found = re.fullmatch(r"(analog-1-\d+|logic-1)(?:-([1-9]\d*))?", member)
    if not found and member not in ("version", "metadata"):
        raise KeyError  # it may be a part whose name is damaged
    return (found[1], int(found[2] or 0)) if found else ("", 0)


def _session(file: zipfile.ZipFile, path: Path) -> Session:
    texts = []
    for name in ("version", "metadata"):
        with file.open(name) as member:
            texts.append(member.read(_MOST_METADATA).decode())
    if texts[0].strip() != "2":
        raise BadInput("not a session of version 2", where=path, remedy="save it with PulseView")
    metadata = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    metadata.read_string(texts[1])
    return Session(path, file, metadata["device 1"])


def _read(session: Session, source: Source) -> Recording:
    rate_hz = _rate_hz(session)
    names = session.channels("analog")
    current_index = _current(names, source)
    current = _analog(session, current_index, "current", source)
    volts = [index for index, name in names.items() if _is(name, "voltage")]
    voltage_v = _analog(session, volts[0], "voltage", source) if len(volts) == 1 else None
    if voltage_v is not None and len(voltage_v) != len(current):
        raise BadInput("the channels differ in length", where=session.path, remedy="fetch it again")
    probes = dict(list(session.channels("probe").items())[:8])
    digital = _logic(session, list(probes), len(current)) if probes else None
    return Recording(
        "sigrok",
        rate_hz,
        current,
        channels=tuple(probes.values()),
        digital=digital,
        voltage_v=voltage_v,
    )


def _rate_hz(session: Session) -> float:
    number, _, unit = session.device["samplerate"].partition(" ")
    rate_hz = float(number) * _HZ[unit]
    if not 1 / MOST_HZ <= rate_hz <= MOST_HZ:
        raise ValueError
    return rate_hz


def _is(name: str, quantity: str) -> bool:
    """Whether the name says it in a word: I, I1, Current (mA). A and A0 are merely labels."""
    told = said(re.sub(r"\d+$", "", name))
    return told is not None and told.quantity == quantity and told.word != ""


def _current(names: dict[int, str], source: Source) -> int:
    """The number of the channel that is the current."""
    mine = [
        index
        for index, name in names.items()
        if (name == source.channel if source.channel else _is(name, "current"))
    ]
    if len(mine) == 1:
        return mine[0]
    raise BadInput(
        f"which channel is the current? {', '.join(names.values()) or 'none is analog'}",
        where=source.path,
        remedy="give --channel and --unit" if names else "record an analog channel",
    )


def _analog(session: Session, index: int, quantity: str, source: Source) -> Samples:
    name = session.channels("analog")[index]
    column = Column(quantity, session.path)
    for data in session.data(f"analog-1-{index}", 4):
        values = floats(data)
        column.append(_scaled(values, name, quantity, source))
    return column.array()


def _scaled(values: Floats, name: str, quantity: str, source: Source) -> Floats:
    """Values in µA or V: by the user's unit, else by the name's, else in libsigrok's A and V."""
    if quantity == "current" and (source.unit or not _is(name, quantity)):
        return as_ua(values, source)
    told = said(name)
    return values * ((told and told.scale) or {"current": 1e6, "voltage": 1.0}[quantity])


def _logic(session: Session, probes: list[int], length: int) -> Bits:
    """The bits of the probes: one that was off is not named, and has its bit yet."""
    size = int(session.device["unitsize"])
    if not 1 <= size <= 64 or not 1 <= min(probes) <= max(probes) <= 8 * size:
        raise ValueError
    digital, count = Spool(np.uint8), 0
    for data in session.data(session.device["capturefile"], size):
        units = np.frombuffer(data, np.uint8).reshape(-1, size)
        each = [units[:, (probe - 1) // 8] >> (probe - 1) % 8 & 1 for probe in probes]
        digital.append(np.packbits(each, axis=0, bitorder="little")[0])
        count += len(units)
    if count != length:
        raise BadInput("the channels differ in length", where=session.path, remedy="fetch it again")
    return digital.array()
