"""torpor trace diff: a wake beside another, state by state."""

from dataclasses import asdict
from pathlib import Path

import click
from rich.markup import escape

from host_sim.errors import BadInput
from host_sim.trace.cut import difference, digest
from host_sim.trace.cut.difference import Line
from host_sim.trace.cut.digest import Row
from torpor_tools import options, params
from torpor_tools.commands.trace.cut import How, how
from torpor_tools.line import Command, unused
from torpor_tools.show import output

LEAST_MC = 0.005  # what is printed as more than 0.00 mC


@click.command("diff", cls=Command)
@click.argument("first", type=params.RECORDING)
@click.argument("second", type=params.RECORDING)
@options.as_json("a table")
@how
def command(first: Path, second: Path, as_json: bool, how: How) -> None:
    """Compare a wake of SECOND with one of FIRST, state by state: recordings or digests.

    Of several wakes in a file the mean is taken.
    """
    if all(digest.is_digest(file) for file in (first, second)):
        of_recordings = ("unit", "volts", "channel", "board", "labels")
        unused(of_recordings, "no FILE is a recording")
    lines = difference.between(*(_rows(file, how) for file in (first, second)))
    more_mc = sum(line.more_mc for line in lines)
    if as_json:
        output.as_json({"more_mc": more_mc, "states": [asdict(line) for line in lines]})
        return
    output.console.print(f"[bold]{escape(f'{second} beside {first}')}[/bold]", soft_wrap=True)
    grid = output.table("", "state", "times", "", "time, s", "", "charge, mC", "", "more, mC")
    for line in lines:
        grid.add_row(
            escape(line.state),
            *(f"{times:,.4g}" for times in line.times),
            *(f"{seconds:,.3f}" for seconds in line.seconds),
            *(f"{mc:,.2f}" for mc in line.charge_mc),
            f"{line.more_mc:+z,.2f}",
        )
    output.console.print(grid)
    output.console.print(_told(lines, more_mc))


def _told(lines: list[Line], more_mc: float) -> str:
    """Where more charge went, in a sentence; bursts are counted, for a retry is short.

    Shares are of what rose: where other states fell, of the difference they would exceed the whole.
    """
    rose_mc = sum(max(line.more_mc, 0) for line in lines)
    rose = [line for line in lines if line.more_mc >= max(0.01 * rose_mc, LEAST_MC)]
    said = [f"{line.more_mc / rose_mc:.0%} {escape(line.state)}" for line in rose]
    said += [
        f"{line.times[1] - line.times[0]:,.4g} more bursts"
        for line in lines
        if line.state == "tx" and line.times[1] > line.times[0]
    ]
    whole = f"{more_mc:+z,.2f} mC"
    if rose and rose_mc - more_mc >= 0.01 * rose_mc:
        whole += f", {rose_mc:+,.2f} mC without what fell"
    return f"{whole}: {', '.join(said)}" if said else whole


def _rows(file: Path, how: How) -> list[Row]:
    """The states of a file; BadInput where it never wakes."""
    rows = digest.load(file) if digest.is_digest(file) else digest.of_segments(*how.cut(file))
    if not digest.wakes(rows):
        raise BadInput("holds no wake", where=file, remedy="give two that wake")
    return rows
