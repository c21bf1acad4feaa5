"""The programs that ship, assembled for every chip: in CPython and in both MicroPythons."""

from binascii import hexlify

from torpor.ulp.assemble import CHIPS, AssemblyError, assemble
from torpor.ulp.chips import names
from torpor.ulp.programs import PROGRAMS

PIN = {
    "esp32": {"adc": 34, "edges": 33, "loudness": 34},
    "esp32s2": {"adc": 2, "edges": 4, "loudness": 2},
}
PIN["esp32s3"] = PIN["esp32s2"]

WRONG = ("add r1, r2, 010", "add r1, r2, 1_0", "jumpr 2, 1, eq", "move r4, 1", "a: a: nop")


def main() -> None:
    """Print each binary in hex, and what is said of wrong lines."""
    for chip in sorted(CHIPS):
        for name in sorted(PROGRAMS):
            program = assemble(PROGRAMS[name], chip, names(chip, PIN[chip][name]))
            print(chip, name, hexlify(program.binary()).decode(), sorted(program.labels.items()))
        for text in WRONG:
            try:
                assemble("nop\n" + text, chip)
            except AssemblyError as error:
                print(error.line, error.what)


if __name__ == "__main__":
    main()
