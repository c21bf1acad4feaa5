"""A large text file in blocks of whole lines, so that it is never in memory as a whole."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from host_sim.errors import BadInput
from host_sim.trace.source import Source

BLOCK_BYTES = 1 << 19  # what comes of one stays in the processor's cache
NEWLINE = ord("\n")
AT_ONCE = 2  # blocks that are parsed while those before them are used

Parsed = TypeVar("Parsed")


def blocks(source: Source, header_lines: int) -> Iterator[tuple[int, bytes]]:
    """(Number of its first line, whole lines) of each block after the header.

    Blank lines at the end are left out. A last line without its end is refused where its last
    number has not as many digits as the one above, for exporters print them alike: it is cut.
    """
    line, above, held = header_lines + 1, b"", b""
    with source.open() as file:
        for _ in range(header_lines):
            file.readline()
        while data := file.read(BLOCK_BYTES):
            end = file.readline(BLOCK_BYTES)
            if len(end) == BLOCK_BYTES:
                raise BadInput("a line without end", where=source.path, remedy="export it again")
            block = data + end
            if block.isspace():
                held += block
                continue
            if held:
                yield line, held
                line += int(np.count_nonzero(np.frombuffer(held, np.uint8) == NEWLINE))
            above, held = held, block
    last = held.rstrip()
    before, _, row = held.rpartition(b"\n")
    before = (before or above).rstrip()
    if row.strip() and before and _digits(last) != _digits(before):
        number = line + held.count(b"\n")
        raise BadInput(
            "the last row is cut off", where=source.path, line=number, remedy="export it again"
        )
    if last:
        yield line, last + b"\n"


def _digits(text: bytes) -> tuple[bytes, int]:
    """Of the last number: whether there is a point, and how many digits follow it."""
    _, point, digits = text.rpartition(b"\n")[2].rpartition(b",")[2].rpartition(b".")
    return point, len(digits)


def in_turn(
    parse: Callable[[int, bytes], Parsed], found: Iterable[tuple[int, bytes]]
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
