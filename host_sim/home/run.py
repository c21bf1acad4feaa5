"""Run a home: its nodes on one clock and one channel, to a result for each."""

import time
from dataclasses import dataclass, replace

from host_sim.engine.ether import Ether
from host_sim.engine.parts import Parts
from host_sim.engine.plain import Lives
from host_sim.home.home import Home
from host_sim.progress import Progress, silent
from host_sim.sim import build, run
from host_sim.sim.result import Result
from host_sim.spec.configure import device_config
from host_sim.world import pathloss


@dataclass(frozen=True)
class HomeResult:
    """What each node gave, and what the channel saw.

    `hits` are frames lost by collision, `waits` those that waited for others.
    """

    home: Home
    results: list[Result]
    hits: int
    waits: int
    wall_s: float
    engine: str
    complete: bool

    @property
    def ok(self) -> bool:
        """Whether the run is complete and every budget of every node holds."""
        return all(result.ok for result in self.results)


def parts(home: Home, arrays: bool) -> list[Parts]:
    """Each node's world, all on one channel."""
    places_m = [*(member.place_m for member in home.members), home.file.access_point.place_m]
    ether = Ether(
        len(home.members),
        [round(x * 100) for x, _ in places_m],
        [round(y * 100) for _, y in places_m],
        pathloss.table_qdb(home.file.path_loss_exponent),
        [number for row in home.links for number in row],
    )
    return [
        build.parts(member.scenario, index, ether, arrays=arrays)
        for index, member in enumerate(home.members)
    ]


def devices(home: Home) -> list[dict[str, object]]:
    """Each node's configuration, with chances of its own."""
    return [
        device_config(member.scenario.file.node, member.scenario.board, home.file.seed + index)
        for index, member in enumerate(home.members)
    ]


def run_home(
    home: Home,
    *,
    engine: type[Lives] = Lives,
    progress: Progress = silent,
) -> HomeResult:
    """Simulate a home. Ctrl-C ends it early, and the result says so."""
    lives = engine(parts(home, engine.arrays), devices(home))
    until_us = build.end_us(home.members[0].scenario)
    started = time.perf_counter()
    complete = False
    try:
        now_us = 0
        while now_us < until_us:
            now_us = min(until_us, now_us + engine.chunk_us)
            lives.live(now_us)
            progress(now_us / until_us)
        complete = True
    except KeyboardInterrupt:
        pass
    wall_s = time.perf_counter() - started
    results = [
        replace(
            run.outcome(member.scenario, lives.parts[i], lives.records[i], lives.now_us(i)),
            alive=lives.alive(i),
            engine=engine.name,
            complete=complete,
        )
        for i, member in enumerate(home.members)
    ]
    ether = lives.parts[0].ether
    return HomeResult(home, results, ether.hits, ether.waits, wall_s, engine.name, complete)
