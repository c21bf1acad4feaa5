"""The words of the FSM ULP's instructions; a ValueError says what cannot be encoded.

Sources: ESP32 and ESP32-S2 Technical Reference Manuals, chapter ULP Coprocessor (the S3 runs the
S2's), and the field layouts of ESP-IDF's ulp.h and of py-esp32-ulp, which agree on all but this:
binutils takes a plain number in the S2's JUMPS for words, where every other jump counts bytes.
"""

from torpor.ulp.operand import Names, is_register, register

CHIPS = {"esp32": 0x3FF48000, "esp32s2": 0x3F408000, "esp32s3": 0x60008000}  # base of RTC_CNTL

ALU = ("add", "sub", "and", "or", "move", "lsh", "rsh")  # in the order of their codes
STAGE = ("stage_inc", "stage_dec", "stage_rst")

# An instruction: its fixed bits, then (kind, width, lowest bit) of each operand. Kinds: r register,
# n number, o signed offset in bytes, a address of a peripheral register.
FORMS: "dict[str, tuple[int, tuple[tuple[str, int, int], ...]]]" = {
    "reg_wr": (1 << 28, (("a", 10, 0), ("n", 5, 23), ("n", 5, 18), ("n", 8, 10))),
    "reg_rd": (2 << 28, (("a", 10, 0), ("n", 5, 23), ("n", 5, 18))),
    "nop": (4 << 28, ()),
    "wait": (4 << 28, (("n", 16, 0),)),
    "adc": (5 << 28, (("r", 2, 0), ("n", 1, 6), ("n", 4, 2))),
    "st": (6 << 28 | 4 << 25, (("r", 2, 0), ("r", 2, 2), ("o", 11, 10))),
    "wake": (9 << 28 | 1, ()),
    "sleep": (9 << 28 | 1 << 25, (("n", 4, 0),)),
    "tsens": (10 << 28, (("r", 2, 0), ("n", 14, 2))),
    "halt": (11 << 28, ()),
    "ld": (13 << 28, (("r", 2, 0), ("r", 2, 2), ("o", 11, 10))),
}
STORE_LOW_HALF = 3 << 7  # what the S2's and S3's ST says besides

FLAGS = ("", "eq", "ov")  # that JUMP heeds, in the order of their codes
CONDITIONS = ("eq", "lt", "le", "gt", "ge")
JUMPR = ({"lt": 0, "ge": 1}, {"lt": 0, "gt": 1, "eq": 2})  # that the ESP32 has; the S2 and S3
JUMPS = ({"lt": 0, "ge": 1, "le": 2}, {"lt": 1, "gt": 3, "eq": 4, "le": 5, "ge": 7})


