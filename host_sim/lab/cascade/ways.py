"""Ways to wake for a sound: each is the same firmware, otherwise configured.

What can be chosen of each, tune.py chose, on the tuning mixtures; only of what looks afterwards no
mark has the recall, so it has those of the light sleep.
"""

from dataclasses import dataclass

from host_sim.engine import native, plain
from host_sim.lab.study import Kind
from host_sim.sim import build, run
from host_sim.sim.result import Result
from host_sim.spec import scenario
from host_sim.spec.configure import device_config
from host_sim.world import sound

OURS = "Torpor"
POLLS = ("node.watch.ulp=false", "node.deepest_sleep=light")
UNPRICED = ("node.watch.false_per_day=0",)


@dataclass(frozen=True)
class Way:
    """How a node listens: changes of `sound`; `looks_back`: the ULP remembers."""

    kind: Kind
    changes: tuple[str, ...]
    looks_back: bool = True


def fixed(margin: int, modulation: int, interval_ms: int) -> tuple[str, ...]:
    """Two stages at fixed marks: loud for 5 ms, and swelling as words do."""
    stages = f"[{{margin={margin}, ratio=0}}, {{margin=0}}, {{margin={modulation}, ratio=0}}]"
    return (*UNPRICED, f"node.watch.stages={stages}", f"node.watch.interval_ms={interval_ms}")


def duty_cycle(modulation: int, interval_ms: int) -> tuple[str, ...]:
    """The CPU looks in full each time: 525 ms."""
    return (*POLLS, *fixed(0, modulation, interval_ms))


WAYS = {
    OURS: Way("ours", ()),
    "CPU polls, two stages": Way("practice", (*POLLS, *fixed(1_000, 24, 100))),
    "ULP, light sleep, two stages": Way(
        "practice", ("node.deepest_sleep=light", *fixed(1_000, 26, 100)), looks_back=False
    ),
    "ULP, deep sleep, looks afterwards": Way("practice", fixed(1_000, 26, 100), looks_back=False),
    "a first mark of 700": Way("practice", fixed(700, 32, 150)),
    "duty cycle": Way("naive", duty_cycle(38, 100)),
}


def life(way: Way, changes: tuple[str, ...]) -> Result:
    """A mixture, listened to in this way."""
    given = scenario.load("sound", (*changes, *way.changes))
    parts = build.parts(given)
    if not way.looks_back:
        parts.hearing.share = 0
        parts.look_us = list(sound.LOOK_US)
    engine = native.Life if native.is_ready() else plain.Life
    node = engine(parts, device_config(given.file.node, given.board))
    node.live(build.end_us(given))
    return run.outcome(given, node.parts, node.r, node.now_us)
