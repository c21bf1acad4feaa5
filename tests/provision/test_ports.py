"""Ports that are none, silent, deaf, noisy, busy or cut: one line, in time, from every command."""

import fcntl
import os
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.provision import made
from tests.refused import watched
from torpor_tools import cli
from torpor_tools.commands import deploy, pil
from torpor_tools.provision import loader, ports, repl

RAW = b"raw REPL; CTRL-B to exit\r\n>"
Serve = Callable[[int, threading.Event], None]


def silent(ours: int, done: threading.Event) -> None:
    """Take in everything and say nothing."""
    os.set_blocking(ours, False)
    while not done.wait(0.01):
        with suppress(OSError):
            os.read(ours, 4096)


def deaf(ours: int, done: threading.Event) -> None:
    """Take in nothing: what is written fills up, and waits."""
    done.wait()


def noisy(ours: int, done: threading.Event) -> None:
    """Talk without end, whatever is asked."""
    os.set_blocking(ours, False)
    while not done.wait(0.001):
        with suppress(OSError):
            os.read(ours, 4096)
        with suppress(OSError):
            os.write(ours, RAW + b"more and more " * 20)


def cut(ours: int, done: threading.Event) -> None:
    """Be pulled as soon as something comes."""
    os.read(ours, 1)
    os.close(ours)


@contextmanager
def served(serve: Serve) -> Iterator[str]:
    """A terminal with this at its other end."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    done = threading.Event()
    thread = threading.Thread(target=serve, args=(ours, done), daemon=True)
    thread.start()
    try:
        yield os.ttyname(theirs)
    finally:
        done.set()
        thread.join()
        for end in (ours, theirs):
            with suppress(OSError):
                os.close(end)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a second where a user would for half a minute."""
    for module, name, seconds in (
        (deploy, "WAIT_S", 1.0),
        (deploy, "AGAIN_S", 0.0),
        (pil, "WAIT_S", 1.0),
        (ports, "SILENT_S", 0.5),
        (repl, "MOST_S", 2.0),
        (loader, "AGAIN_S", 0.0),
    ):
        monkeypatch.setattr(module, name, seconds)


def line(command: str, port: str, folder: Path) -> list[str]:
    if command == "pil":
        return ["pil", "garden", "--days", "0.1", "--port", port]
    if command == "deploy":
        return ["deploy", "--port", port]
    if command == "record":
        return ["record", "--ppk2", port, "--out", str(folder / "new.parquet")]
    firmware = str(made.firmware(folder))
    return ["flash", "--board", "lolin32_lite", "--firmware", firmware, "--port", port]


def said(command: str, port: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What a command says that must give up; esptool's own progress is left out."""
    args = line(command, port, folder)
    before = sorted(folder.iterdir())
    with watched():
        assert cli.run(args) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Traceback" not in printed.err
    assert "ERROR" not in printed.err
    assert sorted(folder.iterdir()) == before
    return [row for row in printed.err.splitlines() if row.startswith("torpor: ")]


COMMANDS = ["pil", "deploy", "record", "flash"]


@pytest.mark.parametrize("serve", [silent, deaf, noisy])
@pytest.mark.parametrize("command", COMMANDS)
def test_nobody_who_answers(
    command: str, serve: Serve, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(serve) as port:
        told = said(command, port, tmp_path, capsys)
    assert told[-1].startswith(f"torpor: {port}: ")
    assert "busy" not in told[-1]
    assert len(told) == 1 or (command, serve) == ("deploy", noisy)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_cable_that_is_cut(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was there when it was opened; deploy tells of each time that it tries again."""
    with served(cut) as port:
        told = said(command, port, tmp_path, capsys)
    assert "busy" not in told[-1]
    assert any(word in told[-1] for word in ("cut", "gone"))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_port_that_another_program_has(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(silent) as port:
        other = os.open(port, os.O_RDWR | os.O_NOCTTY)
        fcntl.flock(other, fcntl.LOCK_EX)
        (told,) = said(command, port, tmp_path, capsys)
        os.close(other)
    assert told.startswith(f"torpor: {port}: is busy; close what uses it")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_device_that_is_no_terminal(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (told,) = said(command, "/dev/null", tmp_path, capsys)
    assert told.startswith("torpor: /dev/null: is no serial port; ports here: ")
