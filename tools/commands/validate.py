"""torpor validate: wakes predicted from a board's profile beside the same wakes recorded."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePath
from typing import Any

import click
from rich.markup import escape

from host_sim.errors import BadInput
from host_sim.files import inputs
from host_sim.hardware import board as boards
from host_sim.hardware.board import Board
from host_sim.trace import reader
from host_sim.trace.cut import digest, instrument
from host_sim.trace.cut.digest import Row
from host_sim.trace.fit import doubts, evidence, judge
from host_sim.trace.fit.evidence import Evidence
from host_sim.trace.fit.judge import Priced, Verdict
from host_sim.trace.recording import Recording
from tools import params, recordings
from tools.show import output

USUAL = "wifi"  # the wake that is compared where nothing is said


@dataclass(frozen=True)
class Judged:
    """One recorded wake and the prediction for it; fitted: the board was fitted on this file."""

    file: str
    rows: list[Row]
    predicted: list[Priced]
    verdict: Verdict
    ci95_pct: tuple[float, float] | None
    fitted: bool
    recording: Recording | None = None


@click.command("validate", cls=params.Command)
@click.argument("files", nargs=-1, type=params.RECORDING)
@click.option(
    "--board",
    type=params.BOARD,
    default="heltec_wifi_lora_32",
    show_default=True,
    help="Board to predict.",
)
@click.option(
    "--wake", type=params.TEXT, help="One of the board's wake recipes; wifi without FILE."
)
@click.option("--set", "setting", type=params.TEXT, help="Of a batch: records=N in each wake.")
@recordings.told
@click.option("--plot", type=params.PICTURE, help="Draw both: .png, .svg, .pdf.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def command(
    files: tuple[Path, ...],
    board: str,
    wake: str | None,
    setting: str | None,
    unit: str | None,
    volts: float | None,
    channel: str | None,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Predict a wake and compare it with each wake in FILEs, recordings or digests.

    Each file is told apart by its SHA-256: where the board was fitted on it, the error is one of
    fit and no forecast, and does not count in the mean. Without FILE the wake is compared with
    the digests that it was fitted on, which ship with the board.

    \b
    torpor validate --plot wake.png
    torpor validate --wake batch_v3 --set records=4 four-a.csv.xz four-b.csv.xz
    """
    if all(digest.is_digest(file) for file in files):
        params.unused(("unit", "volts", "channel"), "no FILE is a recording")
    profile = boards.load(board)
    fitted = list(evidence.of(profile).values())
    known = ", ".join(profile.file.wakes) or "none"
    wake = wake or _wake(profile, fitted, files)
    if wake not in profile.file.wakes:
        raise BadInput(f"{board} has no wake {wake}", remedy=f"its wakes: {known}")
    records = evidence.parse_records(setting, "--set")
    recorded: Iterable[tuple[Evidence, Recording | None]]
    if files:
        recorded = _recorded(files, records, unit, volts, channel)
    else:
        recorded = _of_fit(profile, wake, records, fitted)
    some = list(_judged(profile, wake, fitted, recorded))
    if plot:
        _draw(profile, wake, some[0], plot)
    document = _document(some, profile, wake, fitted)
    output.as_json(document) if as_json else _show(some, profile, wake, document)


def _wake(board: Board, fitted: list[Evidence], files: tuple[Path, ...]) -> str:
    """The wake that FILEs are known to be of, or the only one; BadInput where it must be told."""
    known = list(board.file.wakes)
    of_fit = {one.sha256: one.wake for one in fitted}
    said = {
        evidence.read(file).wake if digest.is_digest(file) else of_fit.get(inputs.sha256(file), "")
        for file in files
    }
    if len(said) == 1 and "" not in said:
        return said.pop()
    if len(known) == 1:
        return known[0]
    if not files and USUAL in known:
        return USUAL
    names = ", ".join(known) or "none, so calibrate it first"
    raise BadInput(f"which wake of {board.file.name}?", remedy=f"give --wake: {names}")


def _recorded(
    files: tuple[Path, ...], records: int | None, *told: Any
) -> Iterator[tuple[Evidence, Recording | None]]:
    """Each file, as a digest or a recording; BadInput where there is no wake in it.

    A digest may say itself how many records were sent.
    """
    progress = output.Progress("digesting")
    for done, file in enumerate(files):
        progress(done / len(files))
        recording = None
        if digest.is_digest(file):
            one = evidence.read(file)
            one = replace(one, records=records if one.records is None else one.records)
        else:
            recording = reader.read(file, *told)
            rows = digest.rows(recording)
            left_out = instrument.of(recording)
            one = Evidence(
                file.name, inputs.sha256(file), rows, records=records, instrument=left_out
            )
        if not one.wakes():
            raise BadInput("no wake in it: it sleeps throughout", where=file)
        output.doubts(doubts.of_recording(one))
        yield one, recording
    progress.close()


