"""What a board's measured numbers rest on: digests of recordings, each with what it is good for.

They ship with the board, so that its fit can be repeated without the recordings. A digest's first
lines say whose recording it is of and what it may be used for:

    # recording: its file
    # source: whose it is
    # sha256: of the file
    # rate: 1000 Hz                    and what its instrument left out: cut/instrument.py
    # states: idle listen cpu=idle     what is calibrated by it; cpu by what was named idle
    # tx_dbm: 20                       the transmit power, where tx is among them
    # wake: batch_v3                   the recipe that its wake is one of
    # set: records=2                   and how many records were sent in it
"""

import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from host_sim.errors import BadInput
from host_sim.hardware.board import Board
from host_sim.trace.cut import digest, instrument
from host_sim.trace.cut.digest import Row
from host_sim.trace.cut.instrument import Instrument

STATES = ("deep_sleep", "light_sleep", "modem_sleep", "idle", "boot", "cpu", "sense", "listen")
TX = "tx"
AIR = "air"  # joining or sending, as a marker pin says: no current of its own, but phases.py
USES = (*STATES, TX, AIR)
MOST_RECORDS = 10_000
PASSING = ("/tmp", "/var/tmp", "/dev/shm")  # folders of which nothing is to be cited
TEMPORARY = re.compile(r"tmp(\.[A-Za-z0-9]{6,}|[a-z0-9_]{8})(\.\w+)*")  # mktemp's, Python's


@dataclass(frozen=True)
class Evidence:
    """A recording's digest and its uses. `states` maps a board's state to the one in the digest."""

    recording: str
    sha256: str
    rows: list[Row]
    source: str = ""
    states: dict[str, str] = field(default_factory=dict)
    tx_dbm: float | None = None
    wake: str = ""
    records: int | None = None
    instrument: Instrument | None = None  # None where a digest does not tell

    def wakes(self) -> list[list[Row]]:
        """The rows of each wake."""
        return digest.wakes(self.rows)


def of(board: Board) -> dict[str, Evidence]:
    """The digests beside a board.toml; a board's file of another name has none."""
    return load(board.folder) if board.path.name == "board.toml" else {}


def load(folder: Path) -> dict[str, Evidence]:
    """All digests in a board's folder, by file name; BadInput for a damaged one."""
    return {path.name: read(path) for path in sorted(folder.glob("*.csv"))}


def read(path: Path) -> Evidence:
    """One digest with its uses."""
    facts = digest.facts(path)
    dbm = facts.get("tx_dbm")
    try:
        tx_dbm = None if dbm is None else float(dbm)
    except ValueError:
        raise BadInput(f"tx_dbm is {dbm}", where=path, remedy="write a number of dBm") from None
    return Evidence(
        facts.get("recording", path.name),
        facts.get("sha256", ""),
        digest.load(path),
        facts.get("source", ""),
        parse_states(facts.get("states", "").split(), path),
        tx_dbm,
        facts.get("wake", ""),
        parse_records(facts.get("set"), path),
        instrument.parse(facts, path),
    )


def text(evidence: Evidence) -> str:
    """A digest with its uses, as it is written."""
    facts = {"recording": evidence.recording, "sha256": evidence.sha256}
    if evidence.instrument:
        facts |= evidence.instrument.facts()
    if evidence.source:
        facts["source"] = evidence.source
    if evidence.states:
        pairs = evidence.states.items()
        facts["states"] = " ".join(own if own == seen else f"{own}={seen}" for own, seen in pairs)
    if evidence.tx_dbm is not None:
        facts["tx_dbm"] = f"{evidence.tx_dbm:g}"
    if evidence.wake:
        facts["wake"] = evidence.wake
    if evidence.records is not None:
        facts["set"] = f"records={evidence.records}"
    return digest.text(evidence.rows, facts)


def cited(file: Path) -> str:
    """What a board calls a recording: its folder and name; only the name where that will not last.

    BadInput for a name that a program made up.
    """
    if TEMPORARY.fullmatch(file.name):
        raise BadInput("a temporary name, which a board would cite", where=file, remedy="rename it")
    folders = (Path(folder).resolve() for folder in (tempfile.gettempdir(), *PASSING))
    passing = any(file.resolve().is_relative_to(folder) for folder in folders)
    return file.name if passing else f"{file.absolute().parent.name}/{file.name}"


def parse_states(words: list[str], where: Path | str) -> dict[str, str]:
    """`idle` or `cpu=idle` each; BadInput for a state that no board has."""
    out = {}
    for word in words:
        own, _, seen = word.partition("=")
        if own not in USES:
            remedy = f"one of {', '.join(USES)}"
            raise BadInput(f"no state named {own}", where=where, remedy=remedy)
        out[own] = seen or own
    return out


def parse_records(word: str | None, where: Path | str) -> int | None:
    """`records=2`, the setting of a batch; BadInput for another, or no count."""
    if word is None:
        return None
    key, _, value = word.partition("=")
    if key != "records" or not value.isdecimal() or int(value) > MOST_RECORDS:
        remedy = f"records=N, N of at most {MOST_RECORDS:,}"
        raise BadInput(f"a wake has no setting {word}", where=where, remedy=remedy)
    return int(value)
