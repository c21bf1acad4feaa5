"""A line that the command must refuse: one line on stderr, exit status 2, and nothing written."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tools import cli


def contents(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Every file with its number, its size and when it was changed."""
    found = ((path, path.lstat()) for path in folder.rglob("*"))
    return {str(path): (at.st_ino, at.st_size, at.st_mtime_ns) for path, at in found}


def refused(args: Sequence[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a line that must be refused, and leave a folder as it is; what it says."""
    before = contents(folder)
    assert cli.run([*args]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("torpor: ")
    assert said.err.count("\n") == 1
    assert contents(folder) == before
    return said.err
