"""A fleet for a year by the compiled engine: on one core, on two, and what a node takes on disk.

Two cores of one machine may give less than twice one: they share its memory, and the heat that it
may make. So beside it stand two processes that simulate with nothing between them, against one.
"""

import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median

from host_sim.lab import pool
from host_sim.lab.fleet import chunk, fleetfile, spread
from host_sim.lab.fleet.keep import Kept
from tests.bench.goals import Row
from tests.bench.rounds import interleaved, ratio
from torpor_tools.commands import sweep

GARDENS = Path(__file__).parents[2] / "docs" / "examples" / "gardens" / "fleet.toml"
ROUNDS = 5  # of a minute
YEAR_DAYS = 365
BARE_NODES = 250  # of each of the processes with nothing between them


class Simulated:
    """The gardens on so many cores, from the plan to the file; processes start within."""

    def __init__(self, folder: Path, cores: int) -> None:
        self.gardens = fleetfile.load(GARDENS)
        self.path = folder / f"{cores}.parquet"
        self.cores = cores

    def __call__(self) -> None:
        """Simulate all of them."""
        kept = Kept(self.path, self.gardens)
        size = sweep.chunk_size(self.gardens, compiled=True)
        spread.simulate(self.gardens, kept, size, compiled=True, workers=self.cores)
        kept.finish()


def bare(first: int, last: int) -> None:
    """Some of the gardens, by whoever is asked."""
    chunk.simulate(fleetfile.load(GARDENS), first, last, compiled=True)


def at_once(some: ProcessPoolExecutor, count: int) -> Callable[[], object]:
    """The same gardens in each of so many processes, that have simulated before."""
    list(some.map(bare, (0, 0), (1, 1)))
    return lambda: list(some.map(bare, [0] * count, [BARE_NODES] * count))


def rows() -> list[Row]:
    """All that is measured of a fleet."""
    with tempfile.TemporaryDirectory() as folder, pool.workers(2, "") as some:
        one, two = (Simulated(Path(folder), cores) for cores in (1, 2))
        one()  # compiles, or loads what was compiled
        alone, both = (partial(at_once, some, count) for count in (1, 2))
        one_s, two_s, alone_s, both_s = interleaved(
            lambda: one, lambda: two, alone, both, rounds=ROUNDS
        )
        node_bytes = two.path.stat().st_size / two.gardens.count
    node_days = two.gardens.count * YEAR_DAYS
    what = f"{two.gardens.count:,} gardens for a year, compiled"
    of_twice = [a / b / 2 for a, b in zip(one_s, two_s, strict=True)]
    limits = [a / b for a, b in zip(alone_s, both_s, strict=True)]
    return [
        (f"{what}, one core", f"{node_days / median(one_s):,.0f} node-days/s", "stated"),
        (
            f"{what}, two",
            f"{node_days / median(two_s):,.0f} node-days/s",
            "at least 10,000 node-days/s",
        ),
        (f"{what}, two / twice one", f"{median(of_twice):.2f}", "at least 0.9"),
        ("two bare processes that simulate / twice one", f"{median(limits):.2f}", "the limit"),
        (f"{what}, two / two bare processes", f"{ratio(of_twice, limits):.2f}", "at least 0.9"),
        ("a finished node of them, on disk", f"{node_bytes:.0f} bytes", "at most 128 bytes"),
    ]


if __name__ == "__main__":
    for row in rows():
        print(*row, sep=" | ")
