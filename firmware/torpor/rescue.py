"""What is left of a node that cannot start: its log, and a switch's button.

It needs no other file of the library, since any of them may be what is damaged.
"""

import json
import sys
import time

import machine
from machine import Pin

LOG = "torpor.log"
LOG_BYTES = 4096
HOUR_MS = 3600000
NAP_MS = 50  # no press is shorter


def run(path: str, error: BaseException) -> None:
    """Tell of the error; a switch then works its button for an hour, and tries to start again."""
    log(error)
    with open(path) as file:
        config = json.load(file)
    if config["kind"] == "switch":
        work(config["pins"], HOUR_MS)
        machine.reset()


def work(pins: dict, ms: int) -> None:
    """Let each press of the button turn the relay, which stays until then as the reset left it."""
    button = Pin(pins["wake"], Pin.IN, Pin.PULL_UP)
    relay = pins["outputs"][0]["pin"]
    before = 1
    started = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), started) < ms:
        level = button.value()
        if level < before:
            Pin(relay, Pin.OUT, value=1 - Pin(relay).value(), hold=True)  # type: ignore[call-arg]
        before = level
        time.sleep_ms(NAP_MS)


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
