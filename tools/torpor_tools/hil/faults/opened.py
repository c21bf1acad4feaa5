"""Which files a start reads, told by the board: its file system is watched from boot.py on.

The watch is a boot.py of its own for one start. It puts MicroPython's own LittleFS behind an object
that notes each file as it is opened, by an import or by open(), and goes on as the boot.py that it
stands in for.
"""

WATCHED = """
import os, vfs
from flashbdev import bdev

class Watched:
    def __init__(self):
        self.files = vfs.VfsLfs2(bdev, progsize=32, readsize=32, lookahead=32)

    def mount(self, readonly, mkfs):
        pass

    def open(self, path, mode):
        if path[0] != "/":
            path = self.files.getcwd().rstrip("/") + "/" + path
        with self.files.open("/opened", "a") as opened:
            opened.write(path + "\\n")
        return self.files.open(path, mode)

    def __getattr__(self, name):
        return getattr(self.files, name)

vfs.umount("/")
vfs.mount(Watched(), "/")
os.rename("/kept", "/boot.py")
import gc
gc.collect()
"""
_WATCH = """
import machine, os
os.rename("/boot.py", "/kept")
with open("/kept") as one, open("/boot.py", "w") as other:
    other.write({watched!r} + one.read())
"""
WATCH = _WATCH.format(watched=WATCHED)
OPENED = """
with open("/opened") as opened:
    print(opened.read())
"""
