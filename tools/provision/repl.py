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

AGENT = (Path(__file__).parent / "agent.py").read_text(encoding="utf-8")
SILENT_S = 5.0
KNOCK_S = 2.0

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
        began = time.monotonic()
        asked = False
        while not self._knock():
            if time.monotonic() - began > wait_s:
                self.close()
                remedy = "press its RESET button; is MicroPython on it?"
                raise BadInput("does not answer", where=port, remedy=remedy)
            if not asked:
                click.echo(f"torpor: {port}: asleep? Press its RESET button", err=True)
                asked = True
        self.run(AGENT)

    def _knock(self) -> bool:
        """Interrupt what runs; whether the REPL answered. mpremote prints what else came."""
        with contextlib.redirect_stdout(io.StringIO()):
            try:
                self.repl.enter_raw_repl(soft_reset=False, timeout_overall=KNOCK_S)
            except TransportError:
                return False
            except _CUT as error:
                self.close()
                raise Cut(str(error)) from None
        return True

    def run(self, program: str) -> str:
        """Run a program; what it printed. BadInput for an error of its, Cut for silence."""
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                return str(self.repl.exec(program).decode())
        except TransportExecError as error:
            what = error.error_output.strip().splitlines()[-1]
            remedy = "its file system is full" if "ENOSPC" in what or "28" in what else "try again"
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
