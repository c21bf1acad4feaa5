"""boot.py: which version a board starts, and where a wake goes on."""

import json
from pathlib import Path

import pytest

from tests.provision.board import Board
from tests.provision.deployed import SIZE
from torpor_tools.fakes import world
from torpor_tools.provision import filesystem, version


@pytest.mark.parametrize(
    ("left", "printed", "code"), [("a", "a", 0), ("b", "b", 0), ("", "", world.SLEPT)]
)
def test_a_slot_that_is_damaged_starts_the_other_and_two_sleep(
    tmp_path: Path, left: str, printed: str, code: int
) -> None:
    """boot.py must not raise: the chip would end at its REPL, awake."""
    main = {f"{left}/main.py": f"print({left!r}, end='')".encode()} if left else {}
    boot = {"boot.py": version.pointer("a")}
    started = Board(tmp_path, filesystem.image({**main, **boot}, SIZE)).start()
    assert (started.stdout, started.returncode) == (printed, code)


@pytest.mark.parametrize(
    ("cause", "wake", "printed"),
    [
        (world.DEEPSLEEP, "print(path, end='')\n raise SystemExit", "/a/config.json"),
        (world.DEEPSLEEP, "raise ValueError", "main"),
        (world.HARD, "print('it was imported')", "main"),
    ],
)
def test_a_wake_goes_on_before_main_py_and_where_it_fails_that_follows(
    tmp_path: Path, cause: int, wake: str, printed: str
) -> None:
    slot = {"a/awake.py": f"def run(path):\n {wake}", "a/main.py": "print('main', end='')"}
    held = {name: text.encode() for name, text in slot.items()} | {"boot.py": version.pointer("a")}
    board = Board(tmp_path, filesystem.image(held, SIZE))
    board.world.write_text(json.dumps({**world.fresh(), "reset_cause": cause}))
    assert board.start().stdout == printed


@pytest.mark.parametrize(("library", "first"), [(True, ["", ".frozen"]), (False, [".frozen", ""])])
def test_what_is_frozen_comes_first_only_for_a_version_without_the_library(
    tmp_path: Path, library: bool, first: list[str]
) -> None:
    held = {
        "a/main.py": b"import sys\nprint(sys.path[:2], end='')",
        "boot.py": version.pointer("a", library),
    }
    assert Board(tmp_path, filesystem.image(held, SIZE)).start().stdout == str(first)
