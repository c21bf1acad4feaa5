"""Serial ports: which there are, and why one cannot be opened."""

import os
from pathlib import Path

from serial.tools import list_ports

from host_sim.errors import BadInput


def check(port: str) -> None:
    """Refuse a port that does not exist, is something else or may not be opened."""
    if not Path(port).exists():
        raise BadInput("no such port", where=port, remedy=_here())
    if not Path(port).is_char_device():
        raise BadInput("is no serial port", where=port, remedy=_here())
    if not os.access(port, os.R_OK | os.W_OK):
        remedy = "join the group that it belongs to, as dialout, and log in anew"
        raise BadInput("you may not open it", where=port, remedy=remedy)


def busy(port: str) -> BadInput:
    """What to say where opening an existing port fails."""
    return BadInput("is busy", where=port, remedy=f"close what uses it; {_here()}")


def _here() -> str:
    names = sorted(found.device for found in list_ports.comports())
    return f"ports here: {', '.join(names) or 'none'}"