class Encoder:
    """Encodes for one chip, with the names of one program."""

    def __init__(self, chip: str, names: Names) -> None:
        self.base = CHIPS[chip]
        self.late = 0 if chip == "esp32" else 1  # on the S2 and S3 kinds start one bit later
        self.names = names

    def size(self, name: str, operands: list[str]) -> int:
        """Words of an instruction: 2 where the chip lacks a comparison and makes it of two."""
        condition = operands[2].lower() if len(operands) == 3 else ""
        if name == "jumpr":
            return 2 if condition in (("le", "ge") if self.late else ("eq",)) else 1
        if name == "jumps" and not self.late:
            return 2 if condition in ("eq", "gt") else 1
        return 1

    def encode(self, name: str, operands: list[str], at: int) -> tuple[int, ...]:
        """The words of an instruction that stands at a word of the program."""
        if name in ("jumpr", "jumps"):
            return self._branch(name, operands, at)
        if name in ALU:
            return (self._alu(name, operands),)
        if name in STAGE:
            return (self._stage(name, operands),)
        if name == "jump":
            return (self._jump(operands),)
        if name not in FORMS or (name == "sleep" and self.late):
            raise ValueError("this chip has no instruction %s" % name)
        return (self._form(name, operands),)

    def _form(self, name: str, operands: list[str]) -> int:
        bits, fields = FORMS[name]
        expect(operands, len(fields))
        if name == "st" and self.late:
            bits |= STORE_LOW_HALF
        for i, (kind, width, shift) in enumerate(fields):
            if kind == "r":
                value = register(operands[i])
            elif kind == "o":
                value = self.names.offset(operands[i], width)
            elif kind == "a":
                value = self._address(operands[i], width)
            else:
                value = self.names.number(operands[i], width)
            bits |= value << shift
        return bits

    def _address(self, text: str, width: int) -> int:
        """A peripheral register, in words from the first, or where the CPU sees it."""
        value = self.names.value(text)
        if value >= self.base:
            value = (value - self.base) >> 2
        if not 0 <= value < 1 << width:
            raise ValueError("the ULP reaches no register %s" % text)
        return value

    def _kind(self, kind: int) -> int:
        return kind << 25 + self.late

    def _alu(self, name: str, operands: list[str]) -> int:
        expect(operands, 2 if name == "move" else 3)
        bits = 7 << 28 | ALU.index(name) << 21 | register(operands[0])
        if name != "move":
            bits |= register(operands[1]) << 2
        last = operands[-1]
        if not is_register(last):
            return bits | self._kind(1) | self.names.signed(last, 16) << 4
        if name == "move":
            bits |= register(last) << 2  # twice: what binutils emits
        return bits | register(last) << 4

    def _stage(self, name: str, operands: list[str]) -> int:
        expect(operands, 0 if name == "stage_rst" else 1)
        count = self.names.number(operands[0], 8) if operands else 0
        return 7 << 28 | self._kind(2) | STAGE.index(name) << 21 | count << 4

    def _jump(self, operands: list[str]) -> int:
        flag = operands[1].lower() if len(operands) == 2 else ""
        if not 1 <= len(operands) <= 2 or flag not in FLAGS:
            raise ValueError("jump takes a target and the flag eq or ov, or none")
        target = operands[0]
        bits = 8 << 28 | self.late << 26 | FLAGS.index(flag) << 22
        if is_register(target):
            return bits | 1 << 21 | register(target)
        labels = self.names.labels
        word = labels[target] if target in labels else self.names.words(target)
        if not 0 <= word < 1 << 11:
            raise ValueError("%s is outside the memory" % target)
        return bits | word << 2

    def _branch(self, name: str, operands: list[str], at: int) -> tuple[int, ...]:
        """JUMPR and JUMPS, of two words where the chip has no such comparison."""
        if len(operands) != 3 or operands[2].lower() not in CONDITIONS:
            raise ValueError("%s takes a target, a number, and %s" % (name, " ".join(CONDITIONS)))
        target, condition = operands[0], operands[2].lower()
        label = target in self.names.labels
        step = self.names.labels[target] - at if label else self.names.words(target)
        second = step - 1 if label or step < 0 else step  # a jump back goes over the first word
        least = self.names.value(operands[1])
        if name == "jumps":
            if condition in JUMPS[self.late]:
                return (self._jumps(step, least, condition),)
            skip, go = ("lt", "le") if condition == "eq" else ("le", "ge")
            return self._jumps(2, least, skip), self._jumps(second, least, go)
        if condition in JUMPR[self.late]:
            return (self._jumpr(step, least, condition),)
        if self.late:
            strict = "lt" if condition == "le" else "gt"
            return self._jumpr(step, least, strict), self._jumpr(second, least, "eq")
        if condition == "eq":
            return self._jumpr(2, least + 1, "ge"), self._jumpr(second, least, "ge")
        return (self._jumpr(step, least + 1, "lt" if condition == "le" else "ge"),)

    def _jumpr(self, step: int, least: int, condition: str) -> int:
        if not 0 <= least < 1 << 16:
            raise ValueError("%d, which r0 is compared with, does not fit 16 bits" % least)
        bits = 8 << 28 | self._kind(0 if self.late else 1) | self._step(step)
        return bits | JUMPR[self.late][condition] << 16 | least

    def _jumps(self, step: int, least: int, condition: str) -> int:
        if not 0 <= least < 1 << 8:
            raise ValueError("%d, which the stage is compared with, does not fit 8 bits" % least)
        bits = 8 << 28 | self._kind(2) | self._step(step)
        return bits | JUMPS[self.late][condition] << 15 | least

    def _step(self, step: int) -> int:
        """The length of a relative jump in words, and its sign."""
        if not -127 <= step <= 127:
            raise ValueError("the target is %d words away, 127 at most" % step)
        return (-step | 1 << 7 if step < 0 else step) << 17 + self.late


def expect(operands: list[str], count: int) -> None:
    """Refuse another number of operands."""
    if len(operands) != count:
        raise ValueError("%d operands are wanted, not %d" % (count, len(operands)))
