"""What is left of a node that cannot start, or hung: its log, and a switch's button.

At the REPL it would draw full current. So main.py catches whatever is missing, wrong or damaged,
leaves time to interrupt it and sleeps for hours: the cell must outlive the mistake. It starts the
watchdog before the first file, since one that cannot be read to its end is imported for ever
(MicroPython 1.29, py/persistentcode.c:169, extmod/vfs_reader.c:58).

This file needs no other of the library, as any of them may be what is damaged, and lies beside the
package. It is shipped as text: of one that is cut short the import ends.
"""

import json
import sys
import time

import machine
from machine import Pin

LOG = "torpor.log"
LOG_BYTES = 4096
HOUR_MS = 3600000
DAY_MS = 24 * HOUR_MS
MOST_STARTS = 3  # without a sleep
MINUTE_MS = 60000
OUTPUT, START, STARTS = 2, 0x20, 0x60  # as torpor.watching, torpor.esp32 have them
NAP_MS = 50  # no press is shorter


def run(path: str, error: BaseException) -> None:
    """Tell of the error, and have one more start where a sleep led to this one.

    A switch works its button for an hour before it starts again. A version on trial
    (torpor.trial) is over by it.
    """
    if "trial" in sys.modules:
        sys.modules["trial"].back(error)
    log(error)
    config = read(path)
    if config["kind"] == "switch":
        work(config["pins"], HOUR_MS)
        machine.reset()
    if machine.reset_cause() == machine.DEEPSLEEP_RESET:
        machine.reset()


def again(path: str) -> None:
    """A start that no sleep led to. Where one follows the other, a rest: the cell must outlive it.

    Six hours after the third, or a day as soon as a start hung again; what came before a power-on,
    which leaves no memory, does not count. A switch works its button for two minutes instead. The
    starts of a version on trial are counted by itself.
    """
    if "trial" in sys.modules:
        return
    hung = machine.reset_cause() == machine.WDT_RESET
    if hung:
        log("the watchdog bit")
    memory = bytearray(machine.RTC().memory())
    if not memory:
        machine.RTC().memory(b"\0")
        return
    rests = memory[0] & STARTS >= (START if hung else MOST_STARTS * START)
    memory[0] = memory[0] & ~STARTS if rests else memory[0] + START
    machine.RTC().memory(memory)
    if not rests:
        return
    log("no start ends in sleep")
    config = read(path)
    if config["kind"] != "switch":
        machine.deepsleep(DAY_MS if hung else 6 * HOUR_MS)
    work(config["pins"], 2 * MINUTE_MS)


def read(path: str) -> dict:
    """The configuration."""
    with open(path) as file:
        config: dict = json.load(file)
    return config


def work(pins: dict, ms: int) -> None:
    """Let each press of the button turn the relay, which stays until then as the reset left it."""
    button = Pin(pins["wake"], Pin.IN, Pin.PULL_UP)
    relay = pins["outputs"][0]
    watchdog = machine.WDT(timeout=MINUTE_MS)
    before = 1
    started = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), started) < ms:
        watchdog.feed()
        level = button.value()
        if level < before:
            turn(relay["pin"], relay["on"])
        before = level
        time.sleep_ms(NAP_MS)


def turn(pin: int, on: int) -> None:
    """Turn the relay, and have the port know it when the node starts again (torpor.esp32)."""
    level = 1 - Pin(pin).value()
    Pin(pin, Pin.OUT, value=level, hold=True)  # type: ignore[call-arg]
    memory = bytearray(machine.RTC().memory() or b"\0")
    memory[0] = memory[0] & ~OUTPUT | (OUTPUT if level == on else 0)
    machine.RTC().memory(memory)


def log(what: str | BaseException) -> None:
    """Append to the log, which starts over when it is full; a broken file system costs the line."""
    try:
        with open(LOG, "a") as file:
            full = file.seek(0, 2) > LOG_BYTES  # MicroPython tells 0 before the first write
        with open(LOG, "w" if full else "a") as file:
            if isinstance(what, str):
                file.write(what + "\n")
            else:
                sys.print_exception(what, file)
    except OSError:
        pass
