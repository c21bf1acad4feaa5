"""A board at its REPL: programs sent to it, and what it answers."""

import contextlib
import io
import struct
import termios
import time
from pathlib import Path

import click
from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from host_sim.errors import BadInput
from tools.provision import ports

AGENT = (Path(__file__).parent / "agent.py").read_text(encoding="utf-8")
SILENT_S = 5.0
NAP_S = 2.0
OFTEN_S = 0.02
RAW = b"raw REPL; CTRL-B to exit"

# What mpremote raises where the line is cut: its own, pyserial's (an OSError), the terminal's, and
# what it makes of half an answer.
_CUT = (TransportError, OSError, termios.error, struct.error)


class Cut(Exception):
    """The board does not answer any more."""


class Shut(Cut):
    """The port cannot be opened."""


class Board:
    """A board whose node is interrupted; `wait_s` is how long it may sleep on."""

    def __init__(self, port: str, wait_s: float) -> None:
        self.port = port
        try:
            self.repl = SerialTransport(port, baudrate=115200, timeout=SILENT_S)
        except TransportError:
            raise Shut("it cannot be opened") from None
        except _CUT as error:
            raise Cut(str(error)) from None
        try:
            answers = self._interrupt(wait_s)
            if answers:
                with contextlib.redirect_stdout(io.StringIO()):  # mpremote prints what it discards
                    self.repl.enter_raw_repl(soft_reset=False)
        except _CUT as error:
            self.close()
            raise Cut(str(error)) from None
        if not answers:
            self.close()
            remedy = "press its RESET button; is MicroPython on it?"
            raise BadInput("does not answer", where=port, remedy=remedy)
        self.exec(AGENT)

    def _interrupt(self, wait_s: float) -> bool:
        """Type Ctrl-C until the REPL answers; whether it did in this time.

        A wake of a node is short, so it is typed often. A node that sleeps is reset by the port's
        lines, as most boards have it; the others have a button.
        """
        line = self.repl.serial
        line.timeout = OFTEN_S
        began = time.monotonic()
        seen, reset_at_s, asked = b"", NAP_S, False
        while RAW not in seen:
            waited_s = time.monotonic() - began
            if waited_s > wait_s:
                return False
            if waited_s > reset_at_s:
                reset_at_s = waited_s + 2 * NAP_S  # its wake may have been too short to be met
                ports.reset(line)
            if waited_s > 2 * NAP_S and not asked:
                asked = True
                click.echo(f"torpor: {self.port}: asleep? Press its RESET button", err=True)
            line.write(b"\r\x03\x01")
            seen = (seen + line.read(4096))[-1_000:]
        while line.read(4096):  # answers to what was typed too often
            pass
        line.timeout = SILENT_S
        return True

    def exec(self, program: str) -> str:
        """Run a program; what it printed. BadInput for an error of its, Cut for silence."""
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                return str(self.repl.exec(program).decode())
        except TransportExecError as error:
            what = error.error_output.strip().splitlines()[-1]
            remedy = (
                "its file system is full"
                if "ENOSPC" in what or what.endswith(" 28")
                else "try again"
            )
            raise BadInput(f"the board says {what}", where=self.port, remedy=remedy) from None
        except _CUT as error:
            raise Cut(str(error)) from None

    def restart(self) -> None:
        """Reset the board, and let go of it."""
        with contextlib.suppress(*_CUT):
            self.repl.exec_raw_no_follow("import machine\nmachine.reset()")
        self.close()

    def close(self) -> None:
        """Let go of the port."""
        with contextlib.suppress(*_CUT):
            self.repl.close()
