"""The line to a board: away, absent, busy, silent, or cut."""

import os
import pty
import threading
import tty
from pathlib import Path

import pytest
import serial

from tests.provision.board import Board, Line
from torpor_tools import cli
from torpor_tools.commands import deploy as command
from torpor_tools.provision import ports


def test_a_port_that_is_away_is_waited_for(
    board: Board,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As that of a board with USB of its own, which wakes now and then."""
    monkeypatch.setattr(ports, "DEVICES", str(tmp_path))
    name = tmp_path / "ttyACM0"
    with Line(board) as line:
        coming = threading.Timer(0.3, name.symlink_to, (line.port,))
        coming.start()
        assert cli.run(["deploy", "--port", str(name)]) == 0
        coming.join()
    said = capsys.readouterr()
    assert "is up to date" in said.out
    assert said.err == (
        f"torpor: {name}: not there, asleep? Press the board's RESET button, or plug it in\n"
    )
    name.unlink()
    monkeypatch.setattr(command, "WAIT_S", 0.1)
    assert cli.run(["deploy", "--port", str(name)]) == 2
    assert f"torpor: {name}: no such port; ports here: " in capsys.readouterr().err


def test_a_port_that_is_absent_busy_or_silent_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["deploy", "--port", str(tmp_path / "none")]) == 2
    assert ": no such port; ports here: " in capsys.readouterr().err
    (tmp_path / "file").touch()
    assert cli.run(["deploy", "--port", str(tmp_path / "file")]) == 2
    assert ": is no serial port; ports here: " in capsys.readouterr().err
    monkeypatch.setattr(command, "WAIT_S", 0)
    master, slave = pty.openpty()
    tty.setraw(slave)
    port = os.ttyname(slave)
    assert cli.run(["deploy", "--port", port]) == 2
    said = capsys.readouterr().err
    assert said == (
        f"torpor: {port}: does not answer; press its RESET button; is MicroPython on it?\n"
    )
    with serial.Serial(port, exclusive=True):
        assert cli.run(["deploy", "--port", port]) == 2
    assert capsys.readouterr().err.startswith(f"torpor: {port}: is busy; ")
    os.close(slave)
    os.close(master)


def test_a_line_that_stays_cut_is_told(
    board: Board, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "AGAIN_S", 0)
    with Line(board, cut_after=3_500) as line:
        assert cli.run(["deploy", "--port", line.port]) == 2
    *tries, last = capsys.readouterr().err.splitlines()
    assert len(tries) == command.ATTEMPTS
    assert last == (
        f"torpor: {line.port}: the line to the board was cut; it starts the version that it had, "
        "or the new one if all of it had arrived"
    )
