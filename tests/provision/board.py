"""A board at its REPL behind a PTY: the real MicroPython on a LittleFS image, and a line to cut."""

import atexit
import os
import pty
import select
import shutil
import subprocess
import tempfile
import threading
import time
import tty
from functools import cache
from pathlib import Path
from types import TracebackType

from tests.firmware.chip import HEAP_BYTES
from tests.interpreters import ROOT
from tests.unix import micropython
from torpor_tools.provision import firmware
from torpor_tools.virtual.board import FAKES


@cache
def compiled_fakes() -> Path:
    """A folder with the fakes' bytecode, and nothing of the library."""
    folder = Path(tempfile.mkdtemp(prefix="torpor-"))
    atexit.register(shutil.rmtree, folder)
    for source in FAKES.glob("[!_]*.py"):
        firmware.compile_file(source, Path(source.name), folder)
    return folder


class Board:
    """Its flash is a file; its heap is the chip's, beside the fakes."""

    def __init__(self, folder: Path, image: bytes) -> None:
        self.flash = folder / "flash"
        self.flash.write_bytes(image)
        self.world = folder / "world.json"
        self.world.write_text("{}")
        self.environment = {
            **os.environ,
            "MICROPYPATH": f"{ROOT / 'tests' / 'provision'}:.frozen",
            "TORPOR_FLASH": str(self.flash),
            "TORPOR_FAKES": str(compiled_fakes()),
            "TORPOR_WORLD": f"/host{self.world}",
        }

    def start(self, writes: int = 0, most_s: float = 20) -> "subprocess.CompletedProcess[str]":
        """Run the node from reset to its end; its power may be cut at a write, as a Line's."""
        return subprocess.run(
            [micropython(), "-X", f"heapsize={HEAP_BYTES}", "-m", "start"],
            env={**self.environment, "TORPOR_WRITES": str(writes)},
            text=True,
            capture_output=True,
            timeout=most_s,
            check=False,
        )


class Line:
    """The board with its node interrupted, and the serial line to it while the context lasts.

    The line can be cut after so many bytes to the board, the power at so many writes to its flash
    (0: never). A board whose line was cut goes on for `lingers_s` with what it was sent.
    """

    def __init__(
        self, board: Board, cut_after: int = 0, writes: int = 0, lingers_s: float = 0
    ) -> None:
        self.board = board
        self.cut_after = cut_after
        self.writes = writes
        self.lingers_s = lingers_s
        self.passed = b""  # to the board

    def __enter__(self) -> "Line":
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.port = os.ttyname(self.slave)
        self.process = subprocess.Popen(
            [micropython(), "-X", f"heapsize={HEAP_BYTES}", "-i", "-m", "start"],
            env={**self.board.environment, "TORPOR_STOP": "1", "TORPOR_WRITES": str(self.writes)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
        )
        self.thread = threading.Thread(target=self._carry)
        self.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """A reset ends the board; one that is cut off has ended already."""
        self.process.wait(5)
        self.thread.join()

    def _carry(self) -> None:
        """Carry bytes until the board ends or the line is cut, which ends the board too."""
        assert self.process.stdin
        assert self.process.stdout
        out = self.process.stdout.fileno()
        while True:
            ready, _, _ = select.select([self.master, out], [], [])
            if out in ready:
                data = os.read(out, 4096)
                if not data:
                    break
                os.write(self.master, data)
            if self.master in ready:
                data = os.read(self.master, 4096)
                if self.cut_after and len(self.passed + data) >= self.cut_after:
                    last = data[: self.cut_after - len(self.passed)]
                    os.write(self.process.stdin.fileno(), last)
                    time.sleep(self.lingers_s)
                    self.process.kill()
                    break
                self.passed += data
                os.write(self.process.stdin.fileno(), data)
        self.process.stdin.close()
        self.process.stdout.close()
        os.close(self.slave)
        os.close(self.master)
