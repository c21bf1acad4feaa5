"""In the unix MicroPython: a chip's file system from an image, and from there boot.py and main.py.

The host's files lie under /host, for the fakes and their world. With TORPOR_STOP the node is left
out, as if it had been interrupted, and the REPL follows.
"""

# mypy: ignore-errors

import os
import sys

import vfs

BLOCK = 4096
ERASED = b"\xff" * 128
POWER_CUT = 45


class Flash:
    """A block device over a file that counts what is read; its power may be cut at a write."""

    def __init__(self, file):
        self.file = file
        self.blocks = file.seek(0, 2) // BLOCK
        self.reads = self.read_bytes = 0
        self.writes_left = int(os.getenv("TORPOR_WRITES") or 0) or 1 << 30

    def readblocks(self, block, buffer, at=0):
        self.reads += 1
        self.read_bytes += len(buffer)
        self.file.seek(block * BLOCK + at)
        self.file.readinto(buffer)

    def writeblocks(self, block, buffer, at=0):
        self.writes_left -= 1
        if self.writes_left < 0:
            sys.exit(POWER_CUT)
        self.file.seek(block * BLOCK + at)
        self.file.write(buffer if self.writes_left else buffer[: len(buffer) // 2])
        self.file.flush()

    def ioctl(self, what, argument):
        if what == 4:
            return self.blocks
        if what == 5:
            return BLOCK
        if what == 6:
            self.file.seek(argument * BLOCK)
            for _ in range(BLOCK // len(ERASED)):
                self.file.write(ERASED)
            self.file.flush()
        return 0


flash = Flash(open(os.getenv("TORPOR_FLASH"), "r+b"))  # noqa: SIM115
host = vfs.VfsPosix("/")
fakes = os.getenv("TORPOR_FAKES")


class Flashbdev:
    """In place of the module in ports/esp32/modules."""

    bdev = flash


sys.modules["flashbdev"] = Flashbdev
vfs.umount("/")
vfs.mount(flash, "/")  # as ports/esp32/modules/_boot.py does: what file system it is, it finds out
vfs.mount(host, "/host")
sys.path[:] = ["", ".frozen", "/host" + fakes]
for name in ("built_in", "machine", "network", "esp32", "time"):
    __import__(name)
sys.modules["umachine"] = sys.modules.pop("built_in")
sys.modules["utime"] = sys.modules["time"]
names = {"__name__": "__main__"}  # of both, as ports/esp32/main.c runs them
for name in ("boot.py",) if os.getenv("TORPOR_STOP") else ("boot.py", "main.py"):
    try:
        os.stat(name)
    except OSError:
        continue
    execfile(name, names)  # noqa: F821
