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
import json
import os
import sys
from binascii import hexlify, unhexlify

import vfs

image = sys.argv[1]
wasm = sys.implementation._build == "wasi"
base = "/tree" if wasm else os.getcwd()
if wasm:
    import host

    host.call("mark", "")  # what the first takes of the heap, it keeps

BLOCK = 4096
ASLEEP_MS = 300000
FROZEN_PATH = "/host/frozen"
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
boot = compile(content("_boot.py"), "_boot.py", "exec") if image == "optimised" else None
main = compile(content("main.py"), "main.py", "exec")
config = content("config.json")
kept = unhexlify(content("kept"))
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
            if waking and stage == "imports":
                mark("configuration")
            return bytes(memoryview(kept))  # a copy, as each is on the chip (machine_rtc.c)
        if stage == "configuration":  # of a wake: the record is restored, and retained
            mark("our own code")
        kept = bytes(data)


class Pin:
    IN = 1

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
    RTC, Pin, I2C, WDT, ADC, mem32 = Rtc, Pin, I2c, Watchdog, Adc, None

    @staticmethod
    def reset_cause():
        return 4 if waking else 1

    @staticmethod
    def wake_reason():
        return 4

    @staticmethod
    def lightsleep(ms):
        Time.ms += ms

    @staticmethod
    def deepsleep(ms):
        ours = "torpor", "link", "seldom", "monitor"
        modules = sorted(name for name in sys.modules if name.startswith(ours))
        if waking:
            link()
        mark("")
        print(" ".join(modules) if waking else hexlify(kept).decode())
        if wasm and FROZEN:
            execute(["awake"])
            execute(["link"])
            execute(["monitor"])
            execute(sorted(name for name in sys.modules if name.startswith("torpor")))
        raise SystemExit


def link():
    """What a wake that joins needs besides: the link's modules, and config.json.

    And then what one needs whose ULP reads.

    A library that is not in files holds Wi-Fi's in the one; what a gateway needs lies beside it.
    """
    mark("the link")
    if image == "optimised" and not wasm:  # as boards/micropython has it
        vfs.mount(flash, "/")
        os.chdir("/a")
    __import__("link")

    mark("its configuration")
    with real_open("/host/config.json" if wasm else "config.json") as file:
        json.load(file)
    if image != "files":
        mark("the gateway")
        __import__("torpor.link.gateway")
    mark("the monitor")
    __import__("monitor")


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


class Constants:
    def __getattr__(self, name):
        return 0  # of a constant


class Esp32:
    class NVS:
        pass

    @staticmethod
    def wake_on_ext0(pin, level):
        pass


class Os:
    """A stat() that executes the same each time: a real one makes an int of the inode's number."""

    chdir = os.chdir
    getcwd = os.getcwd

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
    sys.modules.update(STUBS)
    host.call("mark", "")
    for body in bodies:
        exec(body, {"__name__": "body"})
    host.call("mark", "")


waking = bool(kept)


class Flashbdev:
    bdev = None


STUBS = {
    "machine": Machine,
    "umachine": Machine,
    "time": Time,
    "utime": Time,
    "esp32": Esp32,
    "flashbdev": Flashbdev,
    "network": Constants(),
    "espnow": Constants(),
}
if wasm:
    STUBS.update({"os": Os, "uos": Os, "usocket": Constants(), "uselect": Constants()})
    STUBS.update({"socket": Constants(), "select": Constants()})
# Extensible, or frozen: looked for in the file system until it is known.
SEARCHED = ("machine", "time", "espnow")
real_import, real_open = __import__, open


def look_for(name):
    """Where an import looks before it takes what is built in (py/builtinimport.c)."""
    for path in sys.path:
        if path in (FROZEN_PATH, ".frozen"):  # which is no look into flash
            if name in ("machine", "espnow"):  # there is one (ports/esp32/modules)
                sys.modules[name] = STUBS[name]
                return
            continue
        for ending in ("", ".py", ".mpy"):
            try:
                os.stat((path + "/" if path else "") + name + ending)
            except OSError:
                pass


def imported(name, *rest):
    if stage in ("_boot.py", "boot.py", "main.py") and name == "awake":
        mark("imports")
        if wasm and "" in sys.path:
            sys.path[sys.path.index("")] = os.getcwd()  # an import from a VfsPosix heeds no folder
    if waking and stage == "our own code" and name.startswith("torpor.link"):
        raise SystemExit("this wake joins")
    if name in STUBS and name not in sys.modules:
        if not wasm and name in SEARCHED:
            look_for(name)
        return STUBS[name]
    return real_import(name, *rest)


def opened(path, mode="r"):
    if path != "config.json":
        return real_open(path, mode)
    assert not waking, "a wake reads no file"
    port = next(one for one in sys.modules["awake"].awake if hasattr(one, "retained"))
    port.join = lambda self, *given: -60
    port.send = lambda self, *given: 1
    return io.BytesIO(config)


def run(name):
    """As pyexec_file_if_exists() does."""
    try:
        STUBS.get("os", os).stat(name)
    except OSError:
        return
    with real_open(name, "rb") as file:
        text = file.read()
    exec(compile(text, name, "exec"), {"__name__": "__main__"})


host_fs = vfs.VfsPosix(base)
vfs.umount("/")
mark("mount")
if image != "optimised":
    vfs.mount(vfs.VfsPosix("/tree/flash") if wasm else flash, "/")
vfs.mount(host_fs, "/host")
if wasm:
    os.chdir("/")  # a VfsPosix has no folder of its own before
sys.path[:] = [FROZEN_PATH] if image == "optimised" else ["", FROZEN_PATH, "/lib"]
if rom:
    vfs.mount(vfs.VfsRom(rom), "/rom")
    sys.path[2:2] = ["/rom", "/rom/lib"]
builtins.__import__, builtins.open = imported, opened
if image != "optimised":
    mark("boot.py")
    run("boot.py")
if image == "optimised":
    mark("_boot.py")
    exec(boot, {"__name__": "_boot"})  # a wake ends there
else:
    mark("main.py")
if FROZEN:
    exec(main, {"__name__": "__main__"})
else:
    run("main.py")
