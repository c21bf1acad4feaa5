"""torpor logs: what a node keeps, and its console, by the port that is there."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import threading
import tty
from pathlib import Path
from types import SimpleNamespace

import pytest
from serial.tools import list_ports

from tests.provision.board import Board, Line
from tests.provision.deployed import SIZE, files
from torpor_tools import cli
from torpor_tools.provision import filesystem

Capture = pytest.CaptureFixture[str]


def there(monkeypatch: pytest.MonkeyPatch, *ports: str) -> None:
    monkeypatch.setattr(list_ports, "comports", lambda: [SimpleNamespace(device=p) for p in ports])


def test_both_versions_logs_are_told(
    board: Board, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the only port."""
    with files(board) as flash:
        flash.mkdir("b")
        for slot in "ab":
            with flash.open(f"{slot}/torpor.log", "wb") as file:
                file.write(f"Traceback of {slot}\nValueError: no ünit\n".encode())
    with Line(board) as line:
        there(monkeypatch, line.port)
        assert cli.run(["logs"]) == 0
    said = capsys.readouterr().out
    runs, other = (
        said.index("/a, which runs:\nTraceback of a\n"),
        said.index("/b:\nTraceback of b\n"),
    )
    assert runs < other
    assert said.endswith("ValueError: no ünit\n")


def test_a_log_with_a_name_of_a_damaged_module_is_told(board: Board, capsys: Capture) -> None:
    with files(board) as flash, flash.open("a/torpor.log", "wb") as file:
        file.write(b"NameError: name '\xffor' isn't defined\n")
    with Line(board) as line:
        assert cli.run(["logs", "--port", line.port]) == 0
    assert "NameError: name '\ufffdor' isn't defined\n" in capsys.readouterr().out


def test_a_log_that_is_not_there_is_said(board: Board, capsys: Capture) -> None:
    with Line(board) as line:
        assert cli.run(["logs", "--port", line.port]) == 0
        assert capsys.readouterr().out == f"{line.port} has nothing in its log\n"
    with Line(board) as line:
        assert cli.run(["logs", "--port", line.port, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"runs": "/a", "configured": True, "logs": {}}


def test_a_node_that_is_interrupted_before_its_version_runs_is_asked_all_the_same(
    tmp_path: Path, capsys: Capture
) -> None:
    held = {"a/config.json": b"{}", "a/torpor.log": b"Traceback of a", "torpor.log": b"ENOENT"}
    with Line(Board(tmp_path, filesystem.image(held, SIZE))) as line:
        assert cli.run(["logs", "--port", line.port]) == 0
        assert capsys.readouterr().out == "/a:\nTraceback of a\n"


def test_a_board_without_a_configuration_says_so_and_not_what_it_made_of_that(
    tmp_path: Path, capsys: Capture
) -> None:
    board = Board(tmp_path, filesystem.image({"torpor.log": b"OSError: [Errno 2] ENOENT"}, SIZE))
    with Line(board) as line:
        assert cli.run(["logs", "--port", line.port]) == 0
        told = f"{line.port} has no configuration: torpor deploy --config node.toml\n"
        assert capsys.readouterr().out == told


def test_what_failed_before_there_was_a_version_is_told_no_more(
    board: Board, capsys: Capture
) -> None:
    with files(board) as flash, flash.open("torpor.log", "wb") as file:
        file.write(b"OSError: [Errno 2] ENOENT")
    with Line(board) as line:
        assert cli.run(["logs", "--port", line.port]) == 0
        assert capsys.readouterr().out == f"{line.port} has nothing in its log\n"


@pytest.mark.parametrize("command", ["logs", "deploy"])
@pytest.mark.parametrize(
    ("ports", "told"),
    [
        ([], "no port; name it by --port; ports here: none"),
        (["/dev/b", "/dev/a"], "which port?; name it by --port; ports here: /dev/a, /dev/b"),
    ],
)
def test_without_a_choice_there_is_no_port(
    command: str, ports: list[str], told: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    there(monkeypatch, *ports)
    assert cli.run([command]) == 2
    assert capsys.readouterr().err == f"torpor: {told}\n"


def test_the_console_is_shown_until_ctrl_c() -> None:
    """And nothing is typed into it."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    words = [
        sys.executable,
        "-m",
        "torpor_tools.start",
        "logs",
        "--follow",
        "--port",
        os.ttyname(slave),
    ]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        stop = threading.Timer(60, process.kill)
        stop.start()
        while not select.select([process.stdout], [], [], 0.2)[0]:  # what comes first is too early
            os.write(master, b"fault: OSError(19,)\r\n")
        said = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, error = process.communicate()
        stop.cancel()
    assert said == b"fault: OSError(19,)\n"
    assert (process.returncode, error) == (0, b"")
    os.set_blocking(master, False)
    with pytest.raises(BlockingIOError):
        os.read(master, 1)
    os.close(master)
    os.close(slave)
