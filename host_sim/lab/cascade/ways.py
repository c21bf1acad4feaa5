"""Ways to wake for a sound: each is the same firmware, otherwise configured.

What can be chosen of each, tune.py chose, on the tuning mixtures. At a second mark of 16 all that
is loud is a word.
"""

from dataclasses import dataclass

import numpy as np

from host_sim.engine.parts import ULP_US, Parts
from host_sim.lab.study import Kind
from host_sim.sim import build, engines, run
from host_sim.sim.result import Result
from host_sim.spec import scenario
from host_sim.spec.configure import device_config
from host_sim.world import sound
from host_sim.world.series import Ints

OURS = "Torpor"
POLLS = ("node.watch.ulp=false", "node.deepest_sleep=light")
UNPRICED = ("node.watch.false_per_day=0", "node.watch.events_per_day=0")


@dataclass(frozen=True)
class Way:
    """How a node listens: changes of `sound`; `looks_back`: the ULP remembers.

    `frames`: stage 0 looks for so many of 5 ms. Who looks back has our program, and its one.
    """

    kind: Kind
    changes: tuple[str, ...]
    looks_back: bool = True
    frames: int = 1


FREE = Way("ours", UNPRICED)


def fixed(margin: int, modulation: int, interval_ms: int) -> tuple[str, ...]:
    """Two stages at fixed marks: loud in one look, and swelling as words do."""
    stages = f"[{{margin={margin}, ratio=0}}, {{margin=0}}, {{margin={modulation}, ratio=0}}]"
    return (*UNPRICED, f"node.watch.stages={stages}", f"node.watch.interval_ms={interval_ms}")


WAYS = {
    OURS: Way("ours", ()),
    "CPU polls, two stages": Way(
        "practice", (*POLLS, *fixed(1_500, 32, 60)), looks_back=False, frames=8
    ),
    "ULP, light sleep, two stages": Way(
        "practice",
        ("node.deepest_sleep=light", *fixed(1_100, 16, 90)),
        looks_back=False,
        frames=4,
    ),
    "ULP, deep sleep, looks afterwards": Way(
        "practice", fixed(1_100, 16, 90), looks_back=False, frames=4
    ),
    "a first mark of 900": Way("practice", fixed(900, 32, 80)),
    "duty cycle": Way("naive", (*POLLS, *fixed(0, 56, 50))),  # each time a look in full, 525 ms
}


def life(way: Way, changes: tuple[str, ...]) -> Result:
    """A mixture, listened to in this way."""
    given = scenario.load("sound", (*changes, *way.changes))
    parts = build.parts(given)
    if not way.looks_back:
        parts.hearing.share = 0
        parts.look_us = list(sound.LOOK_US)
    if way.frames > 1:
        look_longer(parts, way.frames)
    engine = engines.fastest()
    node = engine(parts, device_config(given.file.node, given.board))
    node.live(build.end_us(given))
    return run.outcome(given, node.parts, node.r, node.now_us)


def look_longer(parts: Parts, frames: int) -> None:
    """Each look of stage 0 is the mean of so many frames, and takes as long.

    Words and background are averaged before they are added, which is 1.3 % off at most on average.
    What its second stage hears is as smooth.
    """
    hearing = parts.hearing
    hearing.background = _mean([np.roll(hearing.background, -one) for one in range(frames)])
    clips = np.array(hearing.clips).reshape(-1, hearing.clip_steps)
    ended = np.pad(clips, ((0, 0), (0, frames)))
    hearing.clips = _mean([ended[:, one : one + hearing.clip_steps] for one in range(frames)])
    parts.look_us[0] *= frames
    parts.watch[ULP_US] *= frames


def _mean(levels: list[Ints]) -> list[int]:
    cells: list[int] = (np.sum(levels, axis=0) // len(levels)).ravel().tolist()
    return cells
