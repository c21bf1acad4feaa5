"""A line that the command must refuse: one line on stderr, exit status 2, and nothing written."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from torpor_tools import cli

MOST_S = 30  # of one line: a hang, not a slow machine


class Hangs(BaseException):
    """It took longer than a command may."""


@contextmanager
def watched() -> Iterator[None]:
    """A hang fails; it does not hang the tests."""

    def bark(number: int, frame: object) -> None:
        raise Hangs

    before = signal.signal(signal.SIGALRM, bark)
    signal.setitimer(signal.ITIMER_REAL, MOST_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def contents(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Every file with its number, its size and when it was changed."""
    found = ((path, path.lstat()) for path in folder.rglob("*"))
    return {str(path): (at.st_ino, at.st_size, at.st_mtime_ns) for path, at in found}


def refused(
    args: Sequence[str], folder: Path, capsys: pytest.CaptureFixture[str], late: bool = False
) -> str:
    """Run a line that must be refused, and leave a folder as it is; what it says.

    It may be refused late: with its results printed.
    """
    capsys.readouterr()
    before = contents(folder)
    with watched():
        assert cli.run([*args]) == 2
    said = capsys.readouterr()
    assert said.out == "" or late
    assert said.err.startswith("torpor: ")
    assert said.err.count("\n") == 1
    assert len(said.err) < 1_000
    assert "; " in said.err or "(see torpor " in said.err, "no remedy"
    assert contents(folder) == before
    return said.err
