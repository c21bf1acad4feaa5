"""The command `torpor ulp`: the first detector stage's programs, assembled and emulated."""

from pathlib import Path

import click
from rich.markup import escape

from host_sim.errors import BadInput
from host_sim.files import inputs, outputs
from host_sim.hardware import board as boards
from host_sim.hardware.board import Board
from host_sim.ulp import emulator
from host_sim.ulp import watch as ulpwatch
from torpor.ulp.assemble import AssemblyError, Program, assemble
from torpor.ulp.chips import names
from torpor.ulp.programs import PROGRAMS
from torpor_tools import params
from torpor_tools.line import Command
from torpor_tools.show import output

PINS = {
    "adc": "sound_adc",
    "edges": "wake",
    "loudness": "sound_adc",
}  # a board's pins that the programs that ship look at
NO_PIN = -1
SAMPLES = "one number from 0 to 65535 a line"
SERIES_BYTES = 1 << 26  # of samples: ten million looks, the longest period each

SOURCE = click.argument("source", metavar="PROGRAM", type=params.PROGRAM)
BOARD = click.option(
    "--board", "board_name", type=params.BOARD, default="lolin32_lite", show_default=True
)
BINARY = params.Output(made=outputs.begins(b"ulp\0"))
PIN = click.option(
    "--pin", type=click.IntRange(0, 48), help="The GPIO it looks at, else one of the board's."
)
JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document, no table.")


@click.group("ulp")
def command() -> None:
    """Assemble and emulate a detector's first stage.

    PROGRAM is one that ships, adc, edges or loudness, or the path of a file in the ULP's assembly
    language.
    """


@command.command("assemble", cls=Command)
@SOURCE
@BOARD
@PIN
@click.option("-o", "--output", "target", type=BINARY, help="The binary.")
@JSON
def assemble_program(
    source: str, board_name: str, pin: int | None, target: Path | None, as_json: bool
) -> None:
    """List a program's words with their clock cycles.

    The binary is what esp32.ULP().load_binary() takes.

    \b
    torpor ulp assemble adc
    torpor ulp assemble mine.s --board xiao_esp32s3 --pin 2 -o mine.bin
    """
    text, program = load(source, boards.load(board_name), pin)
    if target:
        outputs.write({target: program.binary()})
    if as_json:
        output.as_json({"text": program.text, "data": program.data, "labels_words": program.labels})
        return
    lines = text.splitlines()
    out = output.table("", "word", "code", "cycles")
    out.add_column("source", overflow="fold")
    for at, (word, line) in enumerate(zip(program.text, program.lines, strict=True)):
        out.add_row(f"{at}", f"{word:08x}", cycles(word), escape(lines[line - 1]))
    output.console.print(out)
    output.console.print(f"{len(program.binary())} bytes")


@command.command("watch", cls=Command)
@SOURCE
@click.argument("samples", type=params.Input("samples", SERIES_BYTES))
@click.option("--threshold", type=click.IntRange(0, 0xFFFF), required=True)
@click.option("--period-ms", type=click.IntRange(1, 100_000), default=50, show_default=True)
@BOARD
@PIN
@JSON
def watch(
    source: str,
    samples: Path,
    threshold: int,
    period_ms: int,
    board_name: str,
    pin: int | None,
    as_json: bool,
) -> None:
    """Emulate a program over a series: when it wakes the CPU, and for which charge.

    SAMPLES has one number a line, for one look each: the converter's answer, or the pin's level.

    \b
    torpor ulp watch adc samples.txt --threshold 300
    """
    board = boards.load(board_name)
    _, program = load(source, board, pin)
    seen = ulpwatch.watch(program, board, series(samples), period_ms * 1000, threshold)
    mean_na = seen.charge_nc * 1_000_000 // seen.duration_us
    if as_json:
        output.as_json({**vars(seen), "charge_nc": seen.charge_nc, "mean_na": mean_na})
        return
    pairs = (
        ("looks", f"{seen.looks:,}"),
        ("wakes", f"{len(seen.wakes):,}"),
        ("cycles a look", f"{seen.cycles / seen.looks:,.1f}"),
        ("ULP a look", f"{seen.ulp_nc / seen.looks:,.1f} nC"),
        ("deep sleep a look", f"{seen.sleep_nc / seen.looks:,.1f} nC"),
        ("mean current", f"{mean_na / 1000:,.1f} µA"),
    )
    output.console.print(output.facts(f"{source} on {board.file.name}", pairs))


def load(source: str, board: Board, pin: int | None) -> tuple[str, Program]:
    """The text of a program and what it assembles to, for a board's chip."""
    chip = ulpwatch.chip_of(board)
    text = PROGRAMS[source] if source in PROGRAMS else inputs.text(Path(source))
    if pin is None:
        pin = board.file.pins.get(PINS.get(source, ""), NO_PIN)
    try:
        return text, assemble(text, chip, names(chip, pin))
    except AssemblyError as error:
        ships = source in PROGRAMS
        remedy = "choose another --pin" if ships else "torpor ulp assemble adc lists a good one"
        raise BadInput(error.what, where=source, line=error.line, remedy=remedy) from None


def cycles(word: int) -> str:
    """Clock cycles of a word; none for data among the instructions."""
    try:
        return f"{emulator.cycles_of(word)}"
    except KeyError:
        return ""


def series(path: Path) -> list[int]:
    """One number of 16 bits a line."""
    values = []
    for line, text in enumerate(inputs.text(path, SERIES_BYTES, SAMPLES).splitlines(), 1):
        if not text.strip().isdecimal() or int(text) > 0xFFFF:
            raise BadInput(f"{text.strip() or 'nothing'}", where=path, line=line, remedy=SAMPLES)
        values.append(int(text))
    return values
