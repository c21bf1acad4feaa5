"""torpor calibrate: a board's power states and wake recipes from recordings of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from host_sim.errors import BadInput
from host_sim.files import inputs, outputs
from host_sim.hardware import board as boards
from host_sim.hardware import states
from host_sim.hardware.boardfile import LEAST_SAID
from host_sim.trace import reader
from host_sim.trace.cut import digest, instrument
from host_sim.trace.cut import labels as marks
from host_sim.trace.cut.digest import Row
from host_sim.trace.fit import calibrate, document, evidence, fit
from host_sim.trace.fit.evidence import AIR, STATES, USES, Evidence
from host_sim.trace.recording import Recording
from torpor_tools import options, params, recordings
from torpor_tools.line import Command, unused
from torpor_tools.recordings import Told
from torpor_tools.show import output
from torpor_tools.show.calibrated import Calibrated

TX_DBM = params.Number(states.TX_LEVELS_DBM[0], states.TX_LEVELS_DBM[-1], " dBm")


@dataclass(frozen=True)
class Use:
    """What all FILEs of a call are good for; `states` None is whatever is found in each."""

    states: dict[str, str] | None
    tx_dbm: float | None
    wake: str
    records: int | None
    source: str

    def evidence(self, file: Path, recording: Recording, rows: list[Row]) -> Evidence:
        """A recording's digest with its uses; BadInput where it has not what it is to show."""
        have = {row.state for row in rows}
        fitted = self.states
        if fitted is None:
            told = USES if self.tx_dbm is not None else (*STATES, AIR)
            fitted = {state: state for state in told if state in have}
        by = instrument.of(recording, rows)
        for own, seen in (self.states or {}).items():
            if seen not in have:
                remedy = f"it has {', '.join(sorted(have))}"
                raise BadInput(f"no {seen} in it", where=file, remedy=remedy)
            if why := fit.untold(own, [row for row in rows if row.state == seen], by):
                raise BadInput(why, where=file, remedy=f"record more, or leave {own} out")
        if self.wake and not digest.wakes(rows):
            remedy = "record a wake, or leave --wake out"
            raise BadInput("no wake in it: it sleeps throughout", where=file, remedy=remedy)
        return Evidence(
            evidence.cited(file),
            inputs.sha256(file),
            digest.rounded(rows),
            self.source,
            fitted,
            self.tx_dbm,
            self.wake,
            self.records,
            by,
        )


@click.command("calibrate", cls=Command)
@click.argument("files", nargs=-1, type=params.RECORDING)
@click.option(
    "--board", type=params.BOARD, required=True, help="Board to start from: a name, or a folder."
)
@click.option("--out", type=params.Folder(), help="Folder to write; else the board's.")
@click.option(
    "--states",
    "named",
    type=params.TEXT,
    help="What FILEs are good for, as idle,cpu=idle; or none.",
)
@click.option(
    "--labels", type=params.TEXT, help="States by the digital channels' pattern: 0=sleep,1=cpu."
)
@click.option("--tx-dbm", type=TX_DBM, help="Transmit power in FILEs; without it tx is left alone.")
@click.option(
    "--wake", type=params.TEXT, default="", help="The recipe that the wakes in FILEs are of."
)
@click.option("--set", "setting", type=params.TEXT, help="Of a batch: records=N in each of FILEs.")
@click.option(
    "--firmware", type=params.TEXT, default="", help="What runs in that wake, for the reader."
)
@click.option(
    "--source", type=params.TEXT, default="", help="Whose recordings FILEs are, to cite them by."
)
@recordings.told
@options.as_json("tables")
def command(
    files: tuple[Path, ...],
    board: str,
    out: Path | None,
    named: str | None,
    labels: str | None,
    tx_dbm: float | None,
    wake: str,
    setting: str | None,
    firmware: str,
    source: str,
    told: Told,
    as_json: bool,
    force: bool,
) -> None:
    """Fit a board to recordings of it and write its folder: board.toml and a digest of each.

    Each call adds its FILEs to the digests in the folder and fits the board to all of them;
    without FILE it repeats the fit. What no recording is good for keeps its value.

    With --labels the states are those that a node's marker pins say (docs/bench.md).

    \b
    torpor calibrate --board lolin32_lite --out mine asleep.csv awake.csv
    torpor calibrate --board mine --wake batch --set records=2 --states none 2.csv
    """
    _check_told(files, wake)
    if 0 < len(firmware) < LEAST_SAID:
        raise BadInput(f"--firmware {firmware}", remedy=f"say it in {LEAST_SAID} letters or more")
    profile = boards.load(board)
    if out is None and outputs.own(profile.folder / boards.FILE):
        raise BadInput(f"{board} ships with Torpor", remedy="give --out, a folder of your own")
    folder = out or profile.folder
    records = evidence.parse_records(setting, "--set")
    use = Use(_states(named), tx_dbm, wake, records, source)
    if out is None and profile.path.name != "board.toml":
        raise BadInput("a board's folder is written", where=profile.path, remedy="give --out")
    if tx_dbm is not None:
        calibrate.level_name(tx_dbm)
    patterns = marks.parse(labels) if labels else None
    every = evidence.of(profile)
    names = {file: f"{file.name.partition('.')[0]}.csv" for file in files}
    calibrate.claim(folder, {*every, *names.values()}, files, force)
    for file, one in _digested(files, use, patterns, told):
        if every.get(names[file], one).sha256 != one.sha256:
            what = f"{names[file]} is another recording's digest"
            raise BadInput(what, where=file, remedy="rename it")
        every[names[file]] = one
    if not every:
        raise BadInput(f"{board} has no digests to fit", remedy="give recordings")
    found = calibrate.calibrate(list(every.values()), profile)
    old = inputs.text(profile.path)
    text = document.text(old, found, list(every.values()), {wake: firmware})
    fresh = calibrate.write(folder, text, every)
    output.doubts(found.doubts)
    shown = Calibrated(found, profile, fresh, list(every.values()))
    output.as_json(shown.document()) if as_json else shown.show()


def _check_told(files: tuple[Path, ...], wake: str) -> None:
    """BadInput for an option that nothing on the line is for."""
    of_files = ("named", "labels", "tx_dbm", "setting", "source", "unit", "volts", "channel")
    if not files:
        unused(of_files, "there is no FILE")
    if not wake:
        unused(("setting", "firmware"), "there is no --wake")


def _digested(
    files: tuple[Path, ...], use: Use, patterns: dict[int, str] | None, told: Told
) -> Iterator[tuple[Path, Evidence]]:
    """Each FILE, read as the user told, with its digest."""
    progress = output.Progress("digesting")
    for done, file in enumerate(files):
        progress(done / len(files))
        recording = reader.read(file, *told)
        yield file, use.evidence(file, recording, _rows(recording, patterns, file))
    progress.close()


def _rows(recording: Recording, patterns: dict[int, str] | None, file: Path) -> list[Row]:
    """A recording's states: by its digital channels where they are labels, else by its current."""
    if patterns is None:
        return digest.rows(recording)
    return digest.of_segments(recording, marks.find(recording, patterns, file))


def _states(named: str | None) -> dict[str, str] | None:
    if named is None:
        return None
    return {} if named == "none" else evidence.parse_states(named.split(","), "--states")
