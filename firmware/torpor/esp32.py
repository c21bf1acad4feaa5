"""The port on the chip, of a node that measures, sends and sleeps: MicroPython 1.29.

torpor.watching has what a pin, an output or a detector needs besides.

What it knows of the hardware (MicroPython's ports/esp32 unless said otherwise):
- RTC memory holds 2,048 bytes and keeps them through deep sleep and every reset but a power-on; the
  first says whether the radio is on and what the outputs were set to. A brown-out is a reset by
  software (ESP-IDF 5.5.5, brownout.c:44), which reset_cause() calls a power-on (modmachine.c:239).
- The clock of time.time_ns() runs on through deep sleep, that of ticks_ms() does not. Nothing on
  the device sets it; whoever does (mpremote rtc --set, ntptime) moves the node's ticks.
- machine.deepsleep() does not stop Wi-Fi.

config.json is what torpor.config reads, and besides:

    {"name": "garden",
     "wifi": {"ssid": "home", "password": "..."},
     "broker": {"host": "192.0.2.1", "port": 1883, "user": "...", "password": "..."},
     "gateway": "246f28aabbcc",
     "ulp": {"binary": "dWxwAAw...", "words": {"threshold": 42, "ratio": 43, ...},
             "gates": {"share": 29}},
     "pins": {"wake": 33, "outputs": [{"pin": 26, "on": 1}]},
     "channels": [
        {"name": "temperature", "driver": "sht3x.temperature", "sda": 21, "scl": 22, ...}]}

The address of a gateway stands in the place of network and broker. "port" (1883) and "user" of the
broker may be left out; so may "ulp", "wake" (a switch's button to ground), "outputs" (`on` is the
level that switches on) and "markers" (torpor.markers). A password that is left out is read from
NVS: blobs "wifi_password" and "broker_password" of the namespace that "secrets" names ("torpor"),
and "gateway_key", without which nothing to a gateway is encrypted.
torpor.drivers says what a channel's driver needs beside its name.
"""

import time

import machine

from torpor import kept
from torpor.drivers import open_driver
from torpor.policy import const
from torpor.policy.patience import LINK_MS
from torpor.policy.sleep import DEEP, IDLE, LIGHT, MODEM
from torpor.policy.ticks import MASK, diff
from torpor.port import (
    COLD,
    CRASH,
    FAULT,
    FELL,
    NO_AP,
    PIN,
    SURGE,
    TIMER,
    WATCH,
    WATCHDOG_MS,
)

TYPE_CHECKING = False  # as in typing, which the chip does not have
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from torpor.drivers import Driver
    from torpor.link.deliver import Delivery
    from torpor.port import Port
else:
    Port = object  # of which nothing is inherited: a wake does without that module

RTC_BYTES = 2048
DOZE_MS = 60000  # of a light sleep, between two feeds of the watchdog

# In RTC memory's first byte, with torpor.watching's.
_ON_AIR = const(1)
STARTS = const(0x60)  # how many led to no sleep: rescue counts them
_ULP_WAKE = 6  # ESP_SLEEP_WAKEUP_ULP
_GPIO_WAKE = 7  # ESP_SLEEP_WAKEUP_GPIO, for which machine has no name
PIN_REASONS = (machine.EXT0_WAKE, machine.EXT1_WAKE, _GPIO_WAKE)


