"""The FSM ULP of the ESP32, S2 and S3: what a program decides, and the clock cycles it takes.

Instructions, flags and cycles: ESP-IDF, "ULP Coprocessor Instruction Set", and the chips' Technical
Reference Manuals. An instruction takes cycles to execute and to fetch the next one. For the fetch
after arithmetic the guide's general note gives 2, its sections on the instructions 4: here it is 4.
TSENS and the I2C instructions are not modelled.
"""

import operator
from collections.abc import Callable
from typing import NamedTuple

from host_sim.errors import BadInput
from torpor.ulp.assemble import Program
from torpor.ulp.chips import REGISTERS, RTC_IO

WORDS = 2048  # 8 KB of RTC slow memory
MOST_CYCLES = 20_000_000  # of one run: more than a second of the fastest clock

# Kinds of instructions: their top four bits.
REG_WR, REG_RD, DELAY, ADC, STORE, ALU, BRANCH, END, HALT, LOAD = 1, 2, 4, 5, 6, 7, 8, 9, 11, 13

FETCH = 4
FETCH_TARGET = 2  # after a branch
EXECUTE = {REG_WR: 8, REG_RD: 4, DELAY: 2, STORE: 4, ALU: 2, BRANCH: 2, END: 2, HALT: 2, LOAD: 4}

# 23 + max(1, SAR_AMP_WAIT1, 2 and 3 each) + SAR1_SAMPLE_CYCLE + SAR1_SAMPLE_BIT. ESP-IDF's
# adc1_ulp_enable() sets the waits to 1; 9 is the reset value of the sampling time; 12 bits.
ADC_CYCLES = 23 + 3 + 9 + 12

OPERATIONS = (  # in the order of torpor.ulp.encode.ALU
    operator.add,
    operator.sub,
    operator.and_,
    operator.or_,
    lambda _, b: b,
    operator.lshift,
    operator.rshift,
)


def cycles_of(word: int) -> int:
    """Clock cycles of an instruction with the fetch of the next; KeyError for what is none."""
    kind = word >> 28
    if kind == ADC:
        return ADC_CYCLES + FETCH
    if kind == HALT:
        return EXECUTE[kind]
    if kind == BRANCH:
        return EXECUTE[kind] + FETCH_TARGET
    return EXECUTE[kind] + FETCH + (word & 0xFFFF if kind == DELAY else 0)


class Run(NamedTuple):
    """One run from the entry to HALT; `adc_cycles` of its cycles the converter was on."""

    cycles: int
    adc_cycles: int
    woke: bool


