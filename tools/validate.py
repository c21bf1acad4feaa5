"""torpor validate: a wake predicted from a board's profile beside the same wake recorded."""

from dataclasses import asdict
from pathlib import Path

import click
from rich.markup import escape

from host_sim import board as boards
from host_sim.board import Board
from host_sim.errors import BadInput
from host_sim.trace import digest, judge, reader
from host_sim.trace.judge import Verdict
from host_sim.trace.recording import Recording
from tools import output

FIT = "error of fit: the board's currents and this wake's durations were fitted on this recording"
OTHER = "not the file that the board was fitted on, by its SHA-256"


@click.command("validate")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--board", default="heltec_wifi_lora_32", show_default=True, help="Board to predict.")
@click.option("--wake", default="wifi", show_default=True, help="One of the board's wake recipes.")
@click.option("--plot", type=click.Path(path_type=Path), help="Write both waveforms (PNG).")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def command(file: Path | None, board: str, wake: str, plot: Path | None, as_json: bool) -> None:
    """Predict a wake and compare it with a recording.

    Without FILE the wake is compared with the digest of the recording that the board was fitted
    on, which ships with the board: that is an error of fit, no forecast. With FILE it is compared
    with that recording; its SHA-256 tells whether the board was fitted on it.

    \b
    torpor validate --plot wake.png
    torpor validate ../shared/data/esp32/heltec-esp32-lora32/wifi/interferences_b.csv.xz
    """
    output.writable(plot)
    profile = boards.load(board)
    recipes = profile.file.wakes
    if wake not in recipes:
        known = ", ".join(recipes) or "none"
        raise BadInput(f"{board} has no wake {wake}", remedy=f"its wakes: {known}")
    shipped = profile.folder / recipes[wake].digest
    recording = _recorded(file, recipes[wake].source) if file else None
    table = digest.rows(recording) if recording else digest.load(shipped)
    against = file or shipped
    if not digest.active(table):
        raise BadInput("no wake in it: it sleeps throughout", where=against)
    verdict = judge.judge(profile, wake, table)
    kind = FIT if file is None or digest.cites(shipped, file) else OTHER
    if plot:
        from host_sim.trace import plot as plots  # matplotlib takes its time

        recorded = plots.of_recording(recording, table) if recording else plots.of_digest(table)
        gaps = plots.cuts(recording, table) if recording else []
        predicted = plots.steps([(s, ma) for _, s, ma in judge.predict(profile, wake)])
        title = f"{profile.file.name}, wake {wake}: {against.name}"
        plots.wake(verdict, recorded, gaps, predicted, title, plot)
    document = _document(verdict, profile, wake, against, kind)
    output.as_json(document) if as_json else _show(verdict, profile, wake, against, kind)


def _recorded(file: Path, source: str) -> Recording:
    """The recording; where it is missing, say which one the board's wake is of."""
    if not file.exists():
        own = source.partition(":")[0]
        remedy = f"the board's own is {own}; without FILE its digest is used"
        raise BadInput("no such file", where=file, remedy=remedy)
    return reader.read(file)


def _document(
    verdict: Verdict, board: Board, wake: str, against: Path, kind: str
) -> dict[str, object]:
    return {
        "board": board.file.name,
        "wake": wake,
        "firmware": board.file.wakes[wake].firmware,
        "recording": against.name,
        "kind": kind,
        "recorded_mc": verdict.recorded_mc,
        "predicted_mc": verdict.predicted_mc,
        "charge_error_pct": verdict.charge_error_pct,
        "recorded_s": verdict.recorded_s,
        "predicted_s": verdict.predicted_s,
        "duration_error_pct": verdict.duration_error_pct,
        "states": [asdict(line) for line in verdict.lines],
    }


def _show(verdict: Verdict, board: Board, wake: str, against: Path, kind: str) -> None:
    title = escape(f"{board.file.name}, wake {wake}, beside {against.name}")
    output.console.print(f"[bold]{title}[/bold]", soft_wrap=True)
    grid = output.table(
        "", "state", "recorded, s", "predicted, s", "recorded, mC", "predicted, mC", "error"
    )
    for line in verdict.lines:
        error = 100 * (line.predicted_mc / line.recorded_mc - 1) if line.recorded_mc else None
        grid.add_row(
            line.state,
            f"{line.recorded_s:.3f}",
            f"{line.predicted_s:.3f}",
            f"{line.recorded_mc:.2f}",
            f"{line.predicted_mc:.2f}",
            "-" if error is None else f"{error:+.2f} %",
        )
    grid.add_section()
    grid.add_row(
        "whole wake",
        f"{verdict.recorded_s:.3f}",
        f"{verdict.predicted_s:.3f}",
        f"{verdict.recorded_mc:.2f}",
        f"{verdict.predicted_mc:.2f}",
        f"{verdict.charge_error_pct:+.2f} %",
    )
    output.console.print(grid)
    firmware = board.file.wakes[wake].firmware
    output.console.print(
        f"charge {verdict.charge_error_pct:+.2f} %, duration {verdict.duration_error_pct:+.2f} %\n"
        f"{escape(kind)}\n"
        f"the board's recipe is of {escape(firmware)}\n"
        "charge is compared, not energy: the supply voltage was not recorded"
    )