class Esp32Port(Port):
    """The contract of torpor.port on the chip; opens what a wake needs when it needs it."""

    def __init__(self, config: dict) -> None:
        self.config = config
        self.rtc = machine.RTC()
        self.watchdog = machine.WDT(timeout=WATCHDOG_MS)
        # The link's modules and the radio's start take time that only a wake that joins spends.
        self.delivery: Delivery | None = None
        self.memo = (self.rtc.memory() or b"\0")[0] & ~_ON_AIR
        self.kept = config.get("kept", b"")
        self.drivers: list[Driver | None] = [None] * len(config["channels"])

    def ticks_ms(self) -> int:
        return time.time_ns() // 1000000 & MASK

    def wait(self, ms: int, kind: int = IDLE) -> None:
        if kind >= LIGHT and not self.delivery:  # a radio that is on would lose its network
            self._doze(ms)
            return
        while ms > 0:
            time.sleep_ms(ms if ms < WATCHDOG_MS // 2 else WATCHDOG_MS // 2)
            self.feed()
            ms -= WATCHDOG_MS // 2

    def account(self, task: int, decision: int) -> None:
        """Nothing is booked on the chip."""

    def measure(self, channel: int) -> int:
        try:
            return self.driver(channel).read()
        except Exception as error:  # one driver must not cost the node
            return fault(error)

    def driver(self, channel: int) -> "Driver":
        """What reads a channel, opened once."""
        driver = self.drivers[channel]
        if driver is None:
            driver = self.drivers[channel] = open_driver(self.config["channels"][channel])
        return driver

    def join(self, tx_qdbm: int, cached: int, within_ms: int = LINK_MS) -> int:
        self._on_air(True)
        if self.delivery is None:
            self._open()
        answer = NO_AP
        if self.delivery:
            answer = self.delivery.join(tx_qdbm, cached, within_ms)
        if answer >= 0:
            self._on_air(False)
        return answer

    def _open(self) -> None:
        """Have the link, if it can be had: what it was opened by is garbage before it joins."""
        from torpor.link import ERRORS

        config = self.config
        try:
            if "name" not in config:
                config = kept.read(config["path"])
            self.delivery = opened_link(config, self._attend)
        except ERRORS:  # no memory for the driver, or whatever else it lacks
            pass

    def send(self, r: list[int], first: int, count: int, tx_qdbm: int) -> int:
        if self.delivery is None:
            return 0
        return self.delivery.send(r, first, count, tx_qdbm, self.ticks_ms())

    def leave(self) -> None:
        if self.delivery:
            self.delivery.leave()
            self._on_air(False)

    def _on_air(self, on: bool) -> None:
        """Have RTC memory say whether the radio is on, in case that this ends in a reset."""
        self.remember(self.memo | _ON_AIR if on else self.memo & ~_ON_AIR)

    def remember(self, memo: int) -> None:
        """Have it before what is retained."""
        if memo != self.memo:
            self.memo = memo
            memory = bytearray(self.rtc.memory() or b"\0")
            memory[0] = memo
            self.rtc.memory(memory)

    def feed(self) -> None:
        self.watchdog.feed()

    def _attend(self) -> None:
        """In the midst of a join or a message."""
        self.feed()

    def retain(self, data: bytes) -> None:
        end = 1 + len(data)
        kept = self.kept if end + len(self.kept) <= RTC_BYTES else b""
        memory = bytearray(end + len(kept))
        memory[0] = self.memo
        memory[1:end] = data
        memory[end:] = kept
        self.rtc.memory(memory)

    def retained(self) -> bytes:
        return memory()[1:]

    def sleep(self, kind: int, ms: int) -> int:
        self.remember(self.memo & ~STARTS)
        if kind <= MODEM:
            self.wait(ms)
        else:
            if self.delivery:
                self.leave()
            if kind == DEEP:
                machine.deepsleep(ms if ms else 1)
            self._doze(ms)
        return TIMER

    def _doze(self, ms: int) -> None:
        """Light sleep in stretches: each ends in a feed of the watchdog."""
        started = self.ticks_ms()
        left_ms = ms
        while left_ms > 0:
            machine.lightsleep(left_ms if left_ms < DOZE_MS else DOZE_MS)
            self.feed()
            left_ms = ms - diff(self.ticks_ms(), started)


def opened(config: dict) -> Port:
    """The port that a configuration asks for."""
    if "monitor" in config:  # then there is neither a switch nor a detector
        from torpor.monitoring import MonitoringPort

        return MonitoringPort(config)
    pins = config["pins"]
    if "wake" in pins or "outputs" in pins or config["watch_channel"] >= 0:
        from torpor.watching import WatchingPort

        return WatchingPort(config)
    return Esp32Port(config)


def opened_link(config: dict, feed: "Callable[[], None]") -> "Any":
    """What brings readings to the broker: a gateway by ESP-NOW where there is one, else Wi-Fi."""
    if "gateway" in config:
        from torpor.link.gateway import Delivery
    else:
        from torpor.link.deliver import Delivery  # type: ignore[assignment]
    return Delivery(config, feed)


def woken_by_ulp() -> bool:
    """Whether it ended the last sleep."""
    return machine.wake_reason() == _ULP_WAKE


def memory() -> bytes:
    """What RTC memory holds: a byte of the port's, what is retained, the configuration."""
    return machine.RTC().memory()


def attend() -> None:
    """Somebody is at the terminal: the watchdog, which nothing stops, leaves ten minutes."""
    machine.WDT(timeout=600000)


def fault(error: Exception) -> int:
    """Tell the console what failed, and answer FAULT."""
    print("fault:", repr(error))
    return FAULT


def cause(memory: bytes) -> int:
    """What woke the chip, from the reset's cause, the wake's reason and what RTC memory holds.

    A brown-out reads as a power-on; panics, the watchdog and resets by software are crashes. 0 is
    one by the chip's own USB, as when it was flashed (modmachine.c:255-258): somebody is there.
    SURGE is to be believed only where something is retained: else the memory holds it by chance.
    """
    reset = machine.reset_cause()
    on_air = memory[0] & _ON_AIR if memory else 0
    if reset == machine.PWRON_RESET:
        return SURGE if on_air else COLD
    if reset != machine.DEEPSLEEP_RESET:
        return FELL if on_air else CRASH if reset else COLD
    reason = machine.wake_reason()
    if woken_by_ulp():
        return WATCH
    return PIN if reason in PIN_REASONS else TIMER
