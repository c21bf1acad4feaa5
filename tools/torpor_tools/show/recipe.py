"""What torpor validate tells of a recipe: wakes of foreign firmware beside what was fitted."""

from dataclasses import asdict, dataclass
from pathlib import Path, PurePath

from rich.markup import escape

from host_sim.hardware.board import Board
from host_sim.trace.cut.digest import Row
from host_sim.trace.fit import judge
from host_sim.trace.fit.evidence import Evidence
from host_sim.trace.fit.judge import Priced, Verdict
from host_sim.trace.recording import Recording
from torpor_tools.show import output


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


def show(some: list[Judged], board: Board, wake: str, told: dict[str, object]) -> None:
    """As tables."""
    firmware = board.file.wakes[wake].firmware
    title = escape(f"{board.file.name}, wake {wake} of foreign firmware: {firmware}")
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
            f"{one.verdict.charge_error_pct:+z.2f}",
            f"{ci95[0]:+z.2f} … {ci95[1]:+z.2f}" if ci95 else "unknown",
            f"{one.verdict.duration_error_pct:+z.2f}",
            "fitted" if one.fitted else "unseen",
        )
    output.console.print(grid)
    if told["unseen_wakes"]:
        output.console.print(
            f"unseen: {told['unseen_wakes']}, error in the mean of absolutes "
            f"{told['mean_abs_error_pct']:.2f} %, at most {told['max_abs_error_pct']:.2f} %"
        )
    else:
        output.console.print("errors of fit: the board was fitted on these recordings")
    cited = told["fitted_on"]
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
            "-" if error is None else f"{error:+z.2f} %",
        )
    return grid


def document(
    some: list[Judged], board: Board, wake: str, fitted: list[Evidence]
) -> dict[str, object]:
    """All that is told, with stable keys and units in their names."""
    unseen = [abs(one.verdict.charge_error_pct) for one in some if not one.fitted]
    return {
        "board": board.file.name,
        "wake": wake,
        "foreign_firmware": True,
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


def draw(board: Board, wake: str, one: Judged, path: Path) -> None:
    """One wake beside its prediction."""
    from host_sim.trace.draw import plot as plots  # matplotlib takes its time

    curve = (
        plots.of_recording(one.recording, one.rows) if one.recording else plots.of_rows(one.rows)
    )
    gaps = plots.cuts(one.recording, one.rows) if one.recording else []
    predicted = [(s, mc / s) for _, s, mc in one.predicted]
    title = f"{board.file.name}, wake {wake} of foreign firmware: {one.file}"
    plots.wake(one.verdict, curve, gaps, plots.steps(predicted), title, path)
