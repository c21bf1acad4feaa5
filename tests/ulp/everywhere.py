"""The programs that ship, assembled for every chip: in CPython and in both MicroPythons."""

from binascii import hexlify

from torpor.ulp.assemble import CHIPS, AssemblyError, assemble
from torpor.ulp.chips import bus, names
from torpor.ulp.monitor import program as monitor
from torpor.ulp.programs import PROGRAMS

PIN = {
    "esp32": {"adc": 34, "edges": 33, "loudness": 34},
    "esp32s2": {"adc": 2, "edges": 4, "loudness": 2},
}
PIN["esp32s3"] = PIN["esp32s2"]

SENSOR = [("sht3x", 0), ("sht3x", 1)]
READINGS = (SENSOR, [("adc", 3), ("sht3x", 1)], [("adc", i) for i in range(8)])  # by the monitor

WRONG = ("add r1, r2, 010", "add r1, r2, 1_0", "jumpr 2, 1, eq", "move r4, 1", "a: a: nop")


def show(chip: str, what: object, text: str, known: "dict[str, int]") -> None:
    """Print a binary in hex, and where its names are."""
    program = assemble(text, chip, known)
    print(chip, what, hexlify(program.binary()).decode(), sorted(program.labels.items()))


def main() -> None:
    """Print each binary in hex, and what is said of wrong lines."""
    for chip in sorted(CHIPS):
        for name in sorted(PROGRAMS):
            show(chip, name, PROGRAMS[name], names(chip, PIN[chip][name]))
        for readings in READINGS:
            show(chip, readings, monitor(readings), bus(chip, 4, 13))
        for text in WRONG:
            try:
                assemble("nop\n" + text, chip)
            except AssemblyError as error:
                print(error.line, error.what)


if __name__ == "__main__":
    main()
