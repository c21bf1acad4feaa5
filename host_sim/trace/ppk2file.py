"""Nordic's .ppk2: a zip of session.raw, metadata.json and minimap.raw.

session.raw has six bytes a sample: current in µA as a float, then two bits a channel of the logic
port, 01 for low and 10 for high; minimap.raw, as JSON, the least and greatest current in nA of at
most 10,000 stretches for the overview (NordicSemiconductor/pc-nrfconnect-ppk, format version 2).
Currents and levels are little-endian. There is no place for gaps.
"""

import json
import zipfile
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from host_sim.errors import BadInput
from host_sim.trace.column import Column
from host_sim.trace.recording import Bits, Recording
from host_sim.trace.source import Source
from host_sim.trace.spool import Spool, chunks

NAME = "PPK2 .ppk2"
FRAME = np.dtype([("current_ua", "<f4"), ("pairs", "<u2")])
CHANNELS = tuple(f"D{i}" for i in range(8))
SESSION, METADATA, MINIMAP = "session.raw", "metadata.json", "minimap.raw"
VERSION = 2
_LOW = 0x5555
_STRETCHES = 10_000
_LEAST_NA = 200.0  # the overview's scale is logarithmic and begins here
_BLOCK = 1 << 17  # frames


def matches(data: bytes) -> bool:
    """Whether the first file of a zip is one of the three."""
    names = (name.encode() for name in (SESSION, METADATA, MINIMAP))
    return data.startswith(b"PK\x03\x04") and data[30:].startswith(tuple(names))


def read(source: Source) -> Recording:
    """All samples and channels; BadInput for another version or a damaged file."""
    with source.file() as path:
        try:
            with zipfile.ZipFile(path) as archive:
                rate_hz = _rate_hz(archive, source)
                current_ua, bits = Column("current", source.path), Spool(np.uint8)
                with archive.open(SESSION) as session:
                    while data := session.read(FRAME.itemsize * _BLOCK):
                        frames = np.frombuffer(data, FRAME)
                        current_ua.append(frames["current_ua"])
                        bits.append(_levels(frames["pairs"]))
        except (zipfile.BadZipFile, KeyError, ValueError, EOFError, NotImplementedError):
            raise BadInput("damaged", where=source.path, remedy="save it again") from None
    return Recording("ppk2", rate_hz, current_ua.array(), channels=CHANNELS, digital=bits.array())


def _rate_hz(archive: zipfile.ZipFile, source: Source) -> float:
    document = json.loads(archive.read(METADATA))
    if not isinstance(document, dict) or document.get("formatVersion") != VERSION:
        what = "another version of the format"
        raise BadInput(what, where=source.path, remedy="save it with a current Power Profiler")
    rate_hz = document["metadata"]["samplesPerSecond"]
    if not isinstance(rate_hz, int | float) or not 0 < rate_hz <= 1e9:
        raise ValueError
    return float(rate_hz)


def _levels(pairs: np.ndarray[Any, np.dtype[np.uint16]]) -> Bits:
    """The byte of the channels that were high, if only for a part of the sample."""
    high = pairs[:, np.newaxis] >> np.arange(1, 16, 2) & 1
    return np.packbits(high.astype(bool), axis=1, bitorder="little")[:, 0]


def write(path: Path, recording: Recording) -> None:
    """Write samples and channels; without channels all are low."""
    metadata = {"samplesPerSecond": recording.rate_hz, "startSystemTime": 0}
    digital = [] if recording.digital is None else chunks(recording.digital, _BLOCK)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open(SESSION, "w", force_zip64=True) as session:
            for part, bits in zip_longest(chunks(recording.current_ua, _BLOCK), digital):
                frames = np.empty(len(part), FRAME)
                frames["current_ua"] = part
                frames["pairs"] = _LOW if bits is None else _pairs(bits)
                session.write(frames.tobytes())
        archive.writestr(METADATA, json.dumps({"metadata": metadata, "formatVersion": VERSION}))
        archive.writestr(MINIMAP, json.dumps(_minimap(recording)))


def _pairs(bits: Bits) -> np.ndarray[Any, np.dtype[np.uint16]]:
    levels = bits[:, np.newaxis].astype(np.uint16) >> np.arange(8, dtype=np.uint16) & 1
    pairs = (levels + 1) << np.arange(0, 16, 2, dtype=np.uint16)
    summed: np.ndarray[Any, np.dtype[np.uint16]] = pairs.sum(axis=1, dtype=np.uint16)
    return summed


def _minimap(recording: Recording) -> dict[str, Any]:
    """Least and greatest current of equal stretches, a power of two of samples each."""
    size = 1
    while len(recording.current_ua) > size * _STRETCHES:
        size *= 2
    least, greatest, at_us = [], [], []
    first = 0
    for part in chunks(recording.current_ua, size * max(1, _BLOCK // size)):
        starts = np.arange(0, len(part), size)
        least.append(np.minimum.reduceat(part, starts))
        greatest.append(np.maximum.reduceat(part, starts))
        ends = np.minimum(starts + size, len(part))
        at_us.append((first + (starts + ends - 1) / 2) / recording.rate_hz * 1e6)
        first += len(part)
    points = [
        [
            {"x": float(x), "y": max(float(ua) * 1000, _LEAST_NA)}
            for x, ua in zip(np.concatenate(at_us), np.concatenate(values), strict=True)
        ]
        for values in (least, greatest)
    ]
    return {
        "lastElementFoldCount": len(recording.current_ua) % size,
        "data": {"length": len(points[0]), "min": points[0], "max": points[1]},
        "maxNumberOfElements": _STRETCHES,
        "numberOfTimesToFold": size,
    }
