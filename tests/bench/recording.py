"""torpor record against a Power Profiler that sends as fast as it is read."""

import tempfile
import time
from pathlib import Path
from statistics import median

from host_sim.trace.formats.part import RATE_HZ, Part
from tests.tools.ppk2_device import Device, word
from torpor_tools.commands.record import measure
from torpor_tools.ppk2 import Ppk2

ROUNDS = 3
SAMPLES = 5 * RATE_HZ


def rows() -> list[tuple[str, str, str]]:
    """Samples received, converted and on the disk, by what the instrument sends in that time."""
    speed = median(_once() for _ in range(ROUNDS)) / RATE_HZ
    return [("recording a PPK2 / its rate", f"{speed:.1f}", "at least 1")]


def _once() -> float:
    """Samples a second."""
    counters = b"".join(word(1000, 2, i) for i in range(64))
    stream = counters * (SAMPLES // 64 + 1)
    with (
        tempfile.TemporaryDirectory() as folder,
        Device([stream]) as device,
        Part(Path(folder) / "out.part") as part,
        Ppk2(device.port, "source", 3_300) as instrument,
    ):
        started = time.perf_counter()
        measure(instrument, part, SAMPLES)
        return SAMPLES / (time.perf_counter() - started)
