"""Serial ports: which there are, and why one cannot be opened."""

import os
import time
from contextlib import suppress
from pathlib import Path

import serial
from serial.tools import list_ports

from host_sim.errors import BadInput

PULSE_S = 0.1


def check(port: str) -> None:
    """Refuse a port that does not exist, is something else or may not be opened."""
    if not Path(port).exists():
        raise BadInput("no such port", where=port, remedy=_here())
    if not Path(port).is_char_device():
        raise BadInput("is no serial port", where=port, remedy=_here())
    if not os.access(port, os.R_OK | os.W_OK):
        remedy = "join the group that it belongs to, as dialout, and log in anew"
        raise BadInput("you may not open it", where=port, remedy=remedy)


def reset(line: serial.Serial) -> None:
    """Pulse a board's reset line; a pseudo-terminal has none, and a virtual board heeds 1,200 baud.

    A port that is gone stays as it is.
    """
    with suppress(OSError):
        line.dtr, line.rts = False, True
        time.sleep(PULSE_S)
        line.rts = False
        return
    with suppress(OSError):
        speed, line.baudrate = line.baudrate, 1_200
        time.sleep(PULSE_S)
        line.baudrate = speed


def busy(port: str) -> BadInput:
    """What to say where opening an existing port fails."""
    return BadInput("is busy", where=port, remedy=f"close what uses it; {_here()}")


def _here() -> str:
    names = sorted(found.device for found in list_ports.comports())
    return f"ports here: {', '.join(names) or 'none'}"
