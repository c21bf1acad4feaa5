"""Random programs in the ULP's assembly language: every instruction and form, valid by make."""

from collections.abc import Callable
from random import Random

from torpor.ulp.encode import ALU, CHIPS, CONDITIONS

FAR = 20  # instructions a program; each of two words at most, so each label is in reach


def program(random: Random, chip: str) -> str:
    """A text of up to FAR instructions among labels, with data behind it."""
    makers = list(INSTRUCTIONS)
    count = random.randint(1, FAR)
    lines = [f"        .set five, {random.choice(['5', '0x5', '4 + 1', '-3 + 8'])}"]
    for i in range(count):
        lines.append(f"at{i}:    {random.choice(makers)(random, chip, count)}")
    lines += ["        .data", f"first:  .long {random.getrandbits(32)}, at0, five"]
    lines += ["        .bss", "spare:  .long 0", "        .text", "        halt"]
    return "\n".join(lines) + "\n"


def register(random: Random) -> str:
    return f"{random.choice('rR')}{random.randrange(4)}"


def label(random: Random, count: int) -> str:
    return f"at{random.randrange(count)}"


def alu(random: Random, chip: str, count: int) -> str:
    name = random.choice(ALU)
    name = random.choice([name, name.upper()])
    operands = [register(random) for _ in range(1 if name.lower() == "move" else 2)]
    number = str(random.randint(-0x8000, 0xFFFF))
    last = random.choice([register(random), number, "five", "spare", label(random, count)])
    return f"{name} {', '.join([*operands, last])}"


def stage(random: Random, chip: str, count: int) -> str:
    kind = random.choice(["stage_inc {}", "stage_dec {}", "stage_rst"])
    return kind.format(random.randrange(256))


def memory(random: Random, chip: str, count: int) -> str:
    offset = 4 * random.randrange(-1024, 1024)
    return f"{random.choice(['ld', 'st'])} {register(random)}, {register(random)}, {offset}"


def jump(random: Random, chip: str, count: int) -> str:
    target = random.choice(
        [register(random), label(random, count), str(4 * random.randrange(2048))]
    )
    return f"jump {target}{random.choice(['', ', eq', ', ov'])}"


def jumpr(random: Random, chip: str, count: int) -> str:
    target = random.choice([label(random, count), str(4 * random.randint(-120, 120))])
    return f"jumpr {target}, {random.randrange(0xFFFF)}, {random.choice(CONDITIONS)}"


def jumps(random: Random, chip: str, count: int) -> str:
    # Of a plain number binutils, and the oracle after it, makes something else on the S2.
    plain = str(4 * random.randint(-120, 120)) if chip == "esp32" else "at0"
    target = random.choice([label(random, count), plain])
    return f"jumps {target}, {random.randrange(256)}, {random.choice(CONDITIONS)}"


def peripheral(random: Random, chip: str, count: int) -> str:
    word = random.randrange(1 << 10)
    address = random.choice([str(word), hex(CHIPS[chip] + 4 * word)])
    bits = f"{random.randrange(32)}, {random.randrange(32)}"
    return random.choice([f"reg_rd {address}, {bits}", f"reg_wr {address}, {bits}, 0x7f"])


def other(random: Random, chip: str, count: int) -> str:
    forms = ["nop", "halt", "wake", f"wait {random.randrange(1 << 16)}"]
    forms.append(f"adc {register(random)}, {random.randrange(2)}, {random.randrange(16)}")
    forms.append(f"tsens {register(random)}, {random.randrange(1 << 14)}")
    if chip == "esp32":
        forms.append(f"sleep {random.randrange(5)}")
    return random.choice(forms)


INSTRUCTIONS: list[Callable[[Random, str, int], str]] = [
    alu,
    stage,
    memory,
    jump,
    jumpr,
    jumps,
    peripheral,
    other,
]
