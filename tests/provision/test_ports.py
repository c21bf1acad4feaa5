"""Ports that are none, silent, deaf, noisy, busy or cut: one line, in time, from every command."""

import errno
import fcntl
import os
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

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


class Line:
    """A line whose modem signals are a chip's, or a pseudo-terminal's, which has none."""

    has_signals: bool
    done: list[object]

    def __init__(self, has_signals: bool) -> None:
        self.__dict__.update(has_signals=has_signals, baudrate=115_200, done=[])

    def __setattr__(self, name: str, value: object) -> None:
        if name != "baudrate" and not self.has_signals:
            raise OSError(errno.ENOTTY, name)
        self.done.append((name, value))


@pytest.mark.parametrize(
    ("has_signals", "done"),
    [
        (True, [("dtr", False), ("rts", True), 0.1, ("rts", False)]),  # BOOT is not held
        (False, [("baudrate", 1_200), 0.1, ("baudrate", 115_200)]),
    ],
)
def test_a_reset_is_a_pulse(
    has_signals: bool, done: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(has_signals)
    monkeypatch.setattr(time, "sleep", line.done.append)
    ports.reset(line)  # type: ignore[arg-type]
    assert line.done == done


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "no port; name it by --port; ports here: none"),
        (["b", "a"], "which port?; name it by --port; ports here: a, b"),
    ],
)
def test_only_one_port_needs_no_name(
    names: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = list(map(ListPortInfo, names))
    monkeypatch.setattr(list_ports, "comports", lambda: found)
    with pytest.raises(ports.Refused) as refused:
        ports.only()
    assert str(refused.value) == said
    found[:] = [ListPortInfo("c")]
    assert ports.only() == "c"


def test_a_port_of_somebody_else_s_tells_of_its_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.R_OK | os.W_OK)
    with pytest.raises(ports.Refused, match="you may not open it; join the group"):
        ports.check("/dev/null")
