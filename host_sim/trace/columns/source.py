"""The bytes of a recording's file, through .xz, .gz and .zst, and what its user says of them."""

import codecs
import gzip
import io
import lzma
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import zstandard

from host_sim.errors import BadInput
from host_sim.files import inputs
from host_sim.progress import Progress, silent

HEAD_BYTES = 1 << 16
AT_ONCE_BYTES = 1 << 30
_DAMAGE = (lzma.LZMAError, EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError)


@dataclass(frozen=True)
class Source:
    """A file to read from. `unit`, `volts` and `channel` are the user's, where the file is mute.

    `progress` is told how much of the file was read: by open(), and by those who use file().
    """

    path: Path
    unit: str | None = None  # A, mA, uA or mW
    volts: float | None = None  # the supply, to turn mW into current
    channel: str | None = None  # which of several is the current
    progress: Progress = silent

    @cached_property
    def head(self) -> bytes:
        """The first bytes, unpacked: enough to tell the format by."""
        with self.open() as file:
            return file.read(HEAD_BYTES)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The unpacked bytes from the start, but for a byte order mark, which a spreadsheet writes.

        BadInput when they end early or cannot be read.
        """
        try:
            with io.BufferedReader(_Watched(self.path, self.progress)) as file:
                unpacked = _unpacked(file)
                if unpacked.peek(len(codecs.BOM_UTF8)).startswith(codecs.BOM_UTF8):
                    unpacked.read(len(codecs.BOM_UTF8))
                yield unpacked
                if file.raw.shrank():
                    what = "became shorter while it was read"
                    raise BadInput(what, where=self.path, remedy="read it when it is whole")
        except _DAMAGE:
            raise BadInput("cut off or damaged", where=self.path, remedy="fetch it again") from None
        except OSError as error:
            raise inputs.unreadable(self.path, error) from None

    def whole(self) -> bytes:
        """All unpacked bytes, for a format that is read at once; BadInput for too many."""
        with self.open() as file:
            data = file.read(AT_ONCE_BYTES + 1)
        if len(data) > AT_ONCE_BYTES:
            what = f"has more than {AT_ONCE_BYTES:,} bytes, too many for a file of this format"
            raise BadInput(what, where=self.path, remedy="cut it, or record as .parquet or .ppk2")
        return data

    @contextmanager
    def file(self) -> Iterator[Path]:
        """A path to the unpacked bytes, for a library that wants one: a copy where it is packed."""
        with self.open() as unpacked:
            if plain(unpacked):
                yield self.path
                return
            with tempfile.TemporaryDirectory() as folder:
                copy = Path(folder) / "recording"
                _copied(unpacked, copy)
                yield copy


def _copied(unpacked: BinaryIO, copy: Path) -> None:
    with copy.open("wb") as out:
        while data := unpacked.read(1 << 20):
            try:
                out.write(data)
            except OSError as error:
                what = f"no room for what is packed in a file ({error.strerror})"
                raise BadInput(what, where=copy.parent.parent, remedy="set TMPDIR") from None


def plain(file: BinaryIO) -> bool:
    """Whether what open() gave is the file as it lies on disk: it was not packed."""
    return isinstance(getattr(file, "raw", None), io.FileIO)


class _Watched(io.FileIO):
    """A file that says how far it was read."""

    def __init__(self, path: Path, progress: Progress) -> None:
        super().__init__(inputs.descriptor(path))
        self.progress = progress
        self.bytes = os.fstat(self.fileno()).st_size

    def shrank(self) -> bool:
        """Whether it has fewer bytes than when it was opened."""
        return os.fstat(self.fileno()).st_size < self.bytes

    def readinto(self, buffer: Any) -> int:
        count = super().readinto(buffer)
        self.progress(min(1, self.tell() / max(1, self.bytes)))
        return count or 0


def _unpacked(file: "io.BufferedReader[Any]") -> "io.BufferedReader[Any]":
    start = file.read(6)
    file.seek(0)
    if start.startswith(b"\xfd7zXZ\x00"):
        return lzma.open(file)  # type: ignore[return-value]
    if start.startswith(b"\x1f\x8b"):
        return gzip.open(file)  # type: ignore[return-value]
    if start.startswith(b"\x28\xb5\x2f\xfd"):
        unpack = zstandard.ZstdDecompressor()
        return io.BufferedReader(unpack.stream_reader(file, read_across_frames=True))
    return file
