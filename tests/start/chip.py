"""In MicroPython: one wake of a node, from reset to sleep, with each stage of it marked.

`-m chip IMAGE` in the folder that tests.start.counting laid out. In the unix interpreter its file
system is LittleFS over a block device that counts what is read of it, and the counts are printed;
in the wasm one it is a folder, and each mark tells the host, which reads the fuel. What RTC memory
held lies in the file `kept`, in hex; where that is empty, this is the first start of all, which
prints what the next one finds.

The chip's modules are stubs: what they cost on a chip is C.
"""

# mypy: ignore-errors

import builtins
import io
import os
import sys
from binascii import hexlify, unhexlify

import vfs

image = sys.argv[1]
wasm = sys.implementation._build == "wasi"
base = "/tree" if wasm else os.getcwd()
if wasm:
    import host

BLOCK = 4096
ASLEEP_MS = 300000
FROZEN = image in ("frozen", "optimised")


class Flash:
    """A block device over an image, and what was read of it since the last mark."""

    def __init__(self, data):
        self.data = data
        self.reads = self.bytes = 0

    def readblocks(self, block, buffer, at=0):
        self.reads += 1
        self.bytes += len(buffer)
        start = block * BLOCK + at
        buffer[:] = self.data[start : start + len(buffer)]

    def writeblocks(self, block, buffer, at=0):
        raise OSError(30)  # a wake that only measures writes nothing

    def ioctl(self, what, argument):
        return {4: len(self.data) // BLOCK, 5: BLOCK}.get(what, 0)


def content(path):
    with open(base + "/" + path, "rb") as file:
        return file.read()


flash = Flash(b"" if wasm else content("flash.img"))
rom = content("rom.img") if image == "romfs" else None
main = compile(content("main.py"), "main.py", "exec")
config = content("config.json")
kept = content("kept").decode()
stage = ""


def mark(following):
    """A stage ends, and another begins."""
    global stage
    if wasm:
        host.call("mark", stage)
    elif stage:
        print(stage, flash.reads, flash.bytes)
    flash.reads = flash.bytes = 0
    stage = following


class Rtc:
    def memory(self, data=None):
        global kept
        if data is None:
            return unhexlify(kept)
        if stage == "configuration":  # of a wake: the record is restored, and retained
            mark("our own code")
        kept = hexlify(data).decode()


class Pin:
    def __init__(self, number, mode=-1):
        pass


class I2c:
    def __init__(self, number, sda, scl):
        pass

    def writeto(self, address, data):
        pass

    def readfrom(self, address, count):
        return b"\x5f\x16\x1a\x80\x00\xa2"  # 20 °C and 50 % of an SHT3x


class Watchdog:
    def __init__(self, timeout):
        pass

    def feed(self):
        pass


class Adc:
    ATTN_11DB = 3

    def __init__(self, pin, atten=0):
        pass

    def read_uv(self):
        return 2000000


class Machine:
    PWRON_RESET, WDT_RESET, DEEPSLEEP_RESET, EXT0_WAKE, EXT1_WAKE = 1, 3, 4, 2, 3
    RTC, Pin, I2C, WDT, ADC = Rtc, Pin, I2c, Watchdog, Adc

    @staticmethod
    def reset_cause():
        return 4 if waking else 1

    @staticmethod
    def wake_reason():
        return 4

    @staticmethod
    def deepsleep(ms):
        mark("")
        modules = sorted(name for name in sys.modules if name.startswith("torpor"))
        print(" ".join(modules) if waking else kept)
        if wasm and FROZEN:
            execute(modules)
        raise SystemExit


class Time:
    ms = ASLEEP_MS if kept else 0

    @staticmethod
    def time_ns():
        return Time.ms * 1000000

    @staticmethod
    def ticks_ms():
        return Time.ms

    @staticmethod
    def ticks_diff(a, b):
        return a - b

    @staticmethod
    def sleep_ms(ms):
        Time.ms += ms


class Esp32:
    @staticmethod
    def wake_on_ext0(pin, level):
        pass


class Os:
    """A stat() that executes the same each time: a real one makes an int of the inode's number."""

    chdir = os.chdir

    @staticmethod
    def stat(path):
        real_open(path).close()


def execute(modules):
    """Mark what the bodies of modules take: all that is left of the import of a frozen one."""
    builtins.__import__, builtins.open = real_import, real_open
    bodies = []
    for name in modules:
        path = "/host/sources/" + name.replace(".", "/")
        try:
            file = open(path + ".py")
        except OSError:
            file = open(path + "/__init__.py")
        bodies.append(compile(file.read(), name, "exec"))
    host.call("mark", "")
    for body in bodies:
        exec(body, {"__name__": "body"})
    host.call("mark", "")


waking = bool(kept)
STUBS = {"machine": Machine, "time": Time, "esp32": Esp32}
if wasm:
    STUBS["os"] = Os
SEARCHED = ("machine", "time")  # extensible: looked for in the file system at every import of it
real_import, real_open = __import__, open


def look_for(name):
    """Where an import looks before it takes what is built in (py/builtinimport.c)."""
    for path in sys.path:
        for ending in ("", ".py", ".mpy"):
            try:
                os.stat((path + "/" if path else "") + name + ending)
            except OSError:
                pass


def imported(name, *rest):
    if stage == "main.py" and name == "torpor":
        mark("imports")
    if waking and name.startswith("torpor.link"):
        raise SystemExit("this wake joins")
    if not wasm and name in SEARCHED:
        look_for(name)
    return real_import(name, *rest)


def opened(path, mode="r"):
    if path != "config.json":
        return real_open(path, mode)
    if not waking:
        port = real_import("torpor.esp32", None, None, ("Esp32Port",)).Esp32Port
        port.join = lambda self, tx_qdbm, cached: -60
        port.send = lambda self, r, first, count, tx_qdbm: 1
    real_import(
        "torpor.drivers.sht3x", None, None, ("opened",)
    )  # the wake's driver, before its use
    mark("configuration")
    return io.BytesIO(config) if image == "optimised" else real_open(path, mode)


def run(name):
    """As pyexec_file_if_exists() does."""
    try:
        STUBS.get("os", os).stat(name)
    except OSError:
        return
    with real_open(name, "rb") as file:
        text = file.read()
    exec(compile(text, name, "exec"), {"__name__": "__main__"})


sys.modules.update(STUBS)
host_fs = vfs.VfsPosix(base)
vfs.umount("/")
mark("mount")
if image != "optimised":
    vfs.mount(vfs.VfsPosix("/tree/flash") if wasm else flash, "/")
vfs.mount(host_fs, "/host")
if wasm:
    os.chdir("/")  # a VfsPosix has no folder of its own before
sys.path[:] = ["/host/frozen"] if image == "optimised" else ["", "/host/frozen", "/lib"]
if rom:
    vfs.mount(vfs.VfsRom(rom), "/rom")
    sys.path[2:2] = ["/rom", "/rom/lib"]
builtins.__import__, builtins.open = imported, opened
if image != "optimised":
    mark("boot.py")
    run("boot.py")
    if wasm:
        sys.path[0] = os.getcwd()  # an import from a VfsPosix heeds no folder
mark("main.py")
if FROZEN:
    exec(main, {"__name__": "__main__"})
else:
    run("main.py")
