"""The port on the chip, of a node that is woken, too: by a pin, a detector, a button, a broker.

What it knows of the hardware besides (MicroPython's ports/esp32 unless said otherwise):
- Only the ESP32, S2 and S3 wake by ext0. Both ways heed a level and no edge, so the pin is armed
  for the level that it did not have when it was last read: no edge is missed.
- A pin that is to end a sleep needs a pull-up resistor of its own, and no pull of the chip's: on an
  ESP32 that would last through deep sleep. The C3, C5 and C6 switch theirs on by themselves, down
  for a high level (ESP-IDF 5.5.5, sleep_modes.c:2171-2180): the pad is held before, so that they do
  not reach it. ext0 leaves the pad to the RTC, until its mode is set anew (machine_pin.c:181-187).
- Stage 0 of a detector looks from light sleep, whatever sleep was asked for, unless "ulp" has a
  program: then the ULP looks at the watched channel's pin, in deep sleep too (torpor.drivers.ulp),
  and a wake by it is judged by what it remembers.
- Stock MicroPython has no automatic light sleep, so in modem sleep the CPU naps awake: of a switch
  at the slowest clock that Wi-Fi works with (ESP-IDF 5.5.5, MODEM_REQUIRED_MIN_APB_CLK_FREQ).
  It is set before the radio starts: on an ESP32 at 240 MHz that stops the PLL that both run from
  (rtc_clk.c, rtc_clk_cpu_freq_set_config()).

A detector's stages are scored by the driver of the watched channel.
"""

import time

import esp32
import machine

from torpor.esp32 import DOZE_MS, PIN_REASONS, STARTS, Esp32Port, fault, woken_by_ulp
from torpor.policy import const
from torpor.policy.sleep import DEEP, MODEM
from torpor.policy.ticks import diff
from torpor.port import FAULT, NONE, PIN, TIMER, WATCH

TYPE_CHECKING = False  # as in typing, which the chip does not have
if TYPE_CHECKING:
    from torpor.drivers.relay import Relay
    from torpor.drivers.ulp import UlpStage

SLOW_HZ = const(80000000)
NAP_MS = 50  # of a modem sleep, between two looks at button and broker: no press is shorter
OUTPUT = const(2)  # in RTC memory's first byte: what the first output was set to


class WatchingPort(Esp32Port):
    """The contract of torpor.port, whole."""

    def __init__(self, config: dict) -> None:
        super().__init__(config)
        self.outputs = [self._relay(output) for output in config["pins"].get("outputs", ())]
        if self.outputs:
            machine.freq(SLOW_HZ)
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

    def _relay(self, output: dict) -> "Relay":
        from torpor.drivers.relay import Relay

        return Relay(output["pin"], output["on"])

    def measure(self, channel: int) -> int:
        value = super().measure(channel)
        if value != FAULT and channel == self.config["watch_channel"] and self.wake_pin:
            self.seen = self.wake_pin.value()
        return value

    def look(self, stage: int) -> int:
        try:
            driver = self.driver(self.config["watch_channel"])
            if "ulp" in self.config:
                driver.remember(self._by_ulp().remembered() if woken_by_ulp() else [])
            elif stage == 0 and self.loud != NONE:
                return self.loud
            return driver.score(stage)
        except Exception as error:
            return fault(error)

    def watch(self, interval_ms: int, margin: int, ratio_x16: int) -> None:
        self.armed_ms = interval_ms
        self.margin = margin
        self.ratio_x16 = ratio_x16

    def actuate(self, output: int, value: int) -> None:
        self.outputs[output].set(value)
        bit = OUTPUT << output
        self.remember(self.memo | bit if value else self.memo & ~bit)

    def setting(self, output: int) -> int:
        return self.memo // (OUTPUT << output) & 1

    def command(self) -> int:
        return self.delivery.command() if self.delivery else NONE

    def sleep(self, kind: int, ms: int) -> int:
        armed_ms = self.armed_ms
        self.armed_ms = self.loud = NONE
        self.remember(self.memo & ~STARTS)
        if kind <= MODEM:
            return self._nap(kind, ms, armed_ms == 0)
        self.leave()
        if armed_ms == 0 and self.wake_pin:
            arm(self.config["pins"]["wake"], 1 - self.seen)
        by_ulp = "ulp" in self.config and self._arm_ulp(armed_ms)
        if kind == DEEP and (armed_ms <= 0 or by_ulp):
            machine.deepsleep(ms if ms else 1)
        answer = self._listen(ms, DOZE_MS if by_ulp else armed_ms, by_ulp)
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
            from torpor.drivers.ulp import UlpStage, loaded

            pin = self.config["channels"][self.config["watch_channel"]]["pin"]
            ulp = self.config["ulp"]
            words, gates = ulp["words"], ulp["gates"]
            self.ulp = loaded(self, "ulp", lambda binary: UlpStage(binary, words, pin, gates))
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

    def _listen(self, ms: int, armed_ms: int, by_ulp: bool) -> int:
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
            if armed_ms == 0 and (self._moved() or machine.wake_reason() in PIN_REASONS):
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
