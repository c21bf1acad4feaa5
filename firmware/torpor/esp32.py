"""The port on the chip: MicroPython 1.29 on ESP32, S2, S3, C3 and C6.

What it knows of the hardware (MicroPython's ports/esp32 unless said otherwise):
- RTC memory holds 2,048 bytes and keeps them through deep sleep and every reset but a power-on; the
  first says whether the radio is on and what the outputs were set to. A brown-out is a reset by
  software (ESP-IDF 5.5.5, brownout.c:44), which reset_cause() calls a power-on (modmachine.c:239).
- The clock of time.time_ns() runs on through deep sleep, that of ticks_ms() does not. Nothing on
  the device sets it; whoever does (mpremote rtc --set, ntptime) moves the node's ticks.
- machine.deepsleep() does not stop Wi-Fi.
- Only the ESP32, S2 and S3 wake by ext0. Both ways heed a level and no edge, so the pin is armed
  for the level that it did not have when it was last read: no edge is missed.
- A pin that is to end a sleep needs a pull-up resistor of its own, and no pull of the chip's: on an
  ESP32 that would last through deep sleep. The C3, C5 and C6 switch theirs on by themselves, down
  for a high level (ESP-IDF 5.5.5, sleep_modes.c:2171-2180): the pad is held before, so that they do
  not reach it. ext0 leaves the pad to the RTC, until its mode is set anew (machine_pin.c:181-187).
- Stage 0 of a detector looks from light sleep, whatever sleep was asked for, unless "ulp" has a
  program: then the ULP looks at the watched channel's pin, in deep sleep too (torpor.drivers.ulp),
  and a wake by it is judged by what it remembers.
- Stock MicroPython has no automatic light sleep, so in modem sleep the CPU naps awake.

config.json is what torpor.config reads, and besides:

    {"name": "garden",
     "wifi": {"ssid": "home", "password": "..."},
     "broker": {"host": "192.0.2.1", "port": 1883, "user": "...", "password": "..."},
     "ulp": {"binary": "dWxwAAw...", "words": {"threshold": 42, "ratio": 43, ...},
             "gates": {"sustained": 125, "share": 6}},
     "pins": {"wake": 33, "outputs": [{"pin": 26, "on": 1}]},
     "channels": [
        {"name": "temperature", "driver": "sht3x.temperature", "sda": 21, "scl": 22, ...}]}

"port" (1883) and "user" of the broker may be left out; so may "ulp", "wake" (a switch's button to
ground), "outputs" (`on` is the level that switches on) and "markers" (torpor.markers). A password
that is left out is read from NVS: blobs "wifi_password" and "broker_password" of the namespace that
"secrets" names ("torpor").
torpor.drivers says what a channel's driver needs beside its name. A detector's stages are scored by
the driver of the watched channel.
"""

import time

import esp32
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
    NONE,
    PIN,
    SURGE,
    TIMER,
    WATCH,
    WATCHDOG_MS,
)

TYPE_CHECKING = False  # as in typing, which the chip does not have
if TYPE_CHECKING:
    from torpor.drivers import Driver
    from torpor.drivers.relay import Relay
    from torpor.drivers.ulp import UlpStage
    from torpor.link.deliver import Delivery
    from torpor.port import Port
else:
    Port = object  # of which nothing is inherited: a wake does without that module

RTC_BYTES = 2048
NAP_MS = 50  # of a modem sleep, between two looks at button and broker: no press is shorter
DOZE_MS = 60000  # of a light sleep, between two feeds of the watchdog

# In RTC memory's first byte.
_ON_AIR = const(1)
OUTPUT = const(2)
STARTS = const(0xE0)  # how many led to no sleep: torpor.rescue counts them, main.py marks one
_ULP_WAKE = 6  # ESP_SLEEP_WAKEUP_ULP
_GPIO_WAKE = 7  # ESP_SLEEP_WAKEUP_GPIO, for which machine has no name
_PIN_REASONS = (machine.EXT0_WAKE, machine.EXT1_WAKE, _GPIO_WAKE)


