"""A fleet for a year by the compiled engine: on one core, on two, and what a node takes on disk."""

import tempfile
from pathlib import Path
from statistics import median

from host_sim.lab.fleet import fleetfile, spread
from host_sim.lab.fleet.keep import Kept
from tests.bench.rounds import interleaved, ratio
from tools.commands import sweep

Row = tuple[str, str, str]  # what, measured, goal
GARDENS = Path(__file__).parents[2] / "docs" / "examples" / "gardens" / "fleet.toml"
ROUNDS = 3  # of most of a minute
YEAR_DAYS = 365


class Simulated:
    """The gardens on so many cores, from the plan to the file; processes start within."""

    def __init__(self, folder: Path, cores: int) -> None:
        self.gardens = fleetfile.load(GARDENS)
        self.path = folder / f"{cores}.parquet"
        self.cores = cores

    def __call__(self) -> None:
        """Simulate all of them."""
        size = sweep.chunk_size(self.gardens, self.cores)
        kept = Kept(self.path, self.gardens, size)
        spread.simulate(self.gardens, kept, compiled=True, workers=self.cores)
        kept.finish()


def rows() -> list[Row]:
    """All that is measured of a fleet."""
    with tempfile.TemporaryDirectory() as folder:
        one, two = (Simulated(Path(folder), cores) for cores in (1, 2))
        one()  # compiles, or loads what was compiled
        one_s, two_s = interleaved(lambda: one, lambda: two, rounds=ROUNDS)
        node_bytes = two.path.stat().st_size / two.gardens.count
    node_days = two.gardens.count * YEAR_DAYS
    what = f"{two.gardens.count:,} gardens for a year, compiled"
    return [
        (f"{what}, one core", f"{node_days / median(one_s):,.0f} node-days/s", "stated"),
        (f"{what}, two", f"{node_days / median(two_s):,.0f} node-days/s", "at least 10,000"),
        (f"{what}, two / twice one", f"{ratio(one_s, two_s) / 2:.2f}", "at least 0.9"),
        ("a finished node of them, on disk", f"{node_bytes:.0f} bytes", "at most 128"),
    ]


if __name__ == "__main__":
    for row in rows():
        print(*row, sep=" | ")
