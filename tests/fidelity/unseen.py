"""The recordings of the Heltec board that nothing was fitted on, as digests.

python -m tests.fidelity.unseen RECORDINGS    digest them anew, from their folder
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from host_sim.files import inputs
from host_sim.hardware import board
from host_sim.trace import reader
from host_sim.trace.cut import digest, instrument
from host_sim.trace.fit import evidence
from host_sim.trace.fit.evidence import Evidence

BOARD = "heltec_wifi_lora_32"
FOLDER = board.BOARDS / BOARD / "unseen"
SOURCE = "fdekeers/lorawan-smart-lln (UCLouvain, 2021)"


@dataclass(frozen=True)
class Group:
    """Recordings of one kind of wake; `goal_pct` is of the mean and of each."""

    title: str
    wake: str
    files: tuple[str, ...]
    records: int | None = None
    goal_pct: tuple[float, float] = (2.0, 5.0)


def _batch(size: int) -> Group:
    files = tuple(f"batch_v3/v3-size-{size}-adr-{run}.csv.xz" for run in "abc")
    return Group(f"{size} records a message", "batch_v3", files, size, (1.0, 2.0))


GROUPS = (
    _batch(4),
    _batch(6),
    Group("1 record a message, version 1", "batch_v3", ("direct_v1/v1-no-adr-a.csv.xz",), 1),
    Group("1 record, another sensor", "batch_v3", ("sensors/bme680-a.csv.xz",), 1),
    Group("measures only", "measure_only", ("batch_measure_only/measure-only-a.csv.xz",)),
    Group("Wi-Fi on a disturbed channel", "wifi", ("wifi/interferences_b.csv.xz",)),
)


def digest_file(recording: str) -> Path:
    """Where the digest of a recording stands."""
    return FOLDER / f"{Path(recording).name.partition('.')[0]}.csv"


def digested(path: Path, name: str, source: str, **uses: Any) -> str:
    """A recording's digest, as evidence under this name."""
    recording = reader.read(path)
    rows = digest.rows(recording)
    left_out = instrument.of(recording, rows)
    one = Evidence(name, inputs.sha256(path), rows, source, instrument=left_out, **uses)
    return evidence.text(one)


def main(recordings: Path) -> None:
    """Digest every recording of every group."""
    for group in GROUPS:
        for name in group.files:
            uses = {"wake": group.wake, "records": group.records}
            text = digested(recordings / name, name, SOURCE, **uses)
            digest_file(name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    main(Path(sys.argv[1]))