def _judged(
    board: Board,
    wake: str,
    fitted: list[Evidence],
    recorded: Iterable[tuple[Evidence, Recording | None]],
) -> Iterator[Judged]:
    known = {one.sha256 for one in judge.fitted_on(board, wake, fitted)}
    intervals: dict[int | None, tuple[float, float] | None] = {}
    for one, recording in recorded:
        predicted = judge.predict(board, wake, one.records)
        if one.records not in intervals:
            intervals[one.records] = judge.interval_mc(board, wake, one.records, fitted)
        interval = intervals[one.records]
        for rows in one.wakes():
            verdict = judge.judge(predicted, rows)
            low, high = (100 * (mc / verdict.recorded_mc - 1) for mc in interval or (0.0, 0.0))
            ci95_pct = (low, high) if interval else None
            yield Judged(
                one.recording, rows, predicted, verdict, ci95_pct, one.sha256 in known, recording
            )


def _of_fit(
    board: Board, wake: str, records: int | None, fitted: list[Evidence]
) -> Iterator[tuple[Evidence, None]]:
    """The wake's own evidence, each at the records that were in it."""
    own = [one for one in fitted if one.wake == wake and records in (None, one.records)]
    if not own:
        raise BadInput(f"no digest of {wake} ships with the board", remedy="give a recording")
    yield from ((one, None) for one in own)


def _draw(board: Board, wake: str, one: Judged, path: Path) -> None:
    from host_sim.trace.draw import plot as plots  # matplotlib takes its time

    curve = (
        plots.of_recording(one.recording, one.rows) if one.recording else plots.of_rows(one.rows)
    )
    gaps = plots.cuts(one.recording, one.rows) if one.recording else []
    predicted = [(s, mc / s) for _, s, mc in one.predicted]
    title = f"{board.file.name}, wake {wake}: {one.file}"
    plots.wake(one.verdict, curve, gaps, plots.steps(predicted), title, path)


def _document(
    some: list[Judged], board: Board, wake: str, fitted: list[Evidence]
) -> dict[str, object]:
    unseen = [abs(one.verdict.charge_error_pct) for one in some if not one.fitted]
    return {
        "board": board.file.name,
        "wake": wake,
        "firmware": board.file.wakes[wake].firmware,
        "fitted_on": [one.recording for one in judge.fitted_on(board, wake, fitted)],
        "wakes": [
            {
                "file": one.file,
                "fitted": one.fitted,
                "recorded_mc": one.verdict.recorded_mc,
                "predicted_mc": one.verdict.predicted_mc,
                "error_pct": one.verdict.charge_error_pct,
                "ci95_pct": one.ci95_pct,
                "recorded_s": one.verdict.recorded_s,
                "predicted_s": one.verdict.predicted_s,
                "duration_error_pct": one.verdict.duration_error_pct,
                "states": [asdict(line) for line in one.verdict.lines],
            }
            for one in some
        ],
        "unseen_wakes": len(unseen),
        "mean_abs_error_pct": sum(unseen) / len(unseen) if unseen else None,
        "max_abs_error_pct": max(unseen) if unseen else None,
    }


def _show(some: list[Judged], board: Board, wake: str, document: dict[str, object]) -> None:
    title = escape(f"{board.file.name}, wake {wake}: {board.file.wakes[wake].firmware}")
    output.console.print(f"[bold]{title}[/bold]")
    if len(some) == 1:
        output.console.print(_states(some[0].verdict))
        output.console.print()
    heads = "recorded,\nmC", "predicted,\nmC", "error,\n%", "95 %\ninterval, %", "time,\n%", "\nis"
    grid = output.table("", "\nwake", *heads)
    for one in some:
        ci95 = one.ci95_pct
        grid.add_row(
            escape(PurePath(one.file).name.partition(".")[0]),  # as its digest is named
            f"{one.verdict.recorded_mc:,.2f}",
            f"{one.verdict.predicted_mc:,.2f}",
            f"{one.verdict.charge_error_pct:+.2f}",
            f"{ci95[0]:+.2f} … {ci95[1]:+.2f}" if ci95 else "unknown",
            f"{one.verdict.duration_error_pct:+.2f}",
            "fitted" if one.fitted else "unseen",
        )
    output.console.print(grid)
    if document["unseen_wakes"]:
        output.console.print(
            f"unseen: {document['unseen_wakes']}, error in the mean of absolutes "
            f"{document['mean_abs_error_pct']:.2f} %, at most {document['max_abs_error_pct']:.2f} %"
        )
    else:
        output.console.print("errors of fit: the board was fitted on these recordings")
    cited = document["fitted_on"]
    assert isinstance(cited, list)
    output.console.print(escape(f"fitted on {', '.join(cited) or 'no recording'}"))
    output.console.print("charge is compared, not energy")


def _states(verdict: Verdict) -> object:
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
    return grid
