"""In MicroPython: what a node's heap holds in a start with a join and a message of a full queue.

`-m chip IMAGE CAPACITY LONGEST WEIGHS` in the folder that tests.heap.counting laid out: the queue's
length, the channel with the longest name, and "no" to only run. Printed are the bytes at the
fullest, at the end, and before all that, and where it was fullest. What RTC memory held lies in the
file `kept`, in hex; where that is empty this is a start by power-on, and its RTC memory is printed.

The chip's modules are stubs. Whenever one is called, what is garbage is told from what is held: at
its fullest the heap holds that, and what was made since, garbage or not.
"""

# mypy: ignore-errors

import builtins
import gc
import json
import os
import sys
from binascii import hexlify, unhexlify

import vfs

image, capacity, longest, weighs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
wasm = sys.implementation._build == "wasi"
base = "/tree" if wasm else os.getcwd()
ASLEEP_MS = 86400000
PING_MS = 70000  # of a node that stays associated: it has pinged by then
TIMER, ULP = 4, 6  # what woke the chip
HURRY = 25  # times as fast as asked is a sleep between two looks, once the message is sent
LEFT_BYTES = 65536
answer = bytearray(4096)  # the host writes here
began = held = before = fullest = 0
where = ""


def weigh(what):
    """What is held, and what was at most since this was asked last."""
    global before, held, fullest, where
    if weighs == "no":
        return
    most = held + gc.mem_alloc() - before
    if most > fullest:
        fullest = most
        where = what
    if wasm:
        assert gc.mem_free() > LEFT_BYTES  # else the interpreter would collect by itself
        held = int(collected())
    else:
        gc.collect()
        held = gc.mem_alloc()
    before = gc.mem_alloc()


def collected():
    """What is left of a collection, which the host undoes."""
    host.call("begin", here)
    gc.collect()
    host.call("undo", str(gc.mem_alloc()))
    return bytes(answer[:8])


def end():
    print(fullest - began, held - began, began, where)
    if not woken:
        for at in range(0, Rtc.length, 64):  # the node is to fit, not what this would take in one
            print(hexlify(Rtc.kept[at : min(at + 64, Rtc.length)]).decode(), end="")
        print()
    raise SystemExit


if wasm:
    import host

    here = "%d %d" % (id(weigh), id(answer))
    host.call("mark", "")  # what the first takes of the heap, it keeps


class Rtc:
    """Its memory is none of the heap."""

    kept = bytearray(2048)
    length = 0

    def memory(self, data=None):
        weigh("memory")
        if data is None:
            return bytes(memoryview(self.kept)[: Rtc.length])
        Rtc.length = len(data)
        self.kept[: Rtc.length] = data


class Pin:
    IN, OUT, PULL_UP = 1, 3, 2

    def __init__(self, number, mode=-1, pull=-1, value=None, hold=None):
        weigh("Pin")

    def value(self, level=None):
        return 1


class I2c:
    def __init__(self, number, sda, scl):
        pass

    def writeto(self, address, data):
        weigh("I2C")

    def readfrom(self, address, size):
        return b"\x5f\x16\x1a\x80\x00\xa2"  # 20 °C and 50 % of an SHT3x


class Watchdog:
    def __init__(self, timeout):
        pass

    def feed(self):
        weigh("feed")


class Adc:
    ATTN_11DB = 3

    def __init__(self, pin, atten=0):
        pass

    def read_uv(self):
        weigh("ADC")
        return 2000000

    def read_u16(self):
        Time.ms += 1  # not weighed: a look reads hundreds
        return 40000


class Counter:
    def __init__(self, unit, pin):
        pass

    def value(self, value):
        weigh("Counter")
        return 5


class Memory:
    def __getitem__(self, at):
        return 0

    def __setitem__(self, at, value):
        pass


