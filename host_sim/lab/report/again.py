"""A run to be told in full: a scenario, or a run that was kept, run once more with its log."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from host_sim.errors import BadInput
from host_sim.lab import decisions, interval
from host_sim.lab.interval import Interval
from host_sim.progress import Progress
from host_sim.sim import cube, engines, runfile, wakelog
from host_sim.sim.runfile import Run
from host_sim.sim.wakelog import Log, Told
from host_sim.spec import scenario
from host_sim.spec.scenario import Scenario


@dataclass(frozen=True)
class Again:
    """What is run, perhaps as people do it today; `kept` is how it went before."""

    given: Scenario
    as_today: bool = False
    kept: Run | None = None
    name: str = ""

    @property
    def device(self) -> dict[str, Any] | None:
        """Another configuration than the node's own."""
        return decisions.without(self.given, decisions.NAIVE)[1] if self.as_today else None

    def live(self) -> Iterator[Told]:
        """Day by day (wakelog.live)."""
        return wakelog.live(self.given, self.device)

    def log(self, progress: Progress) -> Log:
        """All of it; BadInput where it went another way than the run that was kept."""
        log = wakelog.log(self.given, self.device, progress)
        self.check(log)
        return log

    def interval(self, progress: Progress) -> Interval:
        """How far off its figures may be; on CPython where nothing is compiled."""
        return interval.of(
            self.given, device=self.device, engine=engines.fastest(), progress=progress
        )

    def check(self, log: Log) -> None:
        """BadInput where the run is not the one that was kept."""
        if self.kept and sorted(cube.cells(log.result.ledger)) != self.kept.cells:
            what = "another run than it was: Torpor or the files that it reads have changed"
            raise BadInput(what, where=self.name, remedy="save it anew")


def named(name: str, changes: tuple[str, ...]) -> Again:
    """A scenario, or a run's file, which nothing changes any more."""
    if not name.endswith(".json"):
        return Again(scenario.load(name, changes))
    if changes:
        what = "a run that is over: --set and --days change nothing"
        raise BadInput(what, where=name, remedy="name its scenario")
    kept = runfile.load(Path(name))
    return Again(runfile.again(kept, Path(name)), kept.baseline, kept, name)
