"""A deployment cut at any moment: the board starts the old version or the new one, whole.

The versions are toys whose every file says which one it is of: main.py prints them all.
"""

import random
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.provision.board import Board, Line
from torpor_tools.provision import filesystem, layout, sending
from torpor_tools.provision.repl import Board as Repl
from torpor_tools.provision.repl import Cut

SIZE = 64 * filesystem.BLOCK
MAIN = """\
import json
from torpor import {names}
print("{version}", json.load(open("config.json")), *[module.V for module in ({names})])
"""


def version(name: str, modules: tuple[str, ...]) -> dict[str, bytes]:
    """A version with these modules; each has more than a block of its own."""
    body = f"V = {name!r}\n" + f"# {name}\n" * 300
    out = {f"torpor/{module}.py": body.encode() for module in modules}
    out["torpor/same.py"] = b"V = 'same'\n" + b"# equal in both\n" * 300
    names = ", ".join((*modules, "same"))
    out["main.py"] = MAIN.format(names=names, version=name).encode()
    return out


OLD = {**version("old", ("one", "two", "gone")), "config.json": b'"kept"'}
NEW = version("new", ("one", "two", "three"))
PRINTS = {"old": "old kept old old old same\n", "new": "new kept new new new same\n"}


@pytest.fixture(scope="module")
def image() -> bytes:
    return layout.file_system(OLD, SIZE)


@contextmanager
def deployed(
    board: Board, trial: bool = True, **cut: float
) -> Iterator[tuple[Line, sending.Sent | None]]:
    """The line over which NEW was sent, and what was, or None where it was cut."""
    done = None
    with Line(board, **cut) as line:  # type: ignore[arg-type]
        try:
            repl = Repl(line.port, 5)
            done = sending.deploy(repl, NEW, None, lambda done: None, trial=trial)
            repl.restart()
        except Cut:
            pass
    yield line, done


def runs(board: Board) -> str:
    """Which version starts; it must be whole."""
    done: subprocess.CompletedProcess[str] = board.start()
    (name,) = (name for name, printed in PRINTS.items() if done.stdout == printed)
    return name


def test_uncut(image: bytes, tmp_path: Path) -> None:
    board = Board(tmp_path, image)
    assert runs(board) == "old"
    with deployed(board) as (_, done):
        assert done
        assert sorted(done.sent) == ["main.py", "torpor/one.py", "torpor/three.py", "torpor/two.py"]
        assert done.copied == ["config.json", "torpor/same.py"]
        assert done.kept == []
    assert runs(board) == "new"


def cuts(image: bytes, folder: Path) -> list[int]:
    """The first byte of every file and of the switch, and others at random."""
    with deployed(Board(folder, image)) as (line, _):
        found = re.finditer(rb"file = put|(?<!def )switch\(\)", line.passed)
    marks = [one.start() for one in found]
    assert (
        len(marks) == 8
    )  # four files, boot.py of the trial and of its good end, its state, the switch
    dice = random.Random(1)
    return sorted({*marks, *dice.sample(range(marks[0], len(line.passed)), 6)})


def test_the_line_cut_at_every_file_and_at_random(image: bytes, tmp_path: Path) -> None:
    outcomes = []
    for number, after in enumerate(cuts(image, tmp_path)):
        board = Board(tmp_path, image)
        with deployed(board, cut_after=after, lingers_s=0.02 * (number % 2)):
            pass
        outcomes.append(runs(board))
        if number % 4 == 0:
            with deployed(board):
                pass
            assert runs(board) == "new"
    assert "old" in outcomes


class Writing(Repl):
    """A board that is asked how often it has written to flash, behind each program."""

    def __init__(self, port: str) -> None:
        self.writes = 0
        self.by: dict[str, range] = {}  # of a program by the name that it begins with
        super().__init__(port, 5)

    def exec(self, program: str) -> str:
        told = super().exec(program)
        done = super().exec("import start\nprint((1 << 30) - start.flash.writes_left)")
        before, self.writes = self.writes, int(done)
        self.by[program.partition("(")[0]] = range(before + 1, self.writes + 1)
        return told


def writes(image: bytes, folder: Path, trial: bool = True) -> Writing:
    """How often a deployment writes to flash, and each of its programs."""
    with Line(Board(folder, image)) as line:
        repl = Writing(line.port)
        sending.deploy(repl, NEW, None, lambda done: None, trial=trial)
        repl.restart()
    return repl


def test_the_power_cut_at_writes_to_flash(image: bytes, tmp_path: Path) -> None:
    """At each of the last writes, and at others: half of a block is written, and no more."""
    total = writes(image, tmp_path).writes
    dice = random.Random(2)
    outcomes = []
    for last in sorted({*range(total - 4, total + 2), *dice.sample(range(1, total - 4), 6)}):
        board = Board(tmp_path, image)
        with deployed(board, writes=last):
            pass
        outcomes.append(runs(board))
    assert outcomes == sorted(outcomes, reverse=True)  # old, and from some write on new
    assert {*outcomes} == {"old", "new"}


@pytest.mark.parametrize(("tidies", "starts"), [("anew", "old"), ("compact", "new")])
def test_the_power_cut_as_folders_are_tidied(
    image: bytes, tmp_path: Path, tidies: str, starts: str
) -> None:
    """At the first write, at the last, and at others: the next deployment goes through."""
    during = writes(image, tmp_path, trial=False).by[tidies]
    assert len(during) > 8
    dice = random.Random(3)
    for last in sorted({during[0], during[-1], *dice.sample(during, 6)}):
        board = Board(tmp_path, image)
        with deployed(board, trial=False, writes=last):
            pass
        assert runs(board) == starts
        with deployed(board, trial=False):
            pass
        assert runs(board) == "new"
        names = filesystem.mounted(bytearray(board.flash.read_bytes())).listdir("/")
        assert {*names} <= {"a", "b", "boot.py", "tidy"}
