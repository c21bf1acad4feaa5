"""A virtual board in a process of its own, for as long as a program needs it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from host_sim.errors import BadInput


@contextmanager
def running(link: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`torpor virtual-board` with its port at `link`; BadInput when it does not start."""
    command = [
        sys.executable,
        "-m",
        "torpor_tools.cli",
        "virtual-board",
        "--link",
        str(link),
        *options,
    ]
    with subprocess.Popen(command, text=True, stdout=subprocess.PIPE) as process:
        assert process.stdout
        if not process.stdout.readline():
            raise BadInput("the virtual board did not start")
        try:
            yield process
        finally:
            process.terminate()
