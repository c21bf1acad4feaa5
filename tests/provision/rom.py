"""esp32-mock-bootloader on a PTY, and a cable to it that can be cut and plugged in again."""

import io
import os
import pty
import select
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path

from esptool import FatalError, cmds

# The mock ends a read where an acknowledgement takes longer than 50 ms, as on a busy machine.
PIECE = 0x8000
ATTEMPTS = 20


@contextmanager
def running(chip: str, folder: Path) -> Iterator[str]:
    """A chip in its boot loader; the path of its port."""
    path = folder / "rom-port"
    program = Path(sys.executable).with_name("esp32-mock-bootloader")
    command = [str(program), "run", "--pty", "--port-file", str(path), "--chip", chip]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while not path.exists() or not path.read_text().strip():
            assert process.poll() is None
            time.sleep(0.01)
        try:
            yield path.read_text().strip()
        finally:
            process.terminate()


def flash(port: str, at: int, size: int) -> bytes:
    """What is in its flash."""
    data = b""
    for _ in range(ATTEMPTS):
        with redirect_stdout(io.StringIO()):
            esp = cmds.run_stub(cmds.connect_esp(port=port))
            cmds.attach_flash(esp)
            with suppress(FatalError):
                while len(data) < size:
                    piece = cmds.read_flash(esp, at + len(data), min(PIECE, size - len(data)))
                    assert piece is not None
                    data += piece
            esp._port.close()
        if len(data) == size:
            break
    return data


class Cable:
    """A second PTY in front of a port, hung up after so many bytes; `port` leads to a new one.

    With `again` False nothing is plugged in any more.
    """

    def __init__(self, inner: str, folder: Path, cut_after: int, again: bool) -> None:
        self.inner, self.again = inner, again
        self.left = cut_after
        self.cuts = 0
        self.link = folder / "cable"
        self.port = str(self.link)
        self.stopped, self.stopping = os.pipe()

    def __enter__(self) -> "Cable":
        self._plug()
        self.thread = threading.Thread(target=self._carry)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self.stopping, b".")
        self.thread.join()

    def _plug(self) -> None:
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        new = self.link.with_suffix(".new")
        new.symlink_to(os.ttyname(self.slave))
        new.rename(self.link)

    def _unplug(self) -> None:
        os.close(self.slave)
        os.close(self.master)

    def _carry(self) -> None:
        inner = os.open(self.inner, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(inner)
        while True:
            ready, _, _ = select.select([self.master, inner, self.stopped], [], [])
            if self.stopped in ready:
                break
            if inner in ready:
                os.write(self.master, os.read(inner, 4096))
            if self.master in ready:
                data = os.read(self.master, 4096)
                if self.left and len(data) >= self.left:
                    os.write(inner, data[: self.left])
                    self.left = 0
                    self.cuts += 1
                    self._unplug()
                    if not self.again:
                        self.link.unlink()
                        break
                    self._plug()
                    continue
                self.left -= len(data) if self.left else 0
                os.write(inner, data)
        if self.link.is_symlink():
            self._unplug()
        os.close(inner)
