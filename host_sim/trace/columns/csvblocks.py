"""A large text file in blocks of whole lines, so that it is never in memory as a whole."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO, TypeVar

import numpy as np

from host_sim.errors import BadInput
from host_sim.trace.columns import ending
from host_sim.trace.columns.source import Source

BLOCK_BYTES = 1 << 20
NEWLINE = ord("\n")
AT_ONCE = 2  # blocks that are parsed while those before them are used

Parsed = TypeVar("Parsed")
Text = memoryview  # of whole lines


def blocks(source: Source) -> Iterator[tuple[int, Text]]:
    """(Number of its first line, whole lines) of each block after the line of the header.

    Blank lines at the end are left out. A last row that lacks its end and has other digits than the
    one above is refused.
    """
    line, above, held = 2, Text(b""), Text(b"")
    with source.open() as file:
        file.readline()
        for block in _read(source, file):
            if bytes(block[:1]).isspace() and bytes(block).isspace():
                held = Text(bytes(held) + bytes(block))
                continue
            if held:
                yield line, held
                line += int(np.count_nonzero(np.frombuffer(held, np.uint8) == NEWLINE))
            above, held = held, block
        end = bytes(held)
        before, _, row = end.rpartition(b"\n")
        before = (before or bytes(above)).rstrip()
    last = end.rstrip()
    if row.strip() and before:
        ending.check_alike(last, before, source.path, line + end.count(b"\n"))
    if last:
        yield line, Text(last + b"\n")


def _read(source: Source, file: BinaryIO) -> Iterator[Text]:
    """Whole lines, each block in bytes of its own. Not mapped: a file may shrink while it is read.

    The last of them may lack its end.
    """
    rest = b""
    while True:
        block = bytearray(BLOCK_BYTES)
        block[: len(rest)] = rest
        size = len(rest) + file.readinto(Text(block)[len(rest) :])  # type: ignore[attr-defined]
        if size == len(rest):
            break
        end = block.rfind(b"\n", 0, size) + 1
        rest = bytes(block[end:size])
        if len(rest) == BLOCK_BYTES:
            raise BadInput("a line without end", where=source.path, remedy="export it again")
        if end:
            yield Text(block)[:end].toreadonly()
    if rest:
        yield Text(rest)


def in_turn(
    parse: Callable[[int, Text], Parsed], found: Iterable[tuple[int, Text]]
) -> Iterator[Parsed]:
    """What `parse` makes of each block, in their order, some ahead on other threads."""
    begun: deque[Future[Parsed]] = deque()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for line, data in found:
            begun.append(pool.submit(parse, line, data))
            if len(begun) > AT_ONCE:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
