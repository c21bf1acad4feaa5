"""What the virtual board's interpreter does before the node's own files: it becomes the chip.

`micropython -i -m start`, with this file and the fakes in MICROPYPATH. It mounts the flash at the
root in place of the host's files, which are out of reach from then on, and runs boot.py and main.py
as ports/esp32/main.c does. What comes after is the interpreter's own REPL.
"""

# mypy: ignore-errors

import gc
import os
import sys
from binascii import hexlify

import micropython
import network
import utime
import vfs
import world

for _fake in ("built_in", "esp32", "espnow", "machine", "network", "time"):
    __import__(_fake)  # whoever imports them later finds these
sys.modules["umachine"] = sys.modules.pop("built_in")
sys.modules["utime"] = sys.modules["time"]
del sys.modules["__main__"]  # it stands for this file now; the node's are to run in the REPL's
del sys.modules["start"]
import __main__

BLOCK = 4096
ERASED = b"\xff" * 128


class Flash:
    """A block device over a file of the host's."""

    def __init__(self, file):
        self.file = file
        self.blocks = file.seek(0, 2) // BLOCK

    def readblocks(self, block, buffer, at=0):
        self.file.seek(block * BLOCK + at)
        self.file.readinto(buffer)

    def writeblocks(self, block, buffer, at=0):
        self.file.seek(block * BLOCK + at)
        self.file.write(buffer)

    def ioctl(self, what, argument):
        if what == 4:
            return self.blocks
        if what == 5:
            return BLOCK
        if what == 6:
            self.file.seek(argument * BLOCK)
            for _ in range(BLOCK // len(ERASED)):
                self.file.write(ERASED)
        return 0


class Flashbdev:
    """In place of the module in ports/esp32/modules: what a file system can be made of."""


class Clock:
    """The world's time: that of the host, but for sleeps, which are `speed` times shorter."""

    def __init__(self, speed):
        self.speed = speed
        self.asked = utime.ticks_ms()

    def passed_ms(self):
        before, self.asked = self.asked, utime.ticks_ms()
        return self.asked - before

    def wait(self, ms):
        utime.sleep_us(ms * 1000 // self.speed)
        self.asked = utime.ticks_ms()

    def listen(self, ms):
        """At the pace of whoever is listened to."""
        utime.sleep_ms(ms)


def tell(what, number):
    """Tell the board's process: "boot" (the node's files follow), world's "guard" and "end"."""
    control.write("%s %d %s\n" % (what, number, START))


def stop(code):
    """The board's process ends this one."""
    micropython.kbd_intr(-1)
    if world.air:
        world.air.tell(0)
    for _ in range(3):
        pass  # a Ctrl-C that came before is found here, and not behind what is told
    tell("end", code)
    while True:
        utime.sleep(1)


def run(name):
    """Run a file of the node's like the chip; whether the next may run."""
    try:
        os.stat(name)
    except OSError:
        return True
    try:
        execfile(name, __main__.__dict__)  # noqa: F821
        return True
    except SystemExit:
        world.keep()
        stop(0)
    except BaseException as error:
        micropython.kbd_intr(-1)  # no Ctrl-C ends this print on a chip (shared/runtime/pyexec.c)
        sys.print_exception(error)
        micropython.kbd_intr(3)
    return False


host = vfs.VfsPosix("/")
control = host.open(os.getenv("TORPOR_CONTROL"), "wb")
START = os.getenv("TORPOR_START")
world.files = host.open
world.clock = Clock(int(os.getenv("TORPOR_SPEED")))
world.guard = lambda ms: tell("guard", ms)
world.stop = stop
sys.atexit(world.keep)
if os.getenv("TORPOR_AIR"):
    from air import Air

    world.air = Air(host, os.getenv("TORPOR_AIR"), hexlify(network.radio.mac).decode())
flash = Flash(host.open(os.getenv("TORPOR_FLASH"), "r+b"))
Flashbdev.bdev = flash
sys.modules["flashbdev"] = Flashbdev
raw = os.getenv("TORPOR_RAW")
vfs.umount("/")
sys.path[:] = ["", ".frozen", "/lib"]
try:
    vfs.mount(vfs.VfsLfs2(flash, progsize=32, readsize=32, lookahead=32), "/")
except OSError:
    print("The file system cannot be mounted.")
gc.collect()
tell("boot", 0)
if run("boot.py") and not raw:
    run("main.py")
if raw:
    sys.stdout.write(raw)
