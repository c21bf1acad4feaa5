"""What an operand of the ULP's assembly language stands for; a ValueError says what is wrong."""


class Names:
    """Names with their values; `labels` are those that stand for a word of the program."""

    def __init__(self, symbols: dict[str, int]) -> None:
        self.symbols = dict(symbols)
        self.labels: dict[str, int] = {}

    def set(self, name: str, value: int) -> None:
        """Give a name its value, once."""
        self._new(name)
        self.symbols[name] = value

    def reserve(self, label: str) -> None:
        """Take a name for a label, whose word is not known yet."""
        self._new(label)
        self.labels[label] = 0

    def place(self, label: str, word: int) -> None:
        """Let a reserved name stand for a word of the program."""
        self.labels[label] = self.symbols[label] = word

    def _new(self, name: str) -> None:
        plain = all([c == "_" or c.isalpha() or c.isdigit() for c in name])
        if not name or not plain or name[0].isdigit() or is_register(name):
            raise ValueError("%s cannot be a name" % (name or "nothing"))
        if name in self.symbols or name in self.labels:
            raise ValueError("%s has a value already" % name)

    def value(self, text: str) -> int:
        """A sum of numbers and names."""
        terms = text.replace("-", "+-").split("+")
        if text.startswith("-"):
            terms = terms[1:]
        total = 0
        for term in terms:
            term = term.strip()
            negative = term.startswith("-")
            size = self._term(term[1:].strip() if negative else term)
            total += -size if negative else size
        return total

    def _term(self, text: str) -> int:
        if text in self.symbols:
            return self.symbols[text]
        octal = len(text) > 1 and text[0] == "0" and text[1].isdigit()  # read differently elsewhere
        if text and text[0].isdigit() and not octal and "_" not in text:
            try:
                return int(text, 0)
            except ValueError:
                pass
        raise ValueError("%s is neither a number nor a known name" % (text or "nothing"))

    def number(self, text: str, bits: int) -> int:
        """A value of so many bits, without sign."""
        value = self.value(text)
        if not 0 <= value < 1 << bits:
            raise ValueError("%s does not fit %d bits" % (text, bits))
        return value

    def signed(self, text: str, bits: int) -> int:
        """A value of so many bits, with a sign or without, as its bits."""
        value = self.value(text)
        if not -1 << bits - 1 <= value < 1 << bits:
            raise ValueError("%s does not fit %d bits" % (text, bits))
        return value & (1 << bits) - 1

    def words(self, text: str) -> int:
        """A count of bytes, as words."""
        count = self.value(text)
        if count % 4:
            raise ValueError("%s bytes are no whole words" % text)
        return count // 4

    def offset(self, text: str, bits: int) -> int:
        """A signed offset in bytes, as so many bits of words."""
        words = self.words(text)
        if not -1 << bits - 1 <= words < 1 << bits - 1:
            raise ValueError("%s is outside the memory" % text)
        return words & (1 << bits) - 1


def is_register(text: str) -> bool:
    """Whether it is r0 ... r3."""
    return text.lower() in ("r0", "r1", "r2", "r3")


def register(text: str) -> int:
    """0 ... 3."""
    if not is_register(text):
        raise ValueError("%s is no register (r0 ... r3)" % text)
    return int(text[1])
