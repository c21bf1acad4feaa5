"""torpor validate: a wake predicted from a board's profile beside the same wake recorded."""

from dataclasses import asdict
from pathlib import Path

import click

from host_sim import board as boards
from host_sim.errors import BadInput
from host_sim.trace import digest, reader
from host_sim.trace.judge import Verdict, judge
from tools import output


@click.command("validate")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--board", default="heltec_wifi_lora_32", show_default=True, help="Board to predict.")
@click.option("--wake", default="wifi", show_default=True, help="One of the board's wake recipes.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def command(file: Path | None, board: str, wake: str, as_json: bool) -> None:
    """Predict a wake and compare it with a recording.

    Without FILE the wake is compared with the digest of the recording that the board was fitted
    on, which ships with the board: that is an error of fit, no forecast. With FILE it is compared
    with that recording, and whether the fit has seen it is for you to say.
    """
    profile = boards.load(board)
    recipes = profile.file.wakes
    if wake not in recipes:
        known = ", ".join(recipes) or "none"
        raise BadInput(f"{board} has no wake {wake}", remedy=f"its wakes: {known}")
    against = file or profile.folder / recipes[wake].digest
    table = digest.rows(reader.read(file)) if file else digest.load(against)
    if not digest.active(table):
        raise BadInput("no wake in it: it sleeps throughout", where=against)
    verdict = judge(profile, wake, table)
    kind = "against the recording given" if file else "error of fit: the board was fitted on it"
    output.as_json(_document(verdict, board, wake, against, kind)) if as_json else _show(
        verdict, board, wake, against, kind
    )


def _document(
    verdict: Verdict, board: str, wake: str, against: Path, kind: str
) -> dict[str, object]:
    return {
        "board": board,
        "wake": wake,
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


def _show(verdict: Verdict, board: str, wake: str, against: Path, kind: str) -> None:
    grid = output.table(
        f"{board}, wake {wake}, beside {against.name}",
        "state",
        "recorded, s",
        "predicted, s",
        "recorded, mC",
        "predicted, mC",
        "error",
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
    output.console.print(
        f"charge {verdict.charge_error_pct:+.2f} %, duration {verdict.duration_error_pct:+.2f} % "
        f"({kind})"
    )
