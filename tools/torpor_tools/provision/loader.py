"""The chip's own boot loader, through esptool: which chip it is, and writing its flash."""

import os
import sys
import termios
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, redirect_stdout, suppress
from typing import Any

from esptool import cmds
from esptool.targets import CHIP_DEFS
from esptool.util import FatalError, flash_size_bytes

from host_sim.errors import BadInput
from torpor_tools.provision import ports
from torpor_tools.provision.layout import Region

# Of each attempt: what failed fast may pass slowly. While it writes, esptool itself waits for 7 s
# for the plug to be pushed back in.
BAUD = (460_800, 115_200)
AGAIN_S = 3.0

# What esptool raises where the line is cut: its own, pyserial's (an OSError) and the terminal's.
_CUT = (FatalError, OSError, termios.error)


class Loader:
    """A chip in its boot loader while the context lasts; what esptool says goes to stderr."""

    def __init__(self, port: str, chip: str) -> None:
        self.port = port
        self.chip = chip
        self.esp: Any = None
        self.flash_bytes = 0
        self.address = ""  # of its station, which is the one that was burnt in

    def __enter__(self) -> "Loader":
        ports.opened(self.port).close()
        for baud in BAUD:
            try:
                with _told():
                    self._connect(baud)
                return self
            except BadInput:
                self.__exit__()
                raise
            except FatalError as error:
                self._close()
                if "Could not open" in str(error):
                    raise ports.refused(self.port, error) from None
                remedy = "hold its BOOT button while you press RESET, and try again"
                raise BadInput(_line(error), where=self.port, remedy=remedy) from None
            except _CUT as error:
                why = _line(error)
                self._close()
                time.sleep(AGAIN_S)
        raise BadInput(f"the line was cut ({why})", where=self.port, remedy="nothing was written")

    def __exit__(self, *_: object) -> None:
        """Start what is in flash."""
        with suppress(*_CUT), _told():
            if self.esp:
                cmds.reset_chip(self.esp, "hard-reset")
        self._close()

    def _connect(self, baud: int) -> None:
        self.esp = cmds.connect_esp(port=self.port)
        wanted = CHIP_DEFS[self.chip].CHIP_NAME
        if wanted != self.esp.CHIP_NAME:
            what = f"is an {self.esp.CHIP_NAME}, and the board has an {wanted}"
            raise BadInput(what, where=self.port, remedy="choose its board, or another port")
        self.esp = cmds.run_stub(self.esp)
        self.esp.change_baud(baud)
        cmds.attach_flash(self.esp)
        self.address = ":".join(f"{byte:02x}" for byte in self.esp.read_mac("BASE_MAC"))
        self.flash_bytes = flash_size_bytes(cmds.detect_flash_size(self.esp)) or 0

    def write(self, regions: Sequence[Region]) -> None:
        """Write and verify, and begin anew where the line is cut. BadInput says what is left."""
        left = list(regions)
        for baud in BAUD:
            try:
                with _told():
                    if self.esp is None:
                        print("Trying again ...")
                        time.sleep(AGAIN_S)
                        self._connect(baud)
                    while left:
                        cmds.write_flash(self.esp, [left[0][:2]], no_progress=not os.isatty(2))
                        del left[0]
                return
            except _CUT as error:
                why = _line(error)
                self._close()
        state = _state(len(regions) - len(left))
        raise BadInput(f"the line was cut ({why})", where=self.port, remedy=state)

    def _close(self) -> None:
        if self.esp:
            with suppress(*_CUT):
                self.esp._port.close()
        self.esp = None


def _state(done: int) -> str:
    """What is on a board whose first `done` regions are written and verified."""
    if done == 0:
        return "MicroPython on the board is incomplete and cannot start: run this again"
    return "MicroPython is on the board and its files are incomplete: run this again"


def _told() -> AbstractContextManager[object]:
    """What esptool prints is progress."""
    return redirect_stdout(sys.stderr)


def _line(error: BaseException) -> str:
    """The first line of what went wrong."""
    text = str(error.args[-1] if isinstance(error, termios.error) else error)
    return text.strip().splitlines()[0].rstrip(".:") if text.strip() else type(error).__name__
