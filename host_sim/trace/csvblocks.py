"""A large text file in blocks of whole lines, so that it is never in memory as a whole."""

from collections.abc import Iterator

from host_sim.errors import BadInput
from host_sim.trace.source import Source

BLOCK_BYTES = 1 << 20


def blocks(source: Source, header_lines: int) -> Iterator[tuple[int, bytes]]:
    """(Number of its first line, whole lines) of each block after the header.

    Blank lines at the end are left out. A last line without its end is refused where its last
    number has not as many digits as the one above, for exporters print them alike: it is cut.
    """
    line, held, rest = header_lines + 1, b"", b""
    with source.open() as file:
        for _ in range(header_lines):
            file.readline()
        while data := file.read(BLOCK_BYTES):
            whole, end, rest = (rest + data).rpartition(b"\n")
            if len(rest) > BLOCK_BYTES:
                raise BadInput("a line without end", where=source.path, remedy="export it again")
            if end and held:
                yield line, held
                line += held.count(b"\n")
            if end:
                held = whole + end
    last = (held + rest).rstrip()
    if rest.strip() and held and _digits(last) != _digits(held.rstrip()):
        number = line + last.count(b"\n")
        raise BadInput(
            "the last row is cut off", where=source.path, line=number, remedy="export it again"
        )
    if last:
        yield line, last + b"\n"


def _digits(text: bytes) -> tuple[bytes, int]:
    """Of the last number: whether there is a point, and how many digits follow it."""
    _, point, digits = text.rpartition(b"\n")[2].rpartition(b",")[2].rpartition(b".")
    return point, len(digits)