class Machine:
    PWRON_RESET, WDT_RESET, DEEPSLEEP_RESET, EXT0_WAKE, EXT1_WAKE = 1, 3, 4, 2, 3
    reason = TIMER
    RTC, Pin, I2C, WDT, ADC, mem32 = Rtc, Pin, I2c, Watchdog, Adc, Memory()

    @staticmethod
    def freq(hz):
        weigh("freq")

    @staticmethod
    def reset_cause():
        return 4 if woken else 1

    @staticmethod
    def wake_reason():
        return Machine.reason

    @staticmethod
    def lightsleep(ms):
        weigh("lightsleep")
        Machine.reason = TIMER
        Time.ms += ms
        if Station.sent or Time.ms > 2 * ASLEEP_MS:
            end()

    @staticmethod
    def deepsleep(ms):
        weigh("deepsleep")
        Machine.reason = TIMER
        if Station.sent:
            end()  # else the port sleeps lightly for as long, and this start has one more wake


class Extended(Machine):
    """By ports/esp32/modules/machine.py."""

    Counter = Counter


class Time:
    ms = 0

    @staticmethod
    def time_ns():
        return Time.ms * 1000000

    @staticmethod
    def ticks_ms():
        weigh("ticks")
        return Time.ms

    @staticmethod
    def ticks_diff(a, b):
        return a - b

    @staticmethod
    def sleep_ms(ms):
        Time.ms += HURRY * ms if Station.sent else ms
        weigh("sleep_ms")
        if Station.sent and Time.ms - Station.sent > PING_MS:
            end()


class Nvs:
    kept = {}

    def __init__(self, name):
        weigh("NVS")

    def get_blob(self, name, buffer):
        weigh("get_blob")
        kept = self.kept.get(name, b"s" * 64)
        buffer[: len(kept)] = kept
        return len(kept)

    def set_blob(self, name, data):
        self.kept[name] = data

    def commit(self):
        weigh("commit")


class Ulp:
    def load_binary(self, at, binary):
        weigh("load_binary")

    def set_wakeup_period(self, index, us):
        pass

    def run(self, at):
        weigh("ULP")


class Esp32:
    NVS, ULP = Nvs, Ulp

    @staticmethod
    def wake_on_ext0(pin, level):
        weigh("ext0")

    @staticmethod
    def wake_on_ulp(on):
        weigh("wake_on_ulp")


class Station:
    """A WLAN that joins at the third look, and a broker that answers."""

    PM_POWERSAVE = 2
    on = joined = False
    looks = sent = 0
    addresses = ("192.168.100.101", "255.255.255.0", "192.168.100.1", "192.168.100.1")

    def __init__(self, which):
        weigh("WLAN")

    def active(self, on=None):
        weigh("active")
        if on is not None:
            Station.on = on
        return Station.on

    def isconnected(self):
        weigh("isconnected")
        Station.looks += Station.joined
        return Station.looks > 3

    def status(self, what=None):
        weigh("status")
        return -60 if what else 1000

    def config(self, **given):
        weigh("config")

    def ifconfig(self, given=None):
        weigh("ifconfig")
        return self.addresses

    def ipconfig(self, **given):
        weigh("ipconfig")

    def connect(self, ssid, password):
        weigh("connect")
        Station.joined = True

    def disconnect(self):
        Station.joined = False


class Network:
    WLAN, STA_IF = Station, 0
    STAT_NO_AP_FOUND_W_COMPATIBLE_SECURITY = 210
    STAT_NO_AP_FOUND_IN_AUTHMODE_THRESHOLD = 211
    STAT_NO_AP_FOUND = 201


class Connection:
    """A broker: it acknowledges whatever wants that (MQTT 3.1.1, chapter 3)."""

    waits = b""

    def settimeout(self, s):
        pass

    def connect(self, address):
        weigh("socket.connect")

    def send(self, data):
        weigh("send")
        kind = data[0] & 0xF0
        at = 1
        while data[at] & 0x80:
            at += 1
        if kind == 0x10:
            Connection.waits += b"\x20\x02\x00\x00"
        elif kind == 0x30 and data[0] & 2:
            at += 3 + (data[at + 1] << 8 | data[at + 2])
            Connection.waits += b"\x40\x02" + bytes(data[at : at + 2])
            Station.sent = Time.ms or 1
        elif kind == 0x80:
            Connection.waits += b"\x90\x03" + bytes(data[at + 1 : at + 3]) + b"\x00"
        elif kind == 0xC0:
            Connection.waits += b"\xd0\x00"
        return len(data)

    def recv(self, size):
        weigh("recv")
        data, Connection.waits = Connection.waits[:size], Connection.waits[size:]
        return data

    def close(self):
        weigh("close")


