"""What surrounds the fake chip, and what of the chip outlives deep sleep: one dict of plain values.

A test moves it by hand. For a program in another interpreter it lies in the JSON file that
TORPOR_WORLD names; a fake that ends the program saves it there, and the next start goes on from it.
"""

import json
import os
import sys

TYPE_CHECKING = False  # as in typing, which MicroPython does not have
if TYPE_CHECKING:
    from typing import Any

PWRON, HARD, WDT, DEEPSLEEP, SOFT = 1, 2, 3, 4, 5  # machine.*_RESET
NO_REASON, EXT0, EXT1, TIMER, ULP, GPIO = 0, 2, 3, 4, 6, 7  # esp_sleep_get_wakeup_cause()

SLEPT, RESET, HUNG = 42, 43, 44  # exit codes: deep sleep, machine.reset(), watchdog

state: "dict[str, Any]" = {}


def fresh() -> "dict[str, Any]":
    """A chip whose power was just switched on, in a quiet world."""
    return {
        "now_ms": 1000,  # of the slow clock, which time.time_ns() shows
        "boot_ms": 1000,  # when ticks_ms() was zero
        "reset_cause": PWRON,
        "wake_reason": NO_REASON,
        "rtc": "",  # what RTC().memory() holds, in hex
        "nvs": {},  # blobs of text by namespace.key
        "nvs_commits": 0,
        "fed": 0,
        "fed_ms": 0,
        "watchdog_ms": 0,  # 0: not started
        "pins": {},  # level by number; 1 where none is given
        "events": [],  # [at_ms, pin, level] in order of time; -1 for a pin: the reset button
        "adc": {},  # by pin: uV, or a list of uV that is read round and round
        "i2c": {},  # by address: the answer in hex; none: the bus raises
        "hangs": 0,  # 1: the I2C bus never answers
        "pulses": 0,  # counted since the counter was read
        "wifi": {
            "present": 1,
            "ssid": "home",
            "password": "secret",
            "rssi": -61,
            "needs_dbm": 0,  # the least power that reaches the access point
            "dhcp": ["192.0.2.7", "255.255.255.0", "192.0.2.1", "192.0.2.1"],
        },
        "joined": [],  # one entry a connect(): [dBm, DHCP or not]
        "ulp": {},  # "period_us", "entry" and "wakes" as they were set
        "memory": {},  # words of the RTC's slow memory, by address
        "slept": [],  # one entry a sleep: [kind, ms]
        "leaks": 0,  # sleeps with the radio on
        "power_save": 0,
    }


def reset() -> None:
    """Start over with a fresh world."""
    state.clear()
    state.update(fresh())


def pin(number: int) -> int:
    """Level of a pin."""
    return int(state["pins"].get(str(number), 1))


def advance(ms: int) -> None:
    """Let time pass and the world's events take effect; a starved watchdog ends the program."""
    state["now_ms"] += ms
    events = state["events"]
    while events and events[0][0] <= state["now_ms"]:
        _, number, level = events.pop(0)
        if number < 0:
            state["reset_cause"] = HARD
            end(RESET)
        state["pins"][str(number)] = level
    if state["watchdog_ms"] and state["now_ms"] - state["fed_ms"] > state["watchdog_ms"]:
        state["reset_cause"] = WDT
        end(HUNG)


def until_change(ms: int) -> int:
    """ms until the next event within this time, at most ms."""
    events = state["events"]
    if events and events[0][0] - state["now_ms"] < ms:
        return max(int(events[0][0] - state["now_ms"]), 0)
    return ms


def end(code: int) -> None:
    """The chip restarts: nothing but this state is left of it."""
    state["watchdog_ms"] = 0
    path = os.getenv("TORPOR_WORLD")
    if path:
        with open(path, "w") as file:
            json.dump(state, file)
    sys.exit(code)


reset()
_path = os.getenv("TORPOR_WORLD")
if _path:
    with open(_path) as _file:
        state.update(json.load(_file))
    state["boot_ms"] = state["now_ms"]
