"""What a node's detector hears, and what listening costs it."""

from functools import partial
from pathlib import Path
from typing import Any

from host_sim.engine.hearing import Hearing
from host_sim.spec.nodefile import channel_index
from host_sim.spec.scenario import Scenario
from host_sim.world import loudness, sound
from torpor.policy.loudness import BLOCK, REMEMBERED
from torpor.port import NONE
from torpor.ulp.programs import gates


def parts(scenario: Scenario, days: int, seed: int) -> dict[str, Any]:
    """The parts of a run that are of its detector."""
    return {
        "look_us": _look_us(scenario),
        "hearing": _hearing(scenario, days, seed),
        "watch": [len(scenario.file.node.task) + 1, *_ulp(scenario), *_alarm(scenario)],
    }


def _look_us(scenario: Scenario) -> list[int]:
    """Of each of the detector's stages."""
    if _by_ulp(scenario):
        return list(sound.JUDGE_US)
    return list(sound.LOOK_US) if scenario.file.world.sound else [0, 20_000]


def _by_ulp(scenario: Scenario) -> bool:
    watch = scenario.file.node.watch
    return watch is not None and watch.ulp


def _ulp(scenario: Scenario) -> tuple[int, int]:
    """Length and current of a look by the ULP, 0 where the CPU looks."""
    return loudness.price(scenario.board.file.chip) if _by_ulp(scenario) else (0, 0)


def _alarm(scenario: Scenario) -> tuple[int, int]:
    """The channel that events are told on, and what passes before a wake's first tick, ms.

    Of a node that sleeps deeply as from there: what wakes it while it lingers seems later by that.
    """
    node, board = scenario.file.node, scenario.board
    if not node.watch:
        return NONE, 0
    start = "boot" if node.kind == "sensor" and node.deepest_sleep == "deep" else "light_exit"
    start_us = board.phase_us(start) + board.phase_us("wake_cpu")
    listened_us = (REMEMBERED * BLOCK - 1) * sound.STEP_US if node.watch.ulp else 0
    return channel_index(node, node.watch.channel), (start_us + listened_us) // 1000


def _hearing(scenario: Scenario, days: int, seed: int) -> Hearing:
    world = scenario.file.world
    if world.sound is None:
        return sound.silence() if world.door is None else sound.contact()
    given = world.sound
    folder = scenario.path.parent
    sounds = sound.Sounds(
        given.words_per_hour,
        given.bursts_per_hour,
        given.night_gain_x16,
        given.day_gain_x16,
        given.word_gain_x16,
        tuple(_clip(folder, clip) for clip in given.words),
        tuple(_clip(folder, clip) for clip in given.bursts),
        _clip(folder, given.background),
    )
    watch = scenario.file.node.watch
    if watch is None or not watch.ulp:
        return sound.hearing(sounds, days, seed)
    hears = partial(loudness.clip_levels, scenario.board.file.chip)
    share = gates([one.margin for one in watch.stages])["share"]
    return sound.hearing(sounds, days, seed, hears, share)


def _clip(folder: Path, clip: str) -> str:
    """A WAV as seen from the scenario's file, or the name of a shipped one."""
    return str(folder / clip) if clip.endswith(".wav") else clip
