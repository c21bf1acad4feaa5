"""Nordic's .ppk2: a zip of session.raw, metadata.json and minimap.raw.

session.raw has six bytes a sample: the current in µA as a little-endian float, NaN where it is
missing, then, big-endian, two bits a channel of the logic port: 01 low, 10 high, 11 both, 00
unknown. minimap.raw has, as JSON, the least and greatest current in nA of at most 10,000 stretches
for the overview (NordicSemiconductor/pc-nrfconnect-ppk, src/globals.ts, format version 2).
"""

import json
import sys
import zipfile
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from host_sim.errors import BadInput
from host_sim.progress import Progress, silent
from host_sim.trace.columns.column import Column
from host_sim.trace.columns.missing import Missing, check_length, filled
from host_sim.trace.columns.source import Source
from host_sim.trace.formats import zipped
from host_sim.trace.recording import Bits, Recording, Samples
from host_sim.trace.spool import Spool

NAME = "PPK2 .ppk2"
FRAME = np.dtype([("current_ua", "<f4"), ("pairs", ">u2")])
CHANNELS = tuple(f"D{i}" for i in range(8))
SESSION, METADATA, MINIMAP = "session.raw", "metadata.json", "minimap.raw"
VERSION = 2
_LOW = np.uint16(0x5555)
_STRETCHES = 10_000
_LEAST_NA = 200.0  # the overview's scale is logarithmic and begins here
_MOST_NA = sys.float_info.max  # the least of no sample
BLOCK_BYTES = FRAME.itemsize << 17

Pairs = npt.NDArray[np.integer[Any]]  # of 16 bits
Frames = npt.NDArray[np.void]


def matches(data: bytes) -> bool:
    """Whether the first file of a zip is one of the three."""
    names = (name.encode() for name in (SESSION, METADATA, MINIMAP))
    return data.startswith(b"PK\x03\x04") and data[30:].startswith(tuple(names))


def read(source: Source) -> Recording:
    """All samples and channels; BadInput for another version or a damaged file."""
    with source.file() as path:
        try:
            with zipped.opened(path) as archive:
                rate_hz = _rate_hz(archive, source)
                return recorded(_blocks(archive, source), rate_hz, source)
        except zipped.DAMAGE:
            raise BadInput("damaged", where=source.path, remedy="save it again") from None


def _blocks(archive: zipfile.ZipFile, source: Source) -> Iterator[Frames]:
    size = archive.getinfo(SESSION).file_size
    with archive.open(SESSION) as session:
        while data := session.read(BLOCK_BYTES):
            source.progress(session.tell() / size)
            yield np.frombuffer(data, FRAME)


def recorded(blocks: Iterable[Frames], rate_hz: float, source: Source) -> Recording:
    """The samples and channels of frames; BadInput for a current that is none."""
    current_ua, bits, missing = Column("current", source.path), Spool(np.uint8), Missing()
    for block in blocks:
        held = missing.of(block["current_ua"])
        current_ua.append(block["current_ua"][held])
        bits.append(_bits(block["pairs"][held]))
    ua, gaps = current_ua.array(), missing.gaps(rate_hz)
    return Recording("ppk2", rate_hz, ua, gaps, CHANNELS, bits.array())


def _rate_hz(archive: zipfile.ZipFile, source: Source) -> float:
    document = json.loads(archive.read(METADATA))
    if not isinstance(document, dict) or document.get("formatVersion") != VERSION:
        what = "another version of the format"
        raise BadInput(what, where=source.path, remedy="save it with a current Power Profiler")
    rate_hz = document["metadata"]["samplesPerSecond"]
    if not isinstance(rate_hz, int | float) or not 0 < rate_hz <= 1e9:
        raise ValueError
    return float(rate_hz)


def _bits(pairs: Pairs) -> Bits:
    """The byte of the channels that were high, if only for a part of the sample."""
    high: Pairs = pairs >> 1 & _LOW
    for shift, mask in ((1, 0x3333), (2, 0x0F0F), (4, 0x00FF)):
        high = (high | high >> shift) & np.uint16(mask)
    return high.astype(np.uint8)


def _pairs(bits: Bits) -> Pairs:
    """Two bits a channel."""
    high: Pairs = bits.astype(np.uint16)
    for shift, mask in ((4, 0x0F0F), (2, 0x3333), (1, 0x5555)):
        high = (high | high << shift) & np.uint16(mask)
    return high + _LOW


def frames(current_ua: Samples, bits: Bits | None) -> Frames:
    """Samples in µA, NaN where one is missing, and the channels of each, all low without any."""
    out = np.empty(len(current_ua), FRAME)
    out["current_ua"] = current_ua
    out["pairs"] = np.where(np.isnan(current_ua), 0, _LOW if bits is None else _pairs(bits))
    return out


def write(path: Path, recording: Recording, progress: Progress = silent) -> None:
    """Write samples, gaps as missing ones, and channels, low without any.

    Gaps are rounded to whole samples. BadInput, without a place, when they are too long.
    """
    check_length(recording)
    metadata = {"samplesPerSecond": recording.rate_hz, "startSystemTime": 0}
    missing = sum(round(gap.length_s * recording.rate_hz) for gap in recording.gaps)
    overview = Overview(len(recording.current_ua) + missing)
    digital = [] if recording.digital is None else filled(recording, recording.digital, 0)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open(SESSION, "w", force_zip64=True) as session:
            for part, bits in zip_longest(filled(recording, recording.current_ua, np.nan), digital):
                session.write(frames(part, bits).data)
                overview.add(part)
                progress(overview.seen / overview.samples)
        archive.writestr(METADATA, json.dumps({"metadata": metadata, "formatVersion": VERSION}))
        archive.writestr(MINIMAP, json.dumps(overview.document(recording.rate_hz)))


class Overview:
    """Least and greatest current of equal stretches, a power of two of samples each."""

    def __init__(self, samples: int) -> None:
        self.samples, self.seen, self.size = samples, 0, 1
        while samples > self.size * _STRETCHES:
            self.size *= 2
        self.least_na = np.full(-(-samples // self.size), _MOST_NA)
        self.greatest_na = -self.least_na

    def add(self, part: Samples) -> None:
        """The next samples; NaN is none."""
        first = self.seen // self.size
        starts = np.arange(first * self.size - self.seen, len(part), self.size).clip(0)
        here = slice(first, first + len(starts))
        na = np.maximum(part.astype(np.float64) * 1000, _LEAST_NA)
        for extreme, kept in ((np.fmin, self.least_na), (np.fmax, self.greatest_na)):
            kept[here] = extreme(kept[here], extreme.reduceat(na, starts))
        self.seen += len(part)

    def document(self, rate_hz: float) -> dict[str, Any]:
        """As the viewer keeps it; a point lies amid the samples of its stretch."""
        first = np.arange(0, self.samples, self.size)
        last = np.minimum(first + self.size, self.samples) - 1
        at_us = (first + last) / 2 / rate_hz * 1e6
        least, greatest = (
            [{"x": float(x), "y": float(y)} for x, y in zip(at_us, extremes, strict=True)]
            for extremes in (self.least_na, self.greatest_na)
        )
        return {
            "lastElementFoldCount": self.samples % self.size,
            "data": {"length": len(least), "min": least, "max": greatest},
            "maxNumberOfElements": _STRETCHES,
            "numberOfTimesToFold": self.size,
        }
