"""What a board is told at its REPL so that something is wrong with it, and so that nothing is.

A file that is damaged lies in /kept meanwhile. NVS is filled in a namespace of its own.
"""

from random import Random

from host_sim.lab.faults.chip import RTC_BYTES
from host_sim.lab.faults.kinds import CLOCK, HANG, MEMORY
from torpor_tools.hil.faults import damage
from torpor_tools.hil.faults.case import (
    BY_RESET,
    CRASHING,
    LOOPS,
    NO_ACCESS_POINT,
    NVS_FULL,
    POWER_ON,
    SLEPT,
    Case,
)
from torpor_tools.hil.faults.guest import Guest
from torpor_tools.provision.version import CONFIG

STARTS = 0x60  # of RTC memory's first byte, as rescue has them
MOST_TIMES = 3  # that a loop comes round

_MEMORY = """
import machine
data = bytearray({data})
for permille, bit in {flips}:
    data[len(data) * permille // 1000] ^= 1 << bit
data[0] &= ~{starts}  # they may ask for a rest of hours
machine.RTC().memory(data)
machine.{how}
"""
_RANDOM = 'bytes.fromhex("{data}")'
_RETAINED = "machine.RTC().memory() or 1"
_CLOCK = """
import machine
machine.RTC().datetime(({year}, {month}, 1, 0, {hour}, 0, 0, 0))
machine.deepsleep(1)
"""
_NO_ACCESS_POINT = """
import json, machine, os
os.rename("{path}", "/kept")
with open("/kept") as one, open("{path}", "w") as other:
    config = json.load(one)
    config["wifi"]["ssid"] += "?"
    json.dump(config, other)
machine.reset()
"""
# Entries of 32 bytes: large blobs first, then what still fits. The address that the node remembers
# goes, or it would have none to write.
_FULL = """
import machine
from esp32 import NVS
nvs = NVS("torpor")
try:
    nvs.erase_key("address")
    nvs.commit()
except OSError:
    pass
nvs = NVS("filler")
number = 0
for size in (1000, 32):
    try:
        while True:
            nvs.set_blob("f%d" % number, bytes(size))
            nvs.commit()
            number += 1
    except OSError:
        pass
machine.reset()
"""
# It stands before the module that each join reads, and fails until it has removed itself. A sleep
# leads to it: of starts that none led to, the second that hangs is followed by a day's rest.
_LINK = """
import machine, os
with open("{folder}/left") as file:
    left = len(file.read())
with open("{folder}/left", "w") as file:
    file.write("x" * (left - 1))
if left <= 1:
    os.remove("{folder}/link.py")
{fault}
"""
_LOOP = """
import machine
with open("{folder}/left", "w") as file:
    file.write("x" * {times})
with open("{folder}/link.py", "w") as file:
    file.write({program!r})
machine.deepsleep(1)
"""
_BEGUN = {SLEPT: "machine.deepsleep(1)", BY_RESET: "machine.reset()", POWER_ON: ""}
# What a fault leaves beside the node: NVS that is full, and a file that was put aside.
CLEAN = """
import os
from esp32 import NVS
nvs = NVS("filler")
number = 0
try:
    while True:
        nvs.erase_key("f%d" % number)
        number += 1
except OSError:
    pass
nvs.commit()
for name in ("/kept", "/opened"):
    try:
        os.remove(name)
    except OSError:
        pass
"""
LOG = """
try:
    with open("{folder}/torpor.log", "rb") as log:
        print(log.read())  # as it stands in a program: a damaged name is any bytes
    import os
    os.remove("{folder}/torpor.log")
except OSError:
    pass
"""
_MEND = """
import os
for name in ("{folder}/link.py", "{folder}/left"):
    try:
        os.remove(name)
    except OSError:
        pass
try:
    os.rename("/kept", "{path}")
except OSError:
    pass
"""


def fault(case: Case, guest: Guest) -> str:
    """The program that makes it; the chip starts anew at its end, but by the reset line."""
    dice = Random(case.at)
    if case.kind == MEMORY:
        how = dice.choice(("reset()", "deepsleep(1)"))
        data = dice.choice((_RETAINED, _RANDOM.format(data=dice.randbytes(RTC_BYTES).hex())))
        flips = [(dice.randrange(1000), dice.randrange(8)) for _ in range(dice.randrange(1, 9))]
        return _MEMORY.format(data=data, flips=flips, starts=STARTS, how=how)
    if case.kind == CLOCK:
        when = {"year": dice.randrange(2000, 2037), "month": dice.randrange(1, 13)}
        return _CLOCK.format(**when, hour=dice.randrange(24))
    if case.kind == NVS_FULL:
        return _FULL
    if case.kind in LOOPS:
        return _loop(guest, case.kind, 1 if case.kind == HANG else 1 + case.at % MOST_TIMES)
    if case.kind == NO_ACCESS_POINT:
        return _NO_ACCESS_POINT.format(path=guest.path(CONFIG))
    size = guest.sizes[case.file]
    damaged = damage.program(case.damage, guest.path(case.file), size, case.at)
    return damaged + begun(guest, case.start)


def begun(guest: Guest, start: str) -> str:
    """The program that ends in a start."""
    if start == CRASHING:
        return _loop(guest, "RuntimeError loop", 1)
    return _BEGUN[start]


def _loop(guest: Guest, kind: str, times: int) -> str:
    program = _LINK.format(folder=guest.folder, fault=LOOPS[kind])
    return _LOOP.format(folder=guest.folder, times=times, program=program)


def mend(case: Case, guest: Guest) -> str:
    """The program that has the board as it was."""
    return _MEND.format(folder=guest.folder, path=guest.path(case.file or CONFIG)) + CLEAN
