"""What a board is told at its REPL so that something is wrong with it, and so that nothing is.

A file that is damaged lies in /kept meanwhile. NVS is filled in a namespace of its own.
"""

from random import Random

from host_sim.lab.faults.chip import RTC_BYTES
from host_sim.lab.faults.kinds import CLOCK, HANG, MEMORY
from tools.hil.faults.case import CUT, LOOPS, NO_ACCESS_POINT, NVS_FULL, REMOVED, Case
from tools.provision.version import CONFIG

STARTS = 0x60  # of RTC memory's first byte, as torpor.rescue has them
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
_REMOVED = """
import machine, os
os.rename("{path}", "/kept")
machine.reset()
"""
_CUT = """
import machine, os
os.rename("{path}", "/kept")
size = os.stat("/kept")[6]
with open("/kept", "rb") as one, open("{path}", "wb") as other:
    other.write(one.read(size * {permille} // 1000))
machine.reset()
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
try:
    os.remove("/kept")
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


def path(case: Case, folder: str, files: list[str]) -> str:
    """The file that a fault of a node in a folder is of, where it is of one."""
    one = case.kind in (REMOVED, CUT)
    return f"{folder}/{Random(case.at).choice(files) if one else CONFIG}"


def fault(case: Case, folder: str, files: list[str]) -> str:
    """The program that makes it; the chip starts anew at its end."""
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
        program = _LINK.format(folder=folder, fault=LOOPS[case.kind])
        times = 1 if case.kind == HANG else 1 + case.at % MOST_TIMES
        return _LOOP.format(folder=folder, times=times, program=program)
    of = {REMOVED: _REMOVED, CUT: _CUT, NO_ACCESS_POINT: _NO_ACCESS_POINT}[case.kind]
    return of.format(path=path(case, folder, files), permille=case.at % 1000)


def mend(case: Case, folder: str, files: list[str]) -> str:
    """The program that has the board as it was."""
    return _MEND.format(folder=folder, path=path(case, folder, files)) + CLEAN
