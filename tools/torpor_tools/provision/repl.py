"""A board at its REPL: programs sent to it, and what it answers."""

import contextlib
import io
import os
import re
import struct
import termios
import time
from pathlib import Path
from typing import Any

import click
import serial
from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from host_sim.errors import BadInput
from torpor_tools.provision import ports

AGENT = "".join(
    (Path(__file__).parent / name).read_text(encoding="utf-8") for name in ("agent.py", "tidy.py")
)
MOST_S = 60.0  # of one answer, however much comes
NAP_S = 2.0
OFTEN_S = 0.02
ANSWER_S = 2.0
RAW = b"raw REPL; CTRL-B to exit"
PRINTED = b"OKtorpor\x04\x04>"

_END = re.compile(rb"torpor: /\w (is the node's own|was taken back: [^\r\n]*)\r?\n")

_REMEDIES = {
    "ENOSPC": "its file system is full",
    " 28": "its file system is full",
    "ENODEV": "its file system cannot be mounted: torpor flash makes a new one",
}

# What mpremote raises where the line is cut: its own, pyserial's (an OSError), the terminal's, and
# what it makes of half an answer.
_CUT = (TransportError, OSError, termios.error, struct.error)


class Cut(Exception):
    """The board does not answer any more."""


class Repl(SerialTransport):  # type: ignore[misc]
    """mpremote's words to a board, on a port that is open; none waits for ever."""

    def __init__(self, line: serial.Serial) -> None:
        self.serial, self.device_name = line, line.port
        self.in_raw_repl = self.mounted = False
        self.is_pty = True  # a read waits for its byte: else mpremote naps between two looks
        self.use_raw_paste = True

    def read_until(self, *args: Any, timeout_overall: float | None = None, **kwargs: Any) -> Any:
        """As it has it, but not without end."""
        most_s = MOST_S if timeout_overall is None else min(timeout_overall, MOST_S)
        return super().read_until(*args, timeout_overall=most_s, **kwargs)


def entered(port: str, wait_s: float) -> Repl:
    """A board's raw REPL, its node interrupted; `wait_s` is how long it may sleep on.

    BadInput where the port cannot be had or nobody answers, Cut where the line was cut meanwhile.
    """
    repl = Repl(ports.opened(port))
    try:
        answers = _interrupt(repl.serial, wait_s)
        if answers:
            with contextlib.redirect_stdout(io.StringIO()):  # mpremote prints what it discards
                repl.enter_raw_repl(soft_reset=False)
            return repl
    except serial.SerialTimeoutException:
        pass  # it takes in nothing: nobody is there
    except _CUT as error:
        close(repl)
        raise Cut(str(error)) from None
    close(repl)
    remedy = "press its RESET button; is MicroPython on it?"
    raise BadInput("does not answer", where=port, remedy=remedy)


def _interrupt(line: serial.Serial, wait_s: float) -> bool:
    """Type Ctrl-C until the REPL answers; whether it did in this time.

    A wake of a node is short, so it is typed often. A node that sleeps is reset by the port's
    lines, as most boards have it; the others have a button.
    """
    line.timeout = OFTEN_S
    began = time.monotonic()
    seen, reset_at_s, asked = b"", NAP_S, False
    while True:
        waited_s = time.monotonic() - began
        if waited_s > wait_s:
            return False
        if waited_s > reset_at_s:
            reset_at_s = waited_s + 2 * NAP_S  # its wake may have been too short to be met
            ports.reset(line)
        if waited_s > 2 * NAP_S and not asked and os.isatty(2):
            asked = True
            click.echo(f"torpor: {line.port}: asleep? Press its RESET button", err=True)
        line.write(b"\r\x03\x01")
        seen = (seen + line.read(4096))[-1_000:]
        if RAW in seen:
            if answers(line):
                line.timeout = ports.SILENT_S
                return True
            seen = b""  # of whoever spoke to it before


def answers(line: serial.Serial) -> bool:
    """Whether a REPL prints what it is told to; it has then answered all that was typed before."""
    line.write(b"\r\x03\x01print('torpor', end='')\x04")
    until = time.monotonic() + ANSWER_S
    told = b""
    while not told.endswith(PRINTED) and time.monotonic() < until:
        told = (told + line.read(max(1, line.in_waiting)))[-1_000:]
    return told.endswith(PRINTED)


def close(repl: SerialTransport) -> None:
    """Let go of the port."""
    with contextlib.suppress(*_CUT):
        repl.close()


class Board:
    """A board whose node is interrupted, where agent.py has run; as entered()."""

    def __init__(self, port: str, wait_s: float) -> None:
        self.port = port
        self.repl = entered(port, wait_s)
        self.exec(AGENT)

    def exec(self, program: str) -> str:
        """Run a program; what it printed. BadInput for an error of its, Cut for silence."""
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                return str(self.repl.exec(program).decode())
        except TransportExecError as error:
            what = error.error_output.strip().splitlines()[-1]
            remedy = next((said for code, said in _REMEDIES.items() if code in what), "try again")
            raise BadInput(f"the board says {what}", where=self.port, remedy=remedy) from None
        except _CUT as error:
            raise Cut(str(error)) from None

    def restart(self) -> None:
        """Reset the board, and let go of it."""
        self._reset()
        close(self.repl)

    def tried(self, most_s: float) -> str:
        """Reset the board, and let go of it when it has told how a trial ended; "" if not in time.

        Its port may go while it sleeps, and come again.
        """
        self._reset()
        told, until = b"", time.monotonic() + most_s
        while not (end := _END.search(told)) and time.monotonic() < until:
            try:
                told = (told + self.repl.serial.read(max(self.repl.serial.in_waiting, 1)))[-1_000:]
            except _CUT:
                close(self.repl)
                time.sleep(OFTEN_S)
                with contextlib.suppress(*_CUT):
                    self.repl.serial.open()
        close(self.repl)
        return end[1].decode(errors="replace") if end else ""

    def _reset(self) -> None:
        with contextlib.suppress(*_CUT):
            self.repl.exec_raw_no_follow("import machine\nmachine.reset()")
