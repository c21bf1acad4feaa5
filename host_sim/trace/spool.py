"""Columns of samples larger than memory: appended in chunks, kept in a nameless file, walked.

A column is an ordinary numpy array, in memory while it is small, else mapped from the file. Walk
it with `chunks`, which gives the pages back; whole-array operations on a mapped one fill memory.
"""

import mmap
import tempfile
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from host_sim.errors import BadInput

IN_MEMORY_BYTES = 2 << 20
CHUNK = 1 << 20  # samples
PLACES = 64  # looked at before their pages, up to 2 MB each, are given back

Array = npt.NDArray[Any]


class Spool:
    """A column while it is written."""

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self.dtype = np.dtype(dtype)
        self.parts: list[Array] = []
        self.held = 0
        self.file: IO[bytes] | None = None

    def append(self, samples: Array) -> None:
        """Add samples; they are copied. BadInput when there is no room for them on disk."""
        part = np.array(samples, self.dtype)
        self.parts.append(part)
        self.held += part.nbytes
        if self.held > IN_MEMORY_BYTES:
            self._flush()

    def array(self) -> Array:
        """All that was appended."""
        if self.file is None:
            return np.concatenate([np.empty(0, self.dtype), *self.parts])
        self._flush()
        mapped = mmap.mmap(self.file.fileno(), 0, access=mmap.ACCESS_READ)
        self.file.close()
        return np.frombuffer(mapped, self.dtype)

    def _flush(self) -> None:
        try:
            if self.file is None:
                self.file = tempfile.TemporaryFile()  # noqa: SIM115  lives until array()
            for part in self.parts:
                self.file.write(part.data)
            self.file.flush()
        except OSError as error:
            where = tempfile.gettempdir()
            raise BadInput(
                f"no room for the samples ({error.strerror})", where=where, remedy="set TMPDIR"
            ) from None
        self.parts, self.held = [], 0


def chunks(column: Array, size: int = CHUNK) -> Iterator[Array]:
    """A column in parts of `size` samples, of which only one is in memory."""
    for start in range(0, len(column), size):
        yield column[start : start + size]
        give_back(column)


def give_back(column: Array) -> None:
    """Let go of a mapped column's pages; they are read again when they are wanted."""
    owner = column
    while isinstance(owner, np.ndarray) and owner.base is not None:
        owner = owner.base
    mapped = owner.obj if isinstance(owner, memoryview) else owner
    if isinstance(mapped, mmap.mmap):
        mapped.madvise(mmap.MADV_DONTNEED)
