"""torpor deploy to a board at its REPL, and what lies on the board then."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from littlefs import LittleFS

from tests.provision.board import Board, Line
from torpor_tools import cli
from torpor_tools.provision import filesystem

SIZE = 256 * filesystem.BLOCK


def deploy(board: Board, *args: object) -> int:
    with Line(board) as line:
        return cli.run(["deploy", "--port", line.port, *map(str, args)])


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


@contextmanager
def files(board: Board) -> Iterator[LittleFS]:
    """The board's file system, written back afterwards."""
    data = bytearray(board.flash.read_bytes())
    flash = filesystem.mounted(data)
    yield flash
    flash.unmount()
    board.flash.write_bytes(data)


def content(board: Board, path: str) -> bytes:
    with files(board) as flash, flash.open(path, "rb") as file:
        return bytes(file.read())


def nvs(board: Board) -> dict[str, str]:
    found: dict[str, str] = json.loads(board.world.read_text()).get("nvs", {})
    return found
