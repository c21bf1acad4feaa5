"""A recording while a PPK2 makes it: a line of text, then frames as in a .ppk2's session.raw.

What is written can be read at any moment, so it survives its program and, but for the last second
or two, the computer's power.
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import numpy as np

from host_sim.errors import BadInput
from host_sim.files import outputs
from host_sim.trace.columns.source import Source
from host_sim.trace.formats import ppk2file
from host_sim.trace.formats.ppk2file import BLOCK_BYTES, FRAME, Frames
from host_sim.trace.recording import Bits, Recording, Samples

NAME = "torpor record's .part"
RATE_HZ = 100_000
HEAD = b"torpor record, PPK2, 100000 Hz\n"
SYNC_S = 1.0


def matches(data: bytes) -> bool:
    """Whether the file begins as one."""
    return data.startswith(HEAD)


def read(source: Source) -> Recording:
    """All samples that came to the disk; BadInput when there are no two."""
    with source.open() as file:
        file.read(len(HEAD))
        return ppk2file.recorded(_blocks(file), RATE_HZ, source)


def _blocks(file: BinaryIO) -> Iterator[Frames]:
    """Whole frames. One without a state of four channels is a hole that a power cut left."""
    while data := file.read(BLOCK_BYTES):
        block = np.frombuffer(data, FRAME, len(data) // FRAME.itemsize).copy()
        holes = (block["pairs"] & 0xFF == 0) | (block["pairs"] >> 8 == 0)
        block["current_ua"][holes] = np.nan
        yield block


class Part:
    """The file while it is written. BadInput when it exists or cannot be written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.samples = 0
        with outputs.blamed(path):
            try:
                self.file = path.open("xb", buffering=0)
            except FileExistsError:
                what = "left by a recording that was cut off"
                remedy = "keep it by torpor trace convert, then remove it"
                raise BadInput(what, where=path, remedy=remedy) from None
            self.file.write(HEAD)
        # A disk may take longer to sync than the instrument waits.
        self.syncs = ThreadPoolExecutor(1)
        self._sync()

    def __enter__(self) -> "Part":
        return self

    def __exit__(self, *_: object) -> None:
        self.syncs.shutdown()
        self.file.close()

    def append(self, current_ua: Samples, bits: Bits) -> None:
        """Add samples in µA, NaN where one is missing, and the channels of each."""
        data = memoryview(ppk2file.frames(current_ua, bits).tobytes())
        try:
            while data:
                data = data[self.file.write(data) :]
            if self.syncing.done() and time.monotonic() - self.synced > SYNC_S:
                self.syncing.result()
                self._sync()
        except OSError as error:
            raise BadInput(f"no room for the samples ({error.strerror})", where=self.path) from None
        self.samples += len(current_ua)

    def _sync(self) -> None:
        self.synced = time.monotonic()
        self.syncing = self.syncs.submit(os.fsync, self.file.fileno())
