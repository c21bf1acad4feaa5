"""Whether the last row of a text file is whole: without a newline behind it, it may be cut off."""

from pathlib import Path

from host_sim.errors import BadInput


def check_alike(last: bytes, above: bytes, path: Path, line: int) -> None:
    """Of a row that lacks its end: BadInput where its last number has other digits than above.

    For exporters, which print a column's numbers alike.
    """
    if _digits(last) != _digits(above):
        raise BadInput("the last row is cut off", where=path, line=line, remedy="export it again")


def check_ended(ended: bool, path: Path, line: int) -> None:
    """BadInput where a row lacks its end; for loggers, whose numbers have digits as they come."""
    if not ended:
        what = "the last line lacks its end and may be cut off"
        remedy = "end it if it is whole, else export again"
        raise BadInput(what, where=path, line=line, remedy=remedy)


def _digits(text: bytes) -> tuple[bytes, int]:
    """Of a text's last number: whether it has a point, and how many digits behind it or in all."""
    _, point, digits = text.rpartition(b"\n")[2].rpartition(b",")[2].rpartition(b".")
    return point, len(digits)
