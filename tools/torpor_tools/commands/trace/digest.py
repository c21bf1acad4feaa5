"""torpor trace digest: a recording's states, one by one."""

from dataclasses import asdict
from pathlib import Path

import click
from rich.markup import escape

from host_sim.errors import BadInput
from host_sim.files import inputs, outputs
from host_sim.trace.cut import digest, instrument
from host_sim.trace.cut.digest import Row
from host_sim.trace.cut.segment import Found
from torpor_tools import options, params
from torpor_tools.commands.trace.cut import How, how
from torpor_tools.line import Command
from torpor_tools.show import output

DIGEST = params.Output((".csv",), outputs.begins(digest.START))


@click.command("digest", cls=Command)
@click.argument("file", type=params.RECORDING)
@click.option("-o", "--out", type=DIGEST, help="Write the rows as CSV.")
@click.option(
    "--level", "named", multiple=True, type=params.TEXT, help="Name an idle level: cpu_160=49 (mA)."
)
@options.as_json("a table")
@how
def command(file: Path, out: Path | None, named: tuple[str, ...], as_json: bool, how: How) -> None:
    """Cut FILE into states: start, duration, mean, spread, peak and charge of each.

    \b
    torpor trace digest wake.csv -o digest.csv
    torpor trace digest wake.csv --level cpu_80=34 --level cpu_160=49
    torpor trace digest marked.csv --labels 0=sleep,1=boot,2=send
    """
    levels_ma = dict(_level(word) for word in named)
    recording, found = how.cut(file)
    rows = digest.named(digest.of_segments(recording, found), levels_ma)
    by = instrument.of(recording, rows)
    if out:
        facts = {"recording": file.name, "sha256": inputs.sha256(file)}
        digest.write(out, rows, facts | by.facts())
    doubts = list(instrument.doubts(by, rows))
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
            f"{charge_mc / seconds:,.4f}",  # a sleep of microamperes is to be seen
            f"{max(r.peak_ma for r in mine):,.3f}",
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