class Socket:
    AF_INET, socket = 2, Connection

    @staticmethod
    def getaddrinfo(host, port, family):
        weigh("getaddrinfo")
        return [(2, 1, 0, "", (host, port))]


class Poll:
    def register(self, what, how):
        pass

    def poll(self, ms):
        weigh("poll")
        return [(0, 1)] if Connection.waits else []


class Select:
    POLLIN, poll = 1, Poll


class Json:
    @staticmethod
    def loads(text):
        weigh("loads")
        made = json.loads(text)
        weigh("loads")
        return made

    @staticmethod
    def load(file):
        return Json.loads(file.read())

    @staticmethod
    def dumps(what, separators=(", ", ": ")):
        weigh("dumps")
        made = json.dumps(what, separators=separators)
        weigh("dumps")
        return made


class Gc:
    @staticmethod
    def threshold(amount):
        pass


def full(self, r, first, queued, tx_qdbm):
    """Send a queue as long as it gets, of the longest readings."""
    for cell in range(first, first + 3 * capacity, 3):
        r[cell] = longest
        r[cell + 1] = -536870912
        r[cell + 2] = Time.ms - 536870912
    return real_send(self, r, first, capacity, tx_qdbm)


def imported(name, globals_=None, locals_=None, fromlist=None, level=0):
    """No *arguments here: what they lie in is held by C alone."""
    global real_send
    weigh("import " + name)
    if name == "gc" and wasm:  # whose collector is the host's, whenever a stub is called
        return Gc
    made = real_import(name, globals_, locals_, fromlist, level)
    weigh("import " + name)
    if name == "link" and not real_send:  # which gives the port its methods of a join
        port = next(one for one in sys.modules["awake"].awake if hasattr(one, "retained"))
        real_send = port.send
        port.send = full
    return made


def opened(path, mode="r"):
    weigh("open")
    return real_open("/a/config.json" if path == "config.json" else path, mode)


def run(name):
    """As pyexec_file_if_exists() does."""
    with open(name, "rb") as file:
        text = file.read()
    exec(compile(text, name, "exec"), {"__name__": "__main__"})


def content(path):
    with open(base + "/" + path, "rb") as file:
        return file.read()


rom = content("rom.img") if image == "romfs" else None
woken = unhexlify(content("kept"))
if woken:
    Rtc.length = len(woken)
    Rtc.kept[: Rtc.length] = woken
    Time.ms = ASLEEP_MS
    Machine.reason = ULP if b'"binary"' in content("flash/a/config.json") else TIMER
host_fs = vfs.VfsPosix(base)
vfs.umount("/")
vfs.mount(vfs.VfsPosix(base + "/flash"), "/")
vfs.mount(host_fs, "/host")
os.chdir("/")  # a VfsPosix has no folder of its own before
sys.path[:] = ["", ".frozen", "/lib"]
if rom:
    vfs.mount(vfs.VfsRom(rom), "/rom")
    sys.path[2:2] = ["/rom", "/rom/lib"]
sys.modules.update(
    {
        "machine": Extended,
        "umachine": Machine,
        "time": Time,
        "utime": Time,
        "esp32": Esp32,
        "network": Network,
        "socket": Socket,
        "usocket": Socket,
        "select": Select,
        "uselect": Select,
        "json": Json,
        "ujson": Json,
    }
)
real_import, real_open, real_send = __import__, open, None
builtins.__import__, builtins.open = imported, opened
gc.collect()
began = held = before = gc.mem_alloc()
run("boot.py")
sys.path[sys.path.index("")] = os.getcwd()  # an import from a VfsPosix heeds no folder
run("main.py")
