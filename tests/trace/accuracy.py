"""python -m tests.trace.accuracy: the states found beside those labelled by eye.

Prints, for each recording, the share of time in the right state and how far the boundaries of the
labels lie from the nearest that was found. Bursts are counted too.
"""

import csv
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from host_sim.trace import reader
from host_sim.trace.cut import segment
from tests.conftest import data

LABELS = Path(__file__).parent / "labels"
TUNED = ("wifi/no_interference_b", "batch_v3/v3-size-4-adr-a")
ASIDE = ("wifi/interferences_b", "cpu_freq/160_mhz_b", "join/wifi-join-a")

States = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Accuracy:
    """Of one recording; errors in ms."""

    right: float  # share of time
    median_ms: float
    p95_ms: float


def labelled(name: str, rate_hz: float) -> tuple[States, list[int]]:
    """The state of each sample, and where states begin, by the labels."""
    lines = (LABELS / f"{name.replace('/', '_')}.csv").read_text().splitlines()
    table = [(row["state"], *_samples(row, rate_hz)) for row in csv.DictReader(lines[1:])]
    return _painted(table), [start for _, start, _ in table[1:]]


def _samples(row: dict[str, str], rate_hz: float) -> tuple[int, int]:
    start = round(float(row["start_s"]) * rate_hz)
    return start, start + round(float(row["duration_s"]) * rate_hz)


def _painted(table: list[tuple[str, int, int]]) -> States:
    return np.repeat([state for state, _, _ in table], [end - start for _, start, end in table])


def measure(folder: Path, name: str) -> Accuracy:
    """Segment a recording and compare."""
    recording = reader.read(folder / f"{name}.csv.xz")
    states, starts = labelled(name, recording.rate_hz)
    found = _painted([(s.state, s.start, s.end) for s in segment.find(recording).segments])
    right = float((found == states).mean())
    edges = np.flatnonzero(found[1:] != found[:-1]) + 1
    apart = np.abs(edges[:, np.newaxis] - starts).min(axis=0) / recording.rate_hz * 1000
    return Accuracy(right, float(np.median(apart)), float(np.percentile(apart, 95)))


def main() -> None:
    """Print a line for each recording."""
    folder = data() / "esp32/heltec-esp32-lora32"
    if not folder.is_dir():
        sys.exit(f"no recordings at {folder}; set TORPOR_DATA to their folder")
    print(f"{'recording':28} {'time right':>10} {'boundary, median':>17} {'95 %':>8}")
    for name in TUNED + ASIDE:
        found = measure(folder, name)
        aside = "" if name in TUNED else "  kept aside"
        errors = f"{found.median_ms:14.1f} ms {found.p95_ms:5.1f} ms"
        print(f"{name:28} {found.right:10.2%} {errors}{aside}")


if __name__ == "__main__":
    main()
