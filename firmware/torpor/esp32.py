"""The port on the chip: MicroPython 1.29 on ESP32, S2, S3, C3 and C6.

What it knows of the hardware: RTC memory holds 2,048 bytes, keeps them through deep sleep and every
reset but a power-on, and is not initialised then. machine.deepsleep() does not stop Wi-Fi. The
clock of time.time_ns() runs on through deep sleep, time.ticks_ms() does not.
"""

import sys
import time

import esp32
import machine

from torpor.drivers import open_driver
from torpor.link.deliver import Delivery
from torpor.policy.sleep import DEEP, IDLE, MODEM
from torpor.policy.ticks import MASK
from torpor.port import COLD, CRASH, FAULT, NONE, PIN, TIMER, WATCH, Port

WATCHDOG_MS = 300000  # the longest wake: a warm-up, two joins, six attempts at five seconds
NAP_MS = 200  # of a modem sleep, between two looks at button and broker
RTC_BYTES = 2048

_NOT_EXT0 = ("ESP32C3", "ESP32C6")  # chips that wake by esp32.wake_on_gpio only


class Esp32Port(Port):
    """The contract of torpor.port on the chip; opens what the configuration names."""

    def __init__(self, config: dict) -> None:
        pins = config["pins"]
        self.rtc = machine.RTC()
        self.watchdog = machine.WDT(timeout=WATCHDOG_MS)
        self.delivery = Delivery(config, [channel["name"] for channel in config["channels"]])
        self.delivery.wifi.cache = self.retained()[-20:]
        self.drivers = [open_driver(channel) for channel in config["channels"]]
        watched = config["watch_channel"]
        self.detector = self.drivers[watched] if watched >= 0 else None
        self.wake_pin = machine.Pin(pins["wake"], machine.Pin.IN) if "wake" in pins else None
        self.outputs = [machine.Pin(pin, machine.Pin.OUT) for pin in pins.get("outputs", ())]
        self.armed_ms = NONE
        self.threshold = 0

    def ticks_ms(self) -> int:
        return time.time_ns() // 1000000 & MASK

    def wait(self, ms: int) -> None:
        time.sleep_ms(ms)

    def account(self, task: int, decision: int) -> None:
        """Nothing is booked on the chip."""

    def measure(self, channel: int) -> int:
        try:
            return self.drivers[channel].read()
        except OSError:
            return FAULT

    def look(self, stage: int) -> int:
        try:
            return self.detector.score(stage) if self.detector else FAULT
        except OSError:
            return FAULT

    def watch(self, interval_ms: int, threshold: int) -> None:
        self.armed_ms = interval_ms
        self.threshold = threshold

    def join(self, tx_qdbm: int, cached: int) -> int:
        return self.delivery.join(tx_qdbm, cached)

    def send(self, r: list[int], first: int, count: int, tx_qdbm: int) -> int:
        return self.delivery.send(r, first, count, tx_qdbm, self.ticks_ms())

    def leave(self) -> None:
        self.delivery.leave()

    def actuate(self, output: int, value: int) -> None:
        self.outputs[output].value(value)

    def command(self) -> int:
        value = self.delivery.commanded
        self.delivery.commanded = NONE
        return value

    def feed(self) -> None:
        self.watchdog.feed()

    def retain(self, data: bytes) -> None:
        """The record in front, what the link remembers at the end."""
        cache = self.delivery.wifi.cache
        self.rtc.memory(data + cache if len(data) + len(cache) <= RTC_BYTES else data)

    def retained(self) -> bytes:
        return self.rtc.memory()

    def sleep(self, kind: int, ms: int) -> int:
        armed_ms = self.armed_ms
        self.armed_ms = NONE
        if kind == MODEM or kind == IDLE:
            return self._nap(ms, armed_ms)
        self.leave()
        if armed_ms > 0:
            return self._poll(ms, armed_ms)
        if armed_ms == 0 and self.wake_pin:
            arm(self.wake_pin)
        if kind == DEEP:
            machine.deepsleep(ms)
        machine.lightsleep(ms)
        return PIN if machine.wake_reason() in _PIN_REASONS else TIMER

    def _nap(self, ms: int, armed_ms: int) -> int:
        """Let the modem sleep until the time is over, the button moves or a command comes."""
        started = time.ticks_ms()
        level = self.wake_pin.value() if self.wake_pin else 0
        while True:
            left_ms = ms - time.ticks_diff(time.ticks_ms(), started)
            self.delivery.listen()
            if self.delivery.commanded != NONE:
                return PIN
            if armed_ms == 0 and self.wake_pin and self.wake_pin.value() != level:
                return PIN
            if left_ms <= 0:
                return TIMER
            self.feed()
            time.sleep_ms(left_ms if left_ms < NAP_MS else NAP_MS)

    def _poll(self, ms: int, armed_ms: int) -> int:
        """Light sleep in short stretches, with a look of stage 0 after each."""
        started = self.ticks_ms()
        while (self.ticks_ms() - started) & MASK < ms:
            machine.lightsleep(armed_ms)
            self.feed()
            if self.look(0) >= self.threshold:
                return WATCH
        return TIMER


_PIN_REASONS = (machine.EXT0_WAKE, machine.EXT1_WAKE)


def arm(pin: machine.Pin) -> None:
    """Wake at the level that the pin does not have now: an edge is then never missed."""
    high = not pin.value()
    chip = sys.implementation._machine.upper().replace("-", "")
    if any([name in chip for name in _NOT_EXT0]):
        esp32.wake_on_gpio((pin,), high)
    else:
        esp32.wake_on_ext0(pin, high)


def cause() -> int:
    """What woke the chip, from the reset's cause and the wake's reason.

    A brown-out reads as a power-on; panics, the watchdog and resets by software are crashes.
    """
    reset = machine.reset_cause()
    if reset == machine.PWRON_RESET:
        return COLD
    if reset != machine.DEEPSLEEP_RESET:
        return CRASH
    return PIN if machine.wake_reason() in _PIN_REASONS else TIMER
