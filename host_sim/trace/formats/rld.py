"""RocketLogger's .rld (versions 2 to 4): a header that names channels, then blocks of samples.

Layout and meaning as ETH Zurich's own Python reader has them (ETHZ-TEC/RocketLogger,
script/python/rocketlogger/data.py, BSD-3). Each block begins with its time by two clocks, so a
lost block shows. A channel's current has a low and a high range: the low one counts where its
`valid` bit is set.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from host_sim.errors import BadInput
from host_sim.trace.columns.column import Column
from host_sim.trace.columns.source import Source
from host_sim.trace.recording import Floats, Gap, Recording
from host_sim.trace.spool import CHUNK, Spool

NAME = "RocketLogger .rld"
_MAGIC = b"%RLD"
_LEAD_IN = struct.Struct("<4sHHIIQH6sqqIHH")
_CHANNEL = struct.Struct("<iiHH16s")
_VOLTAGE, _CURRENT, _BINARY, _VALID = 1, 2, 3, 4  # units, by their index
_UNLINKED = 0xFFFF
_SIZES = (1, 2, 4, 8)
# The converter's clock is 100 MHz / 49 in place of 2.048 MHz: all its rates are 0.35 % less.
_CLOCK = (100e6 / 49) / 2.048e6
_MOST_BLOCK_BYTES = 1 << 26


class Channel(NamedTuple):
    """A channel of the header; `valid` is the index of the one whose bit says that it counts."""

    number: int
    unit: int
    scale: int  # a power of ten
    size: int
    valid: int
    name: str

    def values(self, part: npt.NDArray[np.void]) -> Floats:
        """Its samples, in V or A."""
        values: Floats = part[f"{self.number}"] * 10.0**self.scale
        return values


@dataclass(frozen=True)
class Header:
    """What the file says of itself."""

    path: Path
    blocks: int
    block_samples: int
    rate_hz: float
    channels: tuple[Channel, ...]
    block: np.dtype[np.void]

    def named(self, name: str) -> Channel | None:
        """The channel of that name."""
        return next((channel for channel in self.channels if channel.name == name), None)

    def of(self, unit: int) -> list[Channel]:
        """All channels of a unit."""
        return [channel for channel in self.channels if channel.unit == unit]


def matches(data: bytes) -> bool:
    """Whether the file begins as all do."""
    return data.startswith(_MAGIC)


def read(source: Source) -> Recording:
    """The current of the one input that was recorded, or of `channel` (I1 or I2).

    The voltage is taken along where there is one, and the digital inputs. BadInput for a damaged
    header, a file cut off, or several currents.
    """
    with source.open() as file:
        header = _header(file, source.path)
        ranges = _ranges(header, source.channel)
        return _samples(file, header, ranges)


def _damaged(path: Path, what: str) -> BadInput:
    return BadInput(what, where=path, remedy="the file is damaged or cut off: fetch it again")


def _header(file: BinaryIO, path: Path) -> Header:
    try:
        lead_in = _LEAD_IN.unpack(file.read(_LEAD_IN.size))
        _, version, length, block_samples, blocks, samples, rate_hz, *_ = lead_in
        comment, binaries, analogs = lead_in[-3:]
        if version not in (2, 3, 4):
            raise BadInput(f"version {version}", where=path, remedy="versions 2 to 4 are read")
        if length != _LEAD_IN.size + comment + (binaries + analogs) * _CHANNEL.size:
            raise _damaged(path, "the header's parts do not add up to its length")
        file.read(comment)
        channels = tuple(_channel(file, version, number) for number in range(binaries + analogs))
    except (struct.error, UnicodeDecodeError):
        raise _damaged(path, "the header is not whole") from None
    is_binary = [channel.unit in (_BINARY, _VALID) for channel in channels]
    names = {channel.name for channel in channels}
    sound = is_binary == [True] * binaries + [False] * analogs and len(names) == len(channels)
    if not sound or any(c.size not in _SIZES or abs(c.scale) > 30 for c in channels[binaries:]):
        raise _damaged(path, "the channels are not as a RocketLogger writes them")
    if not rate_hz or not block_samples or samples != blocks * block_samples or samples < 2:
        raise _damaged(path, f"{samples:,} samples in {blocks:,} blocks of {block_samples:,}")
    words = -(-binaries // 32)
    sample = [("bits", f"({words},)<u4")] if words else []
    one = np.dtype(sample + [(f"{c.number}", f"<i{c.size}") for c in channels[binaries:]])
    if one.itemsize * block_samples > _MOST_BLOCK_BYTES:
        raise _damaged(path, f"blocks of {block_samples:,} samples")
    block = np.dtype([("clocks", "(4,)<i8"), ("samples", one, (block_samples,))])
    return Header(path, blocks, block_samples, rate_hz * _CLOCK, channels, block)


def _channel(file: BinaryIO, version: int, number: int) -> Channel:
    unit, scale, size, valid, name = _CHANNEL.unpack(file.read(_CHANNEL.size))
    if version == 2 and valid != _UNLINKED:
        valid -= 1  # counted from 1 there
    return Channel(number, unit, scale, size, valid, name.split(b"\0")[0].decode("ascii"))


def _ranges(header: Header, wanted: str | None) -> tuple[Channel | None, Channel | None]:
    """The low and the high range of the current that is meant; one of them may be missing."""
    inputs = {c.name[:-1] for c in header.of(_CURRENT) if c.name[-1:] in ("L", "H")}
    found = [name for name in inputs if wanted in (None, name)]
    if len(found) == 1:
        return header.named(f"{found[0]}L"), header.named(f"{found[0]}H")
    names = ", ".join(channel.name for channel in header.channels) or "none"
    what = "several currents" if found else "no such current" if wanted else "no current"
    remedy = "give --channel I1 or I2" if found or wanted else "record I1 or I2"
    raise BadInput(f"{what} among the channels {names}", where=header.path, remedy=remedy)


def _samples(
    file: BinaryIO, header: Header, ranges: tuple[Channel | None, Channel | None]
) -> Recording:
    current, voltage = Column("current", header.path), Column("voltage", header.path)
    voltages, inputs = header.of(_VOLTAGE), header.of(_BINARY)[:8]
    volts = voltages[0] if len(voltages) == 1 else None
    digital = Spool(np.uint8)
    clocks, clipped = [], 0
    at_once = max(1, CHUNK // header.block_samples)
    for first in range(0, header.blocks, at_once):
        count = min(at_once, header.blocks - first)
        data = file.read(count * header.block.itemsize)
        if len(data) != count * header.block.itemsize:
            raise _damaged(header.path, f"fewer than the {header.blocks:,} blocks it should have")
        blocks = np.frombuffer(data, header.block)
        clocks.append(blocks["clocks"][:, 2:])
        part = blocks["samples"].reshape(-1)
        merged, out_of_range = _merged(part, header, ranges)
        clipped += out_of_range
        current.append(merged * 1e6)
        if volts:
            voltage.append(volts.values(part))
        if inputs:
            each = [_bit(part, channel) for channel in inputs]
            digital.append(np.packbits(each, axis=0, bitorder="little")[0])
    if file.read(1):
        raise _damaged(header.path, f"more than the {header.blocks:,} blocks it should have")
    return Recording(
        "rld",
        header.rate_hz,
        current.array(),
        _gaps(np.concatenate(clocks), header),
        channels=tuple(channel.name for channel in inputs),
        digital=digital.array() if inputs else None,
        voltage_v=voltage.array() if volts else None,
        clipped_samples=clipped,
    )


def _bit(part: npt.NDArray[np.void], channel: Channel) -> npt.NDArray[np.bool_]:
    word, bit = divmod(channel.number, 32)
    bits: npt.NDArray[np.bool_] = (part["bits"][:, word] >> np.uint32(bit) & 1) != 0
    return bits


def _merged(
    part: npt.NDArray[np.void], header: Header, ranges: tuple[Channel | None, Channel | None]
) -> tuple[Floats, int]:
    """Current in A, and how many samples lie outside a low range that has no high one."""
    low, high = ranges
    if low is None:
        assert high is not None
        return high.values(part), 0
    if low.valid == _UNLINKED:
        return low.values(part), 0
    if low.valid >= len(header.channels) or header.channels[low.valid].unit != _VALID:
        raise _damaged(header.path, f"no valid bit for {low.name}")
    valid = _bit(part, header.channels[low.valid])
    if high is None:
        return low.values(part), int((~valid).sum())
    return np.where(valid, low.values(part), high.values(part)), 0


def _gaps(clocks: npt.NDArray[np.int64], header: Header) -> tuple[Gap, ...]:
    """Where a block follows late by more than half a block: what is lost is lost in blocks."""
    in_range = (np.abs(clocks) < 1 << 40).all()
    at_s = clocks[:, 0] - clocks[0, 0] + clocks[:, 1] * 1e-9
    block_s = header.block_samples / header.rate_hz
    late_s = np.diff(at_s) - block_s
    if not in_range or (late_s <= -block_s).any():
        raise _damaged(header.path, "the blocks' times do not rise")
    if len(late_s) and abs(np.sort(late_s)[(len(late_s) - 1) // 2]) > 0.01 * block_s:
        raise _damaged(header.path, f"the blocks' times do not fit {header.rate_hz:,.2f} Hz")
    return tuple(
        Gap(float(i + 1) * block_s, float(late_s[i])) for i in np.flatnonzero(late_s > block_s / 2)
    )