class Esp32Port(Port):
    """The contract of torpor.port on the chip; opens what a wake needs when it needs it."""

    def __init__(self, config: dict) -> None:
        pins = config["pins"]
        self.config = config
        self.rtc = machine.RTC()
        self.watchdog = machine.WDT(timeout=WATCHDOG_MS)
        # The link's modules and the radio's start take time that only a wake that joins spends.
        self.delivery: Delivery | None = None
        self.memo = (self.rtc.memory() or b"\0")[0] & ~_ON_AIR
        self.kept = config.get("kept", b"")
        self.drivers: list[Driver | None] = [None] * len(config["channels"])
        self.outputs = [self._relay(output) for output in pins.get("outputs", ())]
        self.wake_pin = self._wake_input()
        self.seen = self.wake_pin.value() if self.wake_pin else 0
        self.looked = time.ticks_ms()
        self.pressed = False  # while the node had no time for its button
        self.armed_ms = NONE
        self.margin = 0
        self.ratio_x16 = 0
        self.floor = 0  # of stage 0, where the CPU polls
        self.loud = NONE  # what stage 0 scored as it woke the node
        self.ulp: UlpStage | None = None

    def ticks_ms(self) -> int:
        return time.time_ns() // 1000000 & MASK

    def wait(self, ms: int, kind: int = IDLE) -> None:
        if kind >= LIGHT and not self.delivery:  # a radio that is on would lose its network
            self._doze(ms, NONE, False)
            return
        while ms > 0:
            time.sleep_ms(ms if ms < WATCHDOG_MS // 2 else WATCHDOG_MS // 2)
            self.feed()
            ms -= WATCHDOG_MS // 2

    def account(self, task: int, decision: int) -> None:
        """Nothing is booked on the chip."""

    def measure(self, channel: int) -> int:
        try:
            value = self._driver(channel).read()
        except Exception as error:  # one driver must not cost the node
            return fault(error)
        if channel == self.config["watch_channel"] and self.wake_pin:
            self.seen = self.wake_pin.value()
        return value

    def look(self, stage: int) -> int:
        try:
            driver = self._driver(self.config["watch_channel"])
            if "ulp" in self.config:
                driver.remember(self._by_ulp().remembered() if woken_by_ulp() else [])
            elif stage == 0 and self.loud != NONE:
                return self.loud
            return driver.score(stage)
        except Exception as error:
            return fault(error)

    def _relay(self, output: dict) -> "Relay":
        from torpor.drivers.relay import Relay

        return Relay(output["pin"], output["on"])

    def _driver(self, channel: int) -> "Driver":
        driver = self.drivers[channel]
        if driver is None:
            driver = self.drivers[channel] = open_driver(self.config["channels"][channel])
        return driver

    def watch(self, interval_ms: int, margin: int, ratio_x16: int) -> None:
        self.armed_ms = interval_ms
        self.margin = margin
        self.ratio_x16 = ratio_x16

    def join(self, tx_qdbm: int, cached: int, within_ms: int = LINK_MS) -> int:
        if self.delivery is None:
            from torpor.link import ERRORS
            from torpor.link.deliver import Delivery

            config = self.config
            try:
                self.delivery = Delivery(config if "wifi" in config else kept.read(config["path"]))
            except ERRORS:  # no memory for the driver, or whatever else it lacks
                return NO_AP
            self.delivery.wifi.feed = self.delivery.mqtt.feed = self._attend
        self._on_air(True)
        answer = self.delivery.join(tx_qdbm, cached, within_ms)
        if answer >= 0:
            self._on_air(False)
        return answer

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
        self._remember(self.memo | _ON_AIR if on else self.memo & ~_ON_AIR)

    def _remember(self, memo: int) -> None:
        """Have it before what is retained."""
        if memo != self.memo:
            self.memo = memo
            memory = bytearray(self.rtc.memory() or b"\0")
            memory[0] = memo
            self.rtc.memory(memory)

    def actuate(self, output: int, value: int) -> None:
        self.outputs[output].set(value)
        bit = OUTPUT << output
        self._remember(self.memo | bit if value else self.memo & ~bit)

    def setting(self, output: int) -> int:
        return self.memo // (OUTPUT << output) & 1

    def command(self) -> int:
        return self.delivery.command() if self.delivery else NONE

    def feed(self) -> None:
        self.watchdog.feed()

    def retain(self, data: bytes) -> None:
        memory = bytes((self.memo,)) + data + self.kept
        self.rtc.memory(memory if len(memory) <= RTC_BYTES else memory[: 1 + len(data)])

    def retained(self) -> bytes:
        return memory()[1:]

    def sleep(self, kind: int, ms: int) -> int:
        armed_ms = self.armed_ms
        self.armed_ms = self.loud = NONE
        self._remember(self.memo & ~STARTS)
        if kind <= MODEM:
            return self._nap(kind, ms, armed_ms == 0)
        self.leave()
        if armed_ms == 0 and self.wake_pin:
            arm(self.config["pins"]["wake"], 1 - self.seen)
        by_ulp = "ulp" in self.config and self._arm_ulp(armed_ms)
        if kind == DEEP and (armed_ms <= 0 or by_ulp):
            machine.deepsleep(ms if ms else 1)
        answer = self._doze(ms, DOZE_MS if by_ulp else armed_ms, by_ulp)
        if armed_ms == 0 and self.wake_pin:
            disarm()
            self.wake_pin = self._wake_input()
        return answer

    def _wake_input(self) -> machine.Pin | None:
        """The pin to read: of a switch, which is on the mains, the chip pulls its button up."""
        pins = self.config["pins"]
        if "wake" not in pins:
            return None
        pull = machine.Pin.PULL_UP if "outputs" in pins else None
        return machine.Pin(pins["wake"], machine.Pin.IN, pull, hold=False)  # type: ignore

    def _arm_ulp(self, interval_ms: int) -> bool:
        """Let the ULP look every interval_ms, or not at all; whether it looks."""
        if interval_ms > 0:
            self._by_ulp().arm(interval_ms, self.margin, self.ratio_x16)
        else:
            self._by_ulp().disarm()
        return interval_ms > 0

    def _by_ulp(self) -> "UlpStage":
        """The ULP's stage; its program is loaded unless a deep sleep has kept it."""
        if self.ulp is None:
            from binascii import a2b_base64

            from torpor.drivers.ulp import UlpStage

            watched = self.config["channels"][self.config["watch_channel"]]
            ulp = self.config["ulp"]
            # Deep sleep leaves the program in place: what is kept of "ulp" lacks it.
            binary = a2b_base64(ulp.get("binary", ""))
            self.ulp = UlpStage(binary, ulp["words"], watched["pin"], ulp["gates"])
            if machine.reset_cause() != machine.DEEPSLEEP_RESET:
                self.ulp.load()
        return self.ulp

    def _nap(self, kind: int, ms: int, heeds_pin: bool) -> int:
        """Stay awake until the time is over, the pin moves or a command comes.

        In modem sleep the pin is a button: it counts when it is pressed, not when it is let go.
        """
        started = time.ticks_ms()
        while True:
            left_ms = ms - time.ticks_diff(time.ticks_ms(), started)
            if self.delivery and self.delivery.listen():
                return PIN
            moved = heeds_pin and self._moved()
            if self.pressed or (moved and not (kind == MODEM and self.seen)):
                self.pressed = False
                return PIN
            if left_ms <= 0:
                return TIMER
            self.feed()
            time.sleep_ms(left_ms if left_ms < NAP_MS else NAP_MS)

    def _attend(self) -> None:
        """In the midst of a join or a message: feed the watchdog, and look at a switch's button."""
        self.feed()
        if self.outputs and time.ticks_diff(time.ticks_ms(), self.looked) >= NAP_MS:
            self.looked = time.ticks_ms()
            self.pressed |= self._moved() and not self.seen

    def _moved(self) -> bool:
        """Whether the pin has another level than when it was last seen; it is seen now."""
        before = self.seen
        self.seen = self.wake_pin.value() if self.wake_pin else before
        return self.seen != before

    def _doze(self, ms: int, armed_ms: int, by_ulp: bool) -> int:
        """Light sleep in stretches: each ends in a look of stage 0, or feeds the watchdog."""
        started = self.ticks_ms()
        stretch_ms = armed_ms if armed_ms > 0 else DOZE_MS
        while True:
            left_ms = ms - diff(self.ticks_ms(), started)
            if left_ms <= 0:
                return TIMER
            machine.lightsleep(left_ms if left_ms < stretch_ms else stretch_ms)
            self.feed()
            if armed_ms == 0:
                self.wake_pin = self._wake_input()
            if armed_ms == 0 and (self._moved() or machine.wake_reason() in _PIN_REASONS):
                return PIN
            if by_ulp:
                if woken_by_ulp():
                    return WATCH
            elif 0 < armed_ms < left_ms and self._loud():
                return WATCH

    def _loud(self) -> bool:
        """Stage 0's look by the CPU: whether it wakes the node. It moves the floor."""
        score = self.look(0)
        if score == FAULT:
            return False
        least = (self.floor >> 2) * (self.ratio_x16 >> 2) + self.margin
        self.floor += (score >> 4) - (self.floor >> 4)
        if score >= least:
            self.loud = score
        return score >= least


def woken_by_ulp() -> bool:
    """Whether it ended the last sleep."""
    return machine.wake_reason() == _ULP_WAKE


def memory() -> bytes:
    """What RTC memory holds: a byte of the port's, what is retained, the configuration."""
    return machine.RTC().memory()


def fault(error: Exception) -> int:
    """Tell the console what failed, and answer FAULT."""
    print("fault:", repr(error))
    return FAULT


def arm(number: int, level: int) -> None:
    """Let this level of a pin end the next sleep."""
    pin = machine.Pin(number, machine.Pin.IN, None)  # type: ignore[arg-type]
    if hasattr(esp32, "wake_on_ext0"):
        esp32.wake_on_ext0(pin, bool(level))
    else:
        esp32.wake_on_gpio((pin,), bool(level))
        machine.Pin(number, machine.Pin.IN, None, hold=True)  # type: ignore


def disarm() -> None:
    """Let no pin end the sleeps to come."""
    if hasattr(esp32, "wake_on_ext0"):
        esp32.wake_on_ext0(None, False)
    else:
        esp32.wake_on_gpio((), False)


def cause() -> int:
    """What woke the chip, from the reset's cause and the wake's reason.

    A brown-out reads as a power-on; panics, the watchdog and resets by software are crashes. SURGE
    is to be believed only where something is retained: else the memory holds it by chance.
    """
    reset = machine.reset_cause()
    on_air = (machine.RTC().memory() or b"\0")[0] & _ON_AIR
    if reset == machine.PWRON_RESET:
        return SURGE if on_air else COLD
    if reset != machine.DEEPSLEEP_RESET:
        return FELL if on_air else CRASH
    reason = machine.wake_reason()
    if woken_by_ulp():
        return WATCH
    return PIN if reason in _PIN_REASONS else TIMER
