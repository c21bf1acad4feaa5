"""What surrounds the fake chip, and what of the chip outlives deep sleep: one dict of plain values.

A test moves it by hand. For a program in another interpreter it lies in the JSON file that
TORPOR_WORLD names; a fake that ends the program saves it there, and the next start goes on from it.

Its time is virtual: it passes where the program sleeps, and at once. The virtual board sets the
hooks below, by which it passes by itself (tools/torpor_tools/virtual/start.py).
"""

import json
import os
import sys
from binascii import hexlify, unhexlify

TYPE_CHECKING = False  # as in typing, which MicroPython does not have
if TYPE_CHECKING:
    from typing import Any

UNTOLD, PWRON, HARD, WDT, DEEPSLEEP, SOFT = 0, 1, 2, 3, 4, 5  # machine.*_RESET
NO_REASON, EXT0, EXT1, TIMER, ULP, GPIO = 0, 2, 3, 4, 6, 7  # esp_sleep_get_wakeup_cause()

# Exit codes: deep sleep, machine.reset(), watchdog, brown-out
ENDS = SLEPT, RESET, HUNG, BROWNED_OUT = 42, 43, 44, 46

ROW = 64  # bytes of the RTC's memory in one string
LAST = 4  # entries of a ledger that a world keeps which goes on by itself

state: "dict[str, Any]" = {}

clock: "Any" = None  # hook: passed_ms() since it was last asked, wait(ms) and listen(ms)
air: "Any" = None  # hook: tell(channel), carry(to, frame) and come() of other worlds' ESP-NOW
stop: "Any" = sys.exit  # hook: ends the program with a code
guard: "Any" = None  # hook: is told in how many ms the watchdog bites unless told again; 0: never
files: "Any" = open  # hook: opens files of the host
ulp: "Any" = None  # hook: a run of the ULP: whether it wakes the CPU, and whether its timer goes on


def fresh() -> "dict[str, Any]":
    """A chip whose power was just switched on, in a quiet world."""
    return {
        "chip": "esp32",
        "mac": "020000547072",  # of its station
        "now_ms": 1000,  # of the slow clock
        "clock_ms": 0,  # what time.time_ns() shows besides: RTC().datetime() sets it
        "boot_ms": 1000,  # when ticks_ms() was zero
        "reset_cause": PWRON,
        "wake_reason": NO_REASON,
        "rtc": [],  # what RTC().memory() holds: hold() and held()
        # By namespace.key: a blob as text, a character a byte, or the length of one that nobody
        # reads; an integer in a list of its own.
        "nvs": {},
        "nvs_commits": 0,
        "fed": 0,
        "fed_ms": 0,
        "watchdog_ms": 0,  # 0: not started
        "pins": {},  # level by number; 1 where none is given
        "pads": {},  # by number: the level that the chip has for it, whether it drives, is held
        "driven": [],  # one entry a change of what the chip drives: [ms, pin, level]
        "events": [],  # [at_ms, pin, level] in order of time; -1 for a pin: a panic. A
        # reset button is a power-on: cut_power() (ESP-IDF 5.5.5, esp_system.h:26-27).
        "adc": {},  # by pin: uV, or a list of uV that is read round and round
        "i2c": {},  # by address, or address@sda,scl: the answer in hex; none: the bus raises
        "hangs": 0,  # 1: the I2C bus never answers
        "pulses": {},  # by pin: how many came since its counter was read
        "wifi": {
            "present": 1,
            "ssid": "home",
            "password": "sleepwell",
            "rssi": -61,
            "needs_dbm": 0,  # the least power that reaches the access point
            "channel": 6,
            "channels": 11,  # that the country allows
            "dhcp": ["192.0.2.7", "255.255.255.0", "192.0.2.1", "192.0.2.1"],
        },
        # A cell: mV without a load, mOhm, mV under which the chip browns out, and the mA of a burst
        # by the radio's level. None: a supply that nothing pulls down.
        "cell": None,
        "drift_ppm": 0,  # by how much a sleep is longer than the chip's clock has it
        # By address in hex, of ESP-NOW nodes that take what is sent on any channel: RSSI in dBm.
        "peers": {},
        "air": [],  # what comes by ESP-NOW: [address and message in hex, RSSI in dBm]
        "sent": [],  # what went by ESP-NOW: [address and message in hex]
        "joined": [],  # one entry a connect(): [dBm, DHCP or not]
        # "period_us", "entry" and "wakes" as they were set, and "next_ms" while its timer is on.
        "ulp": {},
        "memory": [],  # words of the RTC's slow memory, from its start
        "slept": [],  # one entry a sleep: [kind, ms]
        "leaks": 0,  # sleeps with the radio on, or with a pull-up that its contact draws from
        "pull_up_ohm": 10000,  # the resistor at each pin that ends a sleep
        "power_save": 0,
        "mhz": 0,  # of the CPU; 0: what a start sets, machine.freq()
        "clocked": [],  # one entry a change of it: MHz
    }


def reset() -> None:
    """Start over with a fresh world."""
    state.clear()
    state.update(fresh())


def now_ms() -> int:
    """The world's time."""
    if clock:
        skip(clock.passed_ms())
    return int(state["now_ms"])


