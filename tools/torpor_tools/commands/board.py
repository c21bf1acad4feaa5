"""The command `torpor board`: the boards, what a wake costs on each, and every number's source."""

from collections.abc import Iterator

import click
from rich.markup import escape

from host_sim.hardware import board, price, states, uncertain
from host_sim.hardware.board import Board
from host_sim.hardware.boardfile import Supply
from host_sim.hardware.start import IMAGES, Currents
from torpor_tools import options, params
from torpor_tools.line import Command
from torpor_tools.show import output, starts

FULL_POWER = 10  # index of 20 dBm
TAGS = "D datasheet, V vendor measurement, M third-party measurement, S source code, I inferred"

Row = tuple[str, str, str, str, str]  # what, value with unit, its interval, tag, source


@click.group("board")
def command() -> None:
    """List boards and show their numbers with sources."""


@command.command("list", cls=Command)
@options.as_json("a table")
def list_boards(as_json: bool) -> None:
    """List the boards that ship by what they draw asleep, and what a wake's parts cost there.

    Joins and messages are priced at 20 dBm with no frame lost.
    """
    boards = sorted(map(board.load, board.names()), key=_asleep_ua)
    if as_json:
        output.as_json([summary(each) for each in boards])
        return
    parts = ("boot,\nmC", "cached\njoin, mC", "full\njoin, mC", "message,\nmC", "by ESP-\nNOW, mC")
    heads = ("deep sleep,\nµA", *parts)
    costs = output.table("", "\nname", *heads)
    for each in boards:
        figures = (_asleep_ua(each), *charges_mc(each).values())
        costs.add_row(each.file.name, *(f"{x:,.1f}" for x in figures))
    output.console.print(costs)
    output.console.print()
    names = output.table("", "name")
    names.add_column("chip")
    names.add_column("what it is")
    for each in boards:
        names.add_row(each.file.name, each.file.chip, escape(each.file.title))
    output.console.print(names)


@command.command("show", cls=Command)
@click.argument("name", metavar="BOARD", type=params.BOARD)
@options.as_json("a table")
def show(name: str, as_json: bool) -> None:
    """Show a board's numbers with their sources, and its start by image and stage.

    BOARD is the name of a shipped one, or the path of a board.toml.

    \b
    torpor board show lolin32_lite
    torpor board show mine/board.toml --json
    """
    shown = board.load(name)
    if as_json:
        output.as_json({**board.as_json(shown), **starts.as_json(shown)})
        return
    file = shown.file
    pins = ", ".join(f"{pin} {gpio}" for pin, gpio in file.pins.items())
    output.console.print(
        f"[bold]{escape(file.title)}[/bold]\n"
        f"{file.chip} at {file.cpu_mhz} MHz, {file.heap_bytes:,} bytes of heap, brown-out at "
        f"{file.brown_out_mv:,} mV\npins: {escape(pins)}\n"
    )
    out = output.table("", file.name, "value", f"{100 * uncertain.SHARE:.0f} %", "tag")
    out.add_column("source", overflow="fold")
    above = ""
    for what, value, off, tag, source in rows(shown):
        cited = "as above" if source == above else escape(source)
        out.add_row(escape(what), value, off, tag, cited)
        above = source
    output.console.print(out)
    for image in IMAGES:
        output.console.print()
        output.console.print(starts.of_image(shown, image))
    output.console.print()
    output.console.print(starts.factors(shown))
    output.console.print(
        f"\n{TAGS}; ± half of what should hold the true value in four of five cases"
    )


def _asleep_ua(shown: Board) -> float:
    return shown.file.states["deep_sleep"].current_na / 1e3


def summary(shown: Board) -> dict[str, str | float]:
    """A board in one line, units in the names."""
    file = shown.file
    return {
        "name": file.name,
        "chip": file.chip,
        "title": file.title,
        "deep_sleep_ua": _asleep_ua(shown),
        **{f"{part}_mc": round(charge, 3) for part, charge in charges_mc(shown).items()},
    }


def charges_mc(shown: Board) -> dict[str, float]:
    """Charge of a start, of both joins and of a message, mC; at 20 dBm with no frame lost.

    `espnow` is that of a message to a gateway, with all that it needs besides the start.
    """
    by_espnow = states.WAYS["espnow"]
    charges_fc = {
        "boot": price.state_fc(shown, "boot", shown.phase_us("boot")),
        "cached_join": price.join_fc(shown, states.CACHED_JOIN, FULL_POWER),
        "full_join": price.join_fc(shown, states.JOIN, FULL_POWER),
        "message": price.message_fc(shown, FULL_POWER),
        "espnow": price.join_fc(shown, by_espnow.cached, FULL_POWER)
        + price.message_fc(shown, FULL_POWER, by_espnow.message),
    }
    return {part: charge_fc / price.FC_PER_MC for part, charge_fc in charges_fc.items()}


def rows(shown: Board) -> Iterator[Row]:
    """Every number that has a source."""
    file = shown.file
    for name in (*states.NAMES[: states.TX], *Currents._fields[:2]):
        if state := file.states.get(name):
            yield name, current(state.current_na), off(state), state.tag, state.source
    tx = file.radio.tx
    for dbm, level_na in zip(states.TX_LEVELS_DBM, tx.current_na, strict=True):
        yield f"transmit at {dbm:g} dBm", current(level_na), off(tx), tx.tag, tx.source
    slow = file.radio.slow
    yield "spared at 80 MHz", current(slow.spared_na), off(slow), slow.tag, slow.source
    for name in states.PHASES:
        if phase := file.phases.get(name):
            yield f"{name} phase", duration(phase.duration_us), off(phase), phase.tag, phase.source
    yield from _supply_rows(file.supply)
    for name, wake in file.wakes.items():
        for step in wake.phases:
            yield f"wake {name}, {step.state}", duration(step.duration_us), "", "", wake.source


def off(table: object) -> str:
    """How far off the numbers of a table may be: in 80 of 100 boards, within ÷ and × (1 + it)."""
    return f"± {uncertain.percent(table):.0f} %"


def _supply_rows(supply: Supply) -> Iterator[Row]:
    yield "supply", supply.kind, "", supply.tag, supply.source
    for what, value, unit, by in (
        ("dropout at any current", supply.dropout_mv, "mV", ""),
        ("dropout by current", supply.dropout_mohm, "mΩ", off(supply)),
        ("cut-off", supply.cut_off_mv, "mV", ""),
    ):
        if value:
            yield what, f"{value:,} {unit}", by, supply.tag, supply.source
    if supply.kind == "buck":
        yield "efficiency", f"{supply.efficiency_percent} %", "", supply.tag, supply.source


def current(na: int) -> str:
    """A current in µA below one mA, in mA above."""
    return f"{na / 1e3:,.1f} µA" if na < 1_000_000 else f"{na / 1e6:,.1f} mA"


def duration(us: int) -> str:
    """A time in µs below ten ms, in ms above."""
    return f"{us:,} µs" if us < 10_000 else f"{us / 1e3:,.1f} ms"
