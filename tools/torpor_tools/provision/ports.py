"""Serial ports: which there are, how one is opened, and why one cannot be.

Every command opens its port here. What is read from it or written to it ends in time, whatever is
at its other end.
"""

import errno
import os
import termios
import time
from contextlib import suppress
from pathlib import Path

import click
import serial
from serial.tools import list_ports

from host_sim.errors import BadInput
from host_sim.files import inputs

BAUD = 115_200
SILENT_S = 5.0  # of one read or write
PULSE_S = 0.1
LOOK_S = 0.05  # between two looks for a port that is to come
DEVICES = "/dev/"

_BUSY = (errno.EAGAIN, errno.EBUSY)
_FORBIDDEN = (errno.EACCES, errno.EPERM)
_NONE = (errno.ENOTTY, errno.EINVAL)


class Refused(BadInput):
    """A port that cannot be had."""


def only() -> str:
    """The one port that there is; BadInput where there is none, or a choice."""
    names = _names()
    if len(names) != 1:
        what = "which port?" if names else "no port"
        raise Refused(what, remedy=f"name it by --port; {_here()}")
    return names[0]


def check(port: str) -> None:
    """Refuse a port that does not exist, is something else or may not be opened."""
    inputs.named(Path(port))
    if not Path(port).exists():
        raise Refused("no such port", where=port, remedy=_here())
    if not Path(port).is_char_device():
        raise Refused("is no serial port", where=port, remedy=_here())
    if not os.access(port, os.R_OK | os.W_OK):
        raise _forbidden(port)


def is_away(port: str) -> bool:
    """Whether it names a device that may come.

    Boards with USB of their own have none while they sleep.
    """
    return port.startswith(DEVICES) and not Path(port).exists()


def await_(port: str, wait_s: float) -> None:
    """Give a device that is away some time to come."""
    if not is_away(port):
        return
    what = "not there, asleep? Press the board's RESET button, or plug it in"
    click.echo(f"torpor: {port}: {what}", err=True)
    until = time.monotonic() + wait_s
    while is_away(port) and time.monotonic() < until:
        time.sleep(LOOK_S)


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


def opened(port: str) -> serial.Serial:
    """The port, this program's alone. BadInput says why it cannot be had."""
    check(port)
    try:
        return serial.Serial(port, BAUD, timeout=SILENT_S, write_timeout=SILENT_S, exclusive=True)
    except (OSError, termios.error) as error:
        raise refused(port, error) from None


def refused(port: str, error: BaseException) -> Refused:
    """What to say of a port that there was and that cannot be opened, or not any more."""
    code = _code(error)
    if code in _BUSY:
        return Refused("is busy", where=port, remedy=f"close what uses it; {_here()}")
    if code in _FORBIDDEN:
        return _forbidden(port)
    if code in _NONE:
        return Refused("is no serial port", where=port, remedy=_here())
    return Refused("the cable was cut", where=port, remedy=f"plug it in again; {_here()}")


def _code(error: BaseException) -> int:
    """The system's number of an error; pyserial at times only writes it into its words."""
    for number in (getattr(error, "errno", None), *error.args):
        if isinstance(number, int):
            return number
    words = str(error)
    return next((code for code in (*_BUSY, *_FORBIDDEN, *_NONE) if f"({code}," in words), 0)


def _forbidden(port: str) -> Refused:
    remedy = "join the group that it belongs to, as dialout, and log in anew"
    return Refused("you may not open it", where=port, remedy=remedy)


def _names() -> list[str]:
    return sorted(found.device for found in list_ports.comports())


def _here() -> str:
    return f"ports here: {', '.join(_names()) or 'none'}"


def unwatched(port: str) -> str:
    """What to say of a node that has no trial, whose first join nobody waits for."""
    return f"{port}: torpor logs --port {port} --follow tells if it cannot join"
