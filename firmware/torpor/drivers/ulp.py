"""A detector's first stage on the ULP: it looks while the CPU is in deep sleep, and wakes it.

    program = assemble(PROGRAMS["loudness"], "esp32", names("esp32", 34))
    stage = UlpStage(program.binary(), program.labels, 34, gates([400, 200, 48]))
    stage.load()  # after a cold start; RTC memory keeps the program through deep sleep
    stage.arm(150, 400, 32)  # look every 150 ms, wake at 400 above twice the floor
    machine.deepsleep(60000)  # machine.wake_reason() is ULP_WAKE when the ULP woke the CPU

Assembling takes longer than a look, so a node is given the words (node_toml.py of torpor_tools).

Never run on a chip. The words are those that binutils makes (tests/ulp), the calls MicroPython's
esp32.ULP; what only a chip can show, going by ESP-IDF's drivers:
- ESP32: that the registers which the programs write are all that it takes. An input needs a
  resistor of its own: pull-ups of the RTC pads are not set. No wake by ext0 beside the ULP's.
- S2, S3: deep sleep cuts the supply of RTC peripherals unless something asks for it. "edges" sets
  up its pad on each run; whether the converter works is doubtful, as ESP-IDF's own example calls
  esp_sleep_enable_adc_tsens_monitor(), which MicroPython does not offer (see esp-idf issue 13574).
- The period counts cycles of the slow clock, which drifts by some percent; on the S2 and S3 it has
  24 bits, about two minutes.
"""

from binascii import a2b_base64

import esp32
import machine
from machine import ADC, Pin, mem32

from torpor import kept
from torpor.policy import const

TYPE_CHECKING = False  # as in typing, which the chip does not have
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

LOADED = const(0x80)  # in RTC memory's first byte, with torpor.esp32's: the ULP has its program
SLOW_MEMORY = 0x50000000  # of the RTC, as the CPU sees it; the ULP's program is at its start


class Program:
    """A program in RTC memory; `words` tells where its variables are, in words from its start."""

    def __init__(self, binary: bytes, words: dict[str, int]) -> None:
        self.binary = binary
        self.words = words
        self.ulp = esp32.ULP()

    def load(self) -> None:
        """Write the program to RTC memory; all its variables are 0."""
        self.ulp.load_binary(0, self.binary)

    def run(self, every_ms: int) -> None:
        """Have it run every so often from now on, and be able to wake the CPU."""
        self.ulp.set_wakeup_period(0, every_ms * 1000)
        esp32.wake_on_ulp(True)
        self.ulp.run(0)

    def get(self, name: str, place: int = 0) -> int:
        """A variable, or what is so many words behind it."""
        value: int = mem32[SLOW_MEMORY + 4 * (self.words[name] + place)]
        return value & 0xFFFF  # the ULP keeps its own marks above

    def put(self, name: str, value: int, place: int = 0) -> None:
        """Set it."""
        mem32[SLOW_MEMORY + 4 * (self.words[name] + place)] = value


def loaded(port: "Any", key: str, opened: "Callable[[bytes], Any]") -> "Any":
    """A port's program, `opened` of its binary, which "ulp" or "monitor" of config.json has.

    A deep sleep leaves it in place, and what is kept of the configuration lacks it. But there was
    none yet if it was rescue that slept, before any wake came so far.
    """
    if machine.reset_cause() == machine.DEEPSLEEP_RESET and port.memo & LOADED:
        return opened(b"")
    config = port.config
    if "binary" not in config[key]:
        config = kept.read(config["path"])
    program = opened(a2b_base64(config[key]["binary"]))
    program.load()
    port.remember(port.memo | LOADED)
    return program


class UlpStage(Program):
    """One of torpor.ulp.programs, assembled for a chip and `pin`, the GPIO that it looks at.

    `gates` has what some of its variables are set to.
    """

    def __init__(
        self, binary: bytes, words: dict[str, int], pin: int, gates: dict[str, int]
    ) -> None:
        super().__init__(binary, words)
        self.pin = pin
        self.gates = gates

    def arm(self, interval_ms: int, threshold: int, ratio_x16: int = 0) -> None:
        """Look every interval_ms, and wake at the first score >= threshold (at most 65,535).

        A program that keeps a floor adds that, times the ratio in quarters.
        """
        if "level" in self.words:
            self.put("level", Pin(self.pin, Pin.IN).value())
        else:
            # A reading sets up attenuation, width and pad; the program then takes the converter.
            level = ADC(Pin(self.pin), atten=ADC.ATTN_11DB).read_u16()
            if "mean" in self.words:
                self.put("mean", level)  # 16 times the converter's steps, as the program has it
        self.put("threshold", threshold if threshold < 0xFFFF else 0xFFFF)
        if "ratio" in self.words:
            self.put("ratio", ratio_x16 >> 2)
        for name, value in self.gates.items():
            self.put(name, value)
        self.put("score", 0)
        self.run(interval_ms)

    def disarm(self) -> None:
        """Wake no more. The next look in sleep passes the mark 0, and stops the ULP's timer."""
        for name in ("threshold", "ratio", "share"):
            if name in self.words:
                self.put(name, 0)
        esp32.wake_on_ulp(False)

    def score(self) -> int:
        """Of the last look: the converter's steps, or edges since the stage was armed."""
        return self.get("score")

    def remembered(self) -> list[int]:
        """The blocks that the look which woke the CPU remembers; none if it kept none."""
        if "count" not in self.words:
            return []
        return [self.get("blocks", block) for block in range(self.get("count"))]

    def looks(self) -> int:
        """Since the program was loaded, modulo 65,536."""
        return self.get("looks")