class Ulp:
    """One ULP with its memory; what surrounds it is asked through two calls.

    adc(unit, channel) answers a conversion, levels() the pins' levels, a bit for each RTC channel.
    `asleep`: the CPU is, and can be woken.
    """

    def __init__(
        self,
        program: Program,
        chip: str,
        adc: Callable[[int, int], int],
        levels: Callable[[], int],
    ) -> None:
        self.memory = [*program.text, *program.data]
        self.memory += [0] * (WORDS - len(self.memory))
        self.labels = program.labels
        self.names = REGISTERS[chip]
        self.late = 0 if chip == "esp32" else 1
        self.adc = adc
        self.levels = levels
        self.asleep = True
        self.peripherals = {self.names["timer"]: 1 << self.names["timer_on"]}
        self.driven = 0  # pins, by the bits of `levels`
        self.wrote: Callable[[], None] = lambda: None  # is told of each write to a peripheral
        self.cycles = 0  # since its first run
        self.registers = [0] * 4
        self.stage = 0
        self.zero = self.overflow = self.woke = False

    def __getitem__(self, label: str) -> int:
        """A variable: the half of its word that the ULP reads."""
        return self.memory[self.labels[label]] & 0xFFFF

    def __setitem__(self, label: str, value: int) -> None:
        self.memory[self.labels[label]] = value

    @property
    def timer(self) -> bool:
        """Whether the timer starts the program again."""
        return bool(self.peripherals[self.names["timer"]] >> self.names["timer_on"] & 1)

    @timer.setter
    def timer(self, on: bool) -> None:
        self.peripherals[self.names["timer"]] = on << self.names["timer_on"]

    def run(self, entry: int = 0) -> Run:
        """Run from a word of the program until HALT."""
        at, cycles, adc_cycles = entry, 0, 0
        self.woke = False
        if self.asleep:
            self._power_up()
        while cycles < MOST_CYCLES:
            word = self.memory[at % WORDS]
            kind = word >> 28
            try:
                spent = cycles_of(word)
                cycles += spent
                self.cycles += spent
                if kind == HALT:
                    return Run(cycles, adc_cycles, self.woke)
                if kind == ADC:
                    adc_cycles += ADC_CYCLES
                at = self._step(kind, word, at)
            except (KeyError, IndexError):
                what = f"word {at} of the ULP's program, {word:#010x}, is no instruction known here"
                raise BadInput(what, remedy="assemble it for an FSM ULP") from None
        what = f"the ULP's program does not halt within {MOST_CYCLES:,} cycles"
        raise BadInput(what, remedy="have each way through it end in halt")

    def _power_up(self) -> None:
        """Deep sleep cuts the supply of the pins' multiplexer and of the converter between runs.

        ESP-IDF 5.5.5, sleep_modes.c:2497 (ESP_PD_DOMAIN_RTC_PERIPH with the ULP's trigger).
        """
        self.peripherals = {at: value for at, value in self.peripherals.items() if at < RTC_IO}
        self.driven = 0

    def _step(self, kind: int, word: int, at: int) -> int:
        """Execute one instruction; the word that is next."""
        if kind == BRANCH:
            return self._branch(word, at)
        if kind == ALU:
            self._alu(word)
        elif kind == LOAD:
            self.registers[word & 3] = self.memory[self._address(word)] & 0xFFFF
        elif kind == STORE:
            self._store(word, at)
        elif kind == ADC:
            self.registers[word & 3] = self.adc(word >> 6 & 1, (word >> 2 & 15) - 1) & 0xFFFF
        elif kind == END:
            # With bit 25 it is the ESP32's SLEEP, which picks another of the timer's periods.
            self.woke |= self.asleep and not word >> 25 & 7
        elif kind == REG_RD:
            low, mask = field(word)
            self.registers[0] = (self._peripheral(word & 0x3FF) & mask) >> low & 0xFFFF
        elif kind == REG_WR:
            low, mask = field(word)
            self._write(word & 0x3FF, (word >> 10 & 0xFF) << low & mask, mask)
        return at + 1

    def _write(self, address: int, bits: int, mask: int) -> None:
        if address == self.names["drive"]:
            self.driven |= bits
        elif address == self.names["release"]:
            self.driven &= ~bits
        else:
            self.peripherals[address] = self.peripherals.get(address, 0) & ~mask | bits
        self.wrote()

    def _peripheral(self, address: int) -> int:
        value = self.peripherals.get(address, 0)
        if address == self.names["low_power"]:
            value |= self.asleep << self.names["ready"]
        if address == self.names["levels"]:
            value |= self.levels() << self.names["first_level"]
        return value

    def _address(self, word: int) -> int:
        return (self.registers[word >> 2 & 3] + (word >> 10 & 0x7FF)) % WORDS

    def _store(self, word: int, at: int) -> None:
        """The ESP32 writes its program counter above the value; the S2 and S3 leave that half."""
        value = self.registers[word & 3]
        address = self._address(word)
        above = self.memory[address] & ~0xFFFF if self.late else at << 21 | (word >> 2 & 3) << 16
        self.memory[address] = above | value

    def _alu(self, word: int) -> None:
        """Each result sets the zero flag, sums and differences the overflow flag besides."""
        kind, code = word >> 25 + self.late & 3, word >> 21 & 15
        if kind == 2:
            count = word >> 4 & 0xFF
            self.stage = (self.stage + count, self.stage - count, 0)[code] & 0xFF
            return
        a = self.registers[word >> 2 & 3]
        b = word >> 4 & 0xFFFF if kind == 1 else self.registers[word >> 4 & 3]
        if code >= 5 and b > 15:
            what = f"the ULP shifts by {b}, of which the result is undefined"
            raise BadInput(what, remedy="shift by 15 at most")
        result = OPERATIONS[code](a, b)
        if code < 2:
            self.overflow = not 0 <= result <= 0xFFFF
        self.zero = result & 0xFFFF == 0
        self.registers[word & 3] = result & 0xFFFF

    def _branch(self, word: int, at: int) -> int:
        """The word that is next."""
        kind = word >> 25 + self.late & 3
        if kind == self.late:
            taken = (True, self.zero, self.overflow)[word >> 22 & 7]
            target = self.registers[word & 3] if word >> 21 & 1 else word >> 2 & 0x7FF
            return target if taken else at + 1
        step = word >> 17 + self.late & 0x7F
        if word >> 24 + self.late & 1:
            step = -step
        holds = self._stage_holds(word) if kind == 2 else self._r0_holds(word)
        return at + (step if holds else 1)

    def _r0_holds(self, word: int) -> bool:
        value, other = self.registers[0], word & 0xFFFF
        if self.late:
            return (value < other, value > other, value == other)[word >> 16 & 3]
        return (value < other, value >= other)[word >> 16 & 1]

    def _stage_holds(self, word: int) -> bool:
        value, other = self.stage, word & 0xFF
        less, equal, greater = value < other, value == other, value > other
        if self.late:
            code = word >> 15 & 7
            return {1: less, 3: greater, 4: equal, 5: less or equal, 7: greater or equal}[code]
        return (less, greater or equal, less or equal)[word >> 15 & 3]


def field(word: int) -> tuple[int, int]:
    """The bits of a peripheral register that an instruction means: the lowest, and their mask."""
    low, high = word >> 18 & 31, word >> 23 & 31
    return low, (1 << high + 1) - 1 & -1 << low