def clock_now_ms() -> int:
    """The chip's clock, ms since the epoch."""
    return now_ms() + int(state["clock_ms"])


def pin(number: int) -> int:
    """Level of a pin."""
    now_ms()
    return int(state["pins"].get(str(number), 1))


def drive(number: int) -> None:
    """Put a pad's level onto its pin, unless the pad is held or drives nothing."""
    pad = state["pads"][str(number)]
    if pad["drives"] and not pad["held"]:
        _level(number, pad["out"])


def release() -> None:
    """A reset: pads drive nothing, but for those that are held.

    What hung on one is off then: a relay has a resistor that opens it.
    """
    for number, pad in state["pads"].items():
        if pad["drives"] and not pad["held"]:
            _level(int(number), 0)
            pad["drives"] = 0


def _level(number: int, level: int) -> None:
    if state["pins"].get(str(number)) != level:
        state["pins"][str(number)] = level
        note("driven", [now_ms(), number, level])


def hold(chip: "dict[str, Any]", memory: "bytes | bytearray") -> None:
    """Have the RTC's memory hold this, in rows: the chip's heap has no room for one long string."""
    chip["rtc"] = []  # nor for both
    rows = range(0, len(memory), ROW)
    chip["rtc"] = [hexlify(memory[at : at + ROW]).decode() for at in rows]


def held(chip: "dict[str, Any]") -> bytes:
    """What the RTC's memory holds."""
    return b"".join([unhexlify(row) for row in chip["rtc"]])


def cut_power(chip: "dict[str, Any]") -> None:
    """Take its power and give it back: nothing but the flash is left of a chip's state."""
    for number in chip["pads"]:
        chip["pins"][number] = 0
    chip.update(reset_cause=PWRON, wake_reason=NO_REASON, rtc=[], memory=[], pads={}, ulp={}, mhz=0)


def brown_out() -> None:
    """The cell breaks down: a reset by software (ESP-IDF 5.5.5, brownout.c:44-81).

    RTC memory and holds outlive it, and MicroPython calls it a power-on (modmachine.c:239).
    """
    state["reset_cause"] = PWRON
    end(BROWNED_OUT)


def burst(level: int) -> None:
    """The radio sends: a cell falls by what its resistance takes (host_sim/hardware/cell.py)."""
    cell = state["cell"]
    if cell and cell["mv"] - cell["tx_ma"][level] * cell["mohm"] // 1000 < cell["least_mv"]:
        brown_out()


def advance(ms: int) -> None:
    """Sleep: let time pass at its own pace."""
    if clock:
        skip(clock.passed_ms())
        clock.wait(ms)
    skip(ms)


def listen(ms: int) -> None:
    """Wait for somebody else, whose time is the host's in a world that goes on by itself."""
    if clock:
        clock.listen(ms)
        skip(clock.passed_ms())
    else:
        advance(ms)


def skip(ms: int) -> None:
    """Let time have passed and the world's events take effect; a starved watchdog ends all."""
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


def doze(ms: int, deep: bool) -> None:
    """Sleep while the watchdog's clock stands still.

    A deep sleep is over at once: whoever starts the interpreter anew takes the time that it lasts.
    """
    if guard:
        guard(0)
    state["fed_ms"] += ms
    if deep:
        skip(ms)
    else:
        advance(ms)
    if guard and state["watchdog_ms"]:
        guard(state["watchdog_ms"] + state["fed_ms"] - state["now_ms"])


def note(ledger: str, entry: "list[Any]") -> None:
    """Append to a ledger. A world that goes on by itself keeps the last ones only."""
    state[ledger].append(entry)
    if clock:
        state[ledger] = state[ledger][-LAST:]


def until_change(ms: int) -> int:
    """ms until the next event within this time, at most ms."""
    events = state["events"]
    if events and events[0][0] - state["now_ms"] < ms:
        return max(int(events[0][0] - state["now_ms"]), 0)
    return ms


def watch_over(ms: int) -> None:
    """Start the watchdog with a period, feed it with the same, or stop it with 0."""
    state["watchdog_ms"] = 0  # it does not bite for the time before
    state["fed_ms"] = now_ms()
    state["watchdog_ms"] = ms
    if guard:
        guard(ms)


def end(code: int) -> None:
    """The chip restarts: nothing but this state is left of it.

    Whether the ULP may end a sleep is forgotten (ports/esp32/machine_rtc.c:80); its timer runs on.
    What woke the chip is known behind a deep sleep alone (ESP-IDF 5.5.5, sleep_modes.c:2344).
    """
    watch_over(0)
    if code != SLEPT:
        state["wake_reason"] = NO_REASON
    if state["ulp"]:
        state["ulp"]["wakes"] = 0
    state["mhz"] = 0
    release()
    keep()
    stop(code)


def keep() -> None:
    """Save what outlives a restart."""
    if _path:
        with files(_path, "w") as file:
            json.dump(state, file)


reset()
_path = os.getenv("TORPOR_WORLD")
if _path:
    with open(_path) as _file:
        state.update(json.load(_file))
    if state["reset_cause"] != SOFT:
        state["boot_ms"] = state["now_ms"]
