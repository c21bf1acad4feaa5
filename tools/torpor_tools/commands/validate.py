"""torpor validate: wakes predicted beside wakes recorded, of a scenario or of a board's recipe."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import click

from host_sim.errors import BadInput
from host_sim.files import inputs, outputs
from host_sim.hardware import board as boards
from host_sim.hardware.board import Board
from host_sim.home import home
from host_sim.lab import match, verdict, wakes
from host_sim.spec import scenario
from host_sim.trace import reader
from host_sim.trace.cut import digest, instrument
from host_sim.trace.fit import doubts, evidence, judge
from host_sim.trace.fit.evidence import Evidence
from host_sim.trace.recording import Recording
from torpor_tools import options, params, recordings
from torpor_tools.line import Command, unused
from torpor_tools.recordings import Told
from torpor_tools.show import output, ownpath, recipe
from torpor_tools.show.recipe import Judged

USUAL = "wifi"  # the wake that is compared where nothing is said


@click.command("validate", cls=Command)
@click.argument("files", metavar="[SCENARIO] [RECORDING]...", nargs=-1, type=params.JUDGED)
@click.option(
    "--board",
    type=params.BOARD,
    default="heltec_wifi_lora_32",
    show_default=True,
    help="Board whose recipe is predicted.",
)
@click.option(
    "--wake", type=params.TEXT, help="One of the board's wake recipes; wifi without RECORDING."
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    type=params.TEXT,
    help="Change one key of the scenario; of a batch: records=N in each wake.",
)
@recordings.told
@click.option("--plot", type=params.PICTURE, help="Draw both: .png, .svg, .pdf.")
@options.as_json("a table")
def command(
    files: tuple[Path, ...],
    board: str,
    wake: str | None,
    settings: tuple[str, ...],
    told: Told,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Predict wakes and compare them with RECORDINGs.

    With a SCENARIO: recordings of a node that runs Torpor as it says. What each kind of wake draws
    by the board beside what was recorded, and what that makes of the battery life.

    Without: of foreign firmware, whose wake is a recipe of the board. Each file, a recording or a
    digest, is told apart by its SHA-256: where the board was fitted on it, the error is one of fit
    and no forecast, and does not count in the mean. Without RECORDING the wake is compared with the
    digests that it was fitted on, which ship with the board.

    \b
    torpor validate garden wake.csv
    torpor validate --plot wake.png
    torpor validate --wake batch_v3 --set records=4 four-a.csv.xz four-b.csv.xz
    """
    if files and params.is_scenario(files[0]):
        _own(files, settings, told, plot, as_json)
        return
    if all(digest.is_digest(file) for file in files):
        unused(("unit", "volts", "channel"), "no RECORDING is a recording")
    if len(settings) > 1:
        raise BadInput(f"--set {settings[1]}", remedy="a recipe has one setting, records=N")
    profile = boards.load(board)
    fitted = list(evidence.of(profile).values())
    known = ", ".join(profile.file.wakes) or "none"
    wake = wake or _wake(profile, fitted, files)
    if wake not in profile.file.wakes:
        raise BadInput(f"{board} has no wake {wake}", remedy=f"its wakes: {known}")
    records = evidence.parse_records(settings[0] if settings else None, "--set")
    recorded = _recorded(files, records, told) if files else _of_fit(wake, records, fitted)
    some = list(_judged(profile, wake, fitted, recorded))
    if plot:
        recipe.draw(profile, wake, some[0], plot)
    document = recipe.document(some, profile, wake, fitted)
    output.as_json(document) if as_json else recipe.show(some, profile, wake, document)


def _own(
    files: tuple[Path, ...],
    changes: tuple[str, ...],
    told: Told,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Compare recordings of a node that runs Torpor with its scenario."""
    unused(("board", "wake"), "the scenario names its board")
    name, *paths = files
    home.refuse(str(name))
    given = scenario.load(str(name), changes)
    if not paths:
        raise BadInput(f"no recording to lay beside {name}", remedy="name a file of its current")
    if plot:
        outputs.claim(plot, scenario.inputs(given), force=True)
    read = [recordings.read(path, told) for path in paths]
    with output.Progress(given.name) as progress:
        predicted = wakes.predict(given, progress)
    cuts = [match.cut(predicted, *pair) for pair in zip(read, paths, strict=True)]
    judged = verdict.judge(predicted, cuts)
    if plot:
        ownpath.draw(predicted, cuts, plot)
    document = ownpath.document(predicted, paths, cuts, judged)
    output.as_json(document) if as_json else ownpath.show(document)


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
    if not known:
        remedy = "fit one to a recording by torpor calibrate --wake"
        raise BadInput(f"{board.file.name} has no wake recipe", remedy=remedy)
    what = f"{board.file.name} has several wakes"
    raise BadInput(what, remedy=f"give --wake: {', '.join(known)}")


def _recorded(
    files: tuple[Path, ...], records: int | None, told: Told
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
            left_out = instrument.of(recording, rows)
            one = Evidence(
                file.name, inputs.sha256(file), rows, records=records, instrument=left_out
            )
        if not one.wakes():
            what, remedy = "no wake in it: it sleeps throughout", "record a wake"
            raise BadInput(what, where=file, remedy=remedy)
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
    wake: str, records: int | None, fitted: list[Evidence]
) -> Iterator[tuple[Evidence, Recording | None]]:
    """The wake's own evidence, each at the records that were in it."""
    own = [one for one in fitted if one.wake == wake and records in (None, one.records)]
    if not own:
        raise BadInput(f"no digest of {wake} ships with the board", remedy="give a recording")
    yield from ((one, None) for one in own)
