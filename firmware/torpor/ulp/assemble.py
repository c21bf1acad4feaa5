"""An assembler for the FSM ULP of the ESP32, S2 and S3, the same on the host and on the device.

The language is that of ESP-IDF's "ULP Coprocessor Instruction Set", without the I2C instructions,
without the S2's new loads and stores (LDL, STH, STI ...) and without a preprocessor: an operand is
a sum of numbers, names set by .set and labels. Directives: .text, .data, .bss, .long, .set and
.global, which does nothing. Comments start with # or //. As there, a label counts in words, while
offsets of LD and ST, and plain numbers as targets of jumps, count in bytes.
"""

import struct

from torpor.ulp.encode import CHIPS, Encoder
from torpor.ulp.operand import Names

__all__ = ("CHIPS", "AssemblyError", "Program", "assemble")

RESERVED_BYTES = 2040  # of RTC memory: CONFIG_ULP_COPROC_RESERVE_MEM of MicroPython's ports/esp32
MAGIC = b"ulp\x00"  # of ESP-IDF's ulp_load_binary()
HEADER_BYTES = 12

TYPE_CHECKING = False  # as in typing, which the chip does not have
if TYPE_CHECKING:
    Statement = tuple[int, str, list[str]]  # line, name, operands


class AssemblyError(ValueError):
    """What is wrong in which line (1-based)."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__("line %d: %s" % (line, what))
        self.what = what
        self.line = line


class Program:
    """Assembled words; `labels` in words from the start, `lines` the source line of each word."""

    def __init__(self) -> None:
        self.text: list[int] = []
        self.data: list[int] = []
        self.bss_words = 0
        self.labels: dict[str, int] = {}
        self.lines: list[int] = []

    def binary(self) -> bytes:
        """What esp32.ULP().load_binary() takes: a header, the text, the data."""
        words = self.text + self.data
        sizes = [HEADER_BYTES, 4 * len(self.text), 4 * len(self.data), 4 * self.bss_words]
        return MAGIC + struct.pack("<4H%dI" % len(words), *(sizes + words))


class Assembler:
    """Two passes: the first places labels, the second encodes. `line` is where it is."""

    def __init__(self, chip: str, symbols: dict[str, int]) -> None:
        self.names = Names(symbols)
        self.encoder = Encoder(chip, self.names)
        self.sections: dict[str, list[Statement]] = {".text": [], ".data": [], ".bss": []}
        self.words = {".text": 0, ".data": 0, ".bss": 0}
        self.labels: list[tuple[str, str, int]] = []  # name, section, word in it
        self.section = ".text"
        self.line = 0

    def read(self, source: str) -> None:
        """Sort statements into sections, then place the labels."""
        for text in source.split("\n"):
            self.line += 1
            self._statement(text.split("#")[0].split("//")[0].strip())
        start = 0
        for section in (".text", ".data", ".bss"):
            for label, where, word in self.labels:
                if where == section:
                    self.names.place(label, start + word)
            start += self.words[section]

    def _statement(self, text: str) -> None:
        if ":" in text:
            label, text = [part.strip() for part in text.split(":", 1)]
            self.names.reserve(label)
            self.labels.append((label, self.section, self.words[self.section]))
        parts = text.replace("\t", " ").split(" ", 1)
        name = parts[0].lower()
        operands = [part.strip() for part in parts[1].split(",")] if len(parts) > 1 else []
        if name in self.sections:
            self.section = name
        elif name == ".set":
            self._set(operands)
        elif name == ".long":
            for operand in operands:
                self._add(name, [operand])
        elif name and name != ".global":
            if self.section != ".text":
                raise ValueError("%s stands outside .text" % name)
            self._add(name, operands)

    def _add(self, name: str, operands: list[str]) -> None:
        self.sections[self.section].append((self.line, name, operands))
        self.words[self.section] += self.encoder.size(name, operands)

    def _set(self, operands: list[str]) -> None:
        if len(operands) != 2:
            raise ValueError(".set takes a name and a value")
        self.names.set(operands[0], self.names.value(operands[1]))

    def write(self) -> Program:
        """Encode what was read."""
        program = Program()
        for statement in self.sections[".text"]:
            self.line, name, operands = statement
            for word in self._encode(name, operands, len(program.text)):
                program.text.append(word)
                program.lines.append(self.line)
        for statement in self.sections[".data"]:
            self.line, name, operands = statement
            program.data += self._encode(name, operands, 0)
        for statement in self.sections[".bss"]:
            self.line, _, operands = statement
            if self.names.value(operands[0]):
                raise ValueError(".bss holds zeros only")
        program.bss_words = self.words[".bss"]
        program.labels = self.names.labels
        size = HEADER_BYTES + 4 * (len(program.text) + len(program.data) + program.bss_words)
        if size > RESERVED_BYTES:
            raise ValueError("%d bytes with its header, and %d fit" % (size, RESERVED_BYTES))
        return program

    def _encode(self, name: str, operands: list[str], at: int) -> tuple[int, ...]:
        if name == ".long":
            return (self.names.signed(operands[0], 32),)
        return self.encoder.encode(name, operands, at)


def assemble(source: str, chip: str, symbols: dict[str, int] | None = None) -> Program:
    """Assemble for a chip of CHIPS, with names that have values beforehand. AssemblyError."""
    assembler = Assembler(chip, symbols or {})
    try:
        assembler.read(source)
        return assembler.write()
    except ValueError as error:
        raise AssemblyError(str(error), assembler.line)  # noqa: B904 (MicroPython does not chain)
