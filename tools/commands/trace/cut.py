"""torpor trace digest, plot and diff: a recording cut into states."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import wraps
from pathlib import Path
from typing import Any, cast

import click
from rich.markup import escape

from host_sim.errors import BadInput
from host_sim.files import inputs, outputs, picture
from host_sim.hardware import board as boards
from host_sim.trace.cut import difference, digest, instrument, labels, levels, segment
from host_sim.trace.cut.difference import Line
from host_sim.trace.cut.digest import Row
from host_sim.trace.cut.segment import Found
from host_sim.trace.recording import Recording
from tools import params, recordings
from tools.show import output

DIGEST = params.Output(made=outputs.begins(digest.START))
PAGE = params.Output((".html", *picture.ENDINGS), picture.made)
Command = Callable[..., None]


@dataclass(frozen=True)
class How:
    """What the user says of a recording and its states."""

    unit: str | None
    volts: float | None
    channel: str | None
    board: str | None
    labels: str | None

    def cut(self, file: Path) -> tuple[Recording, Found]:
        """Read a recording and find its states."""
        if self.board and self.labels:
            raise BadInput("--labels name the states", remedy="leave --board out")
        of_board = levels.of_board(boards.load(self.board)) if self.board else None
        states = labels.parse(self.labels) if self.labels else None
        recording = recordings.read(file, self.unit, self.volts, self.channel)
        progress = output.Progress("cutting")
        if states is not None:
            found = labels.find(recording, states, file, progress)
        else:
            found = segment.find(recording, of_board, progress)
        progress.close()
        return recording, found


def how(command: Command) -> Command:
    """These and the options for what tells the states apart, as one argument `how`."""

    @recordings.told
    @click.option(
        "--board", type=params.BOARD, help="A board whose currents tell the states apart."
    )
    @click.option(
        "--labels",
        type=params.TEXT,
        help="States by the digital channels' pattern: 0=sleep,1=boot.",
    )
    @wraps(command)
    def wrapped(
        unit: str | None,
        volts: float | None,
        channel: str | None,
        board: str | None,
        labels: str | None,
        **rest: Any,
    ) -> None:
        command(how=How(unit, volts, channel, board, labels), **rest)

    return cast(Command, wrapped)


@click.command("digest", cls=params.Command)
@click.argument("file", type=params.RECORDING)
@click.option("-o", "--out", type=DIGEST, help="Write the rows as CSV.")
@click.option(
    "--level", "named", multiple=True, type=params.TEXT, help="Name an idle level: cpu_160=49 (mA)."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
@how
def digest_command(
    file: Path, out: Path | None, named: tuple[str, ...], as_json: bool, how: How
) -> None:
    """Cut FILE into states: start, duration, mean, spread, peak and charge of each.

    \b
    torpor trace digest wake.csv -o digest.csv
    torpor trace digest wake.csv --level cpu_80=34 --level cpu_160=49
    torpor trace digest marked.csv --labels 0=sleep,1=boot,2=send
    """
    levels_ma = dict(_level(word) for word in named)
    recording, found = how.cut(file)
    rows = digest.named(digest.of_segments(recording, found), levels_ma)
    if out:
        facts = {"recording": file.name, "sha256": inputs.sha256(file)}
        digest.write(out, rows, facts | instrument.of(recording).facts())
    doubts = list(instrument.doubts(instrument.of(recording), rows))
    output.doubts(f"{file}: {doubt}" for doubt in doubts)
    if as_json:
        output.as_json(_document(rows, found) | {"doubts": doubts})
    else:
        _show(file, rows, found)


def _level(word: str) -> tuple[str, float]:
    state, _, ma = word.partition("=")
    try:
        level_ma = float(ma)
    except ValueError:
        level_ma = 0.0
    if not state.isidentifier() or not 0 < level_ma < float("inf"):
        raise BadInput(f"no level {word}", remedy="write cpu_160=49, the level in mA")
    return state, level_ma


def _document(rows: list[Row], found: Found) -> dict[str, object]:
    """Keys are stable."""
    return {
        "segments": [asdict(row) for row in rows],
        "wakes": [
            {
                "start_s": wake[0].start_s,
                "duration_s": sum(row.duration_s for row in wake),
                "charge_mc": sum(row.charge_mc for row in wake),
            }
            for wake in digest.wakes(rows)
        ],
        "sleep_ma": digest.sleep_ma(rows),
        "charge_mc": sum(row.charge_mc for row in rows),
        "beacon_period_s": found.beacon_period_s,
    }


def _show(file: Path, rows: list[Row], found: Found) -> None:
    output.console.print(f"[bold]{escape(str(file))}[/bold]", soft_wrap=True)
    grid = output.table("", "state", "segments", "time, s", "mean, mA", "peak, mA", "charge, mC")
    for state in dict.fromkeys(row.state for row in rows):
        mine = [row for row in rows if row.state == state]
        seconds, charge_mc = sum(r.duration_s for r in mine), sum(r.charge_mc for r in mine)
        grid.add_row(
            escape(state),
            f"{len(mine):,}",
            f"{seconds:,.3f}",
            f"{charge_mc / seconds:,.2f}",
            f"{max(r.peak_ma for r in mine):,.1f}",
            f"{charge_mc:,.2f}",
        )
    output.console.print(grid)
    sleep_ma = digest.sleep_ma(rows)
    wakes = digest.wakes(rows)
    for wake in wakes[:10]:
        seconds = sum(row.duration_s for row in wake)
        charge_mc = sum(row.charge_mc for row in wake)
        start_s = wake[0].start_s
        output.console.print(f"wake at {start_s:,.3f} s: {seconds:,.3f} s, {charge_mc:,.2f} mC")
    if len(wakes) > 10:
        output.console.print(f"… {len(wakes):,} wakes; --json has them all")
    output.console.print("it never sleeps" if sleep_ma is None else f"sleep {sleep_ma:,.4f} mA")
    if found.beacon_period_s:
        output.console.print(f"beacons each {found.beacon_period_s * 1000:.1f} ms")


@click.command("plot", cls=params.Command)
@click.argument("file", type=params.RECORDING)
@click.option("-o", "--out", type=PAGE, required=True, help=".html, .png, .svg or .pdf.")
@how
def plot_command(file: Path, out: Path, how: How) -> None:
    """Draw FILE, its states in colours: a picture, or a page to zoom in."""
    from host_sim.trace.draw import view

    recording, found = how.cut(file)
    view.draw(recording, found, file.name, out)


@click.command("diff", cls=params.Command)
@click.argument("first", type=params.RECORDING)
@click.argument("second", type=params.RECORDING)
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
@how
def diff_command(first: Path, second: Path, as_json: bool, how: How) -> None:
    """Compare a wake of SECOND with one of FIRST, state by state: recordings or digests.

    Of several wakes in a file the mean is taken.
    """
    if all(digest.is_digest(file) for file in (first, second)):
        of_recordings = ("unit", "volts", "channel", "board", "labels")
        params.unused(of_recordings, "no FILE is a recording")
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
            f"{line.more_mc:+,.2f}",
        )
    output.console.print(grid)
    output.console.print(_told(lines, more_mc))


def _told(lines: list[Line], more_mc: float) -> str:
    """Where more charge went, in a sentence; bursts are counted, for a retry is short."""
    said = [
        f"{line.more_mc / more_mc:.0%} {escape(line.state)}"
        for line in lines
        if more_mc > 0 and line.more_mc >= 0.01 * more_mc
    ]
    said += [
        f"{line.times[1] - line.times[0]:,.4g} more bursts"
        for line in lines
        if line.state == "tx" and line.times[1] > line.times[0]
    ]
    return f"{more_mc:+,.2f} mC" + (f": {', '.join(said)}" if said else "")


def _rows(file: Path, how: How) -> list[Row]:
    return digest.load(file) if digest.is_digest(file) else digest.of_segments(*how.cut(file))
