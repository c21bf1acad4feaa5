"""From a scenario to the simulated port: everything that the world will do, laid out as ints."""

from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np

from host_sim.engine import alarm, chance, ledger
from host_sim.engine.ether import Ether, alone
from host_sim.engine.parts import COUNTERS, SCAN_US, TIMING, Parts
from host_sim.sim import battery, channels, detector, harvest, link, monitor, outside, replays
from host_sim.spec.scenario import Scenario
from host_sim.units import DAY_US

NEXT_SEED = 104_729  # between the nodes of a home
PULL_UP_UV = 3_300_000  # the supply of a chip: of a kilohm, nA
FIRST_TICK = 2**30 - 3_600_000  # the clock wraps an hour into every run


def parts(
    scenario: Scenario, index: int = 0, ether: Ether | None = None, *, arrays: bool = False
) -> Parts:
    """One node's world, and books that are empty yet.

    `index` is its number in a home, whose channel is `ether`: sun and weather are those of all, the
    link and what happens to the node its own. The longest lists are `arrays` for the compiled
    engine, which takes them as they are.
    """
    file = scenario.file
    days = int(np.ceil(file.days))
    seed = _seed(scenario, index)
    replayed = replays.parts(scenario)
    return Parts(
        **_books(len(replayed["replay_us"])),
        **_hardware(scenario, days, seed),
        **link.parts(scenario, days, seed, arrays),
        **channels.parts(scenario, days, arrays),
        **outside.parts(scenario, days, seed),
        **detector.parts(scenario, days, seed),
        **monitor.parts(scenario),
        **replayed,
        clock=[file.world.drift_ppm, FIRST_TICK, chance.start(seed), end_us(scenario)],
        ether=ether or alone(),
        index=index,
    )


def again(parts: Parts, scenario: Scenario) -> Parts:
    """The same world around another board or cell, with books of its own, for one life more."""
    hearing = copy(parts.hearing)
    hearing.caught = [0] * len(parts.hearing.caught)
    days = int(np.ceil(scenario.file.days))
    books = _books(len(parts.replay_us))
    hardware = _hardware(scenario, days, _seed(scenario, parts.index))
    return replace(parts, **books, **hardware, hearing=hearing)


def _seed(scenario: Scenario, index: int) -> int:
    """Of what happens to this node alone."""
    return (scenario.file.seed + NEXT_SEED * index) % 2**31


def _books(replayed: int) -> dict[str, Any]:
    """The lists that a run fills."""
    return {
        "us": [0] * ledger.CELLS,
        "times": [0] * ledger.CELLS,
        "extra": [0] * ledger.CELLS,
        "count": [0] * COUNTERS,
        "drawn": [0] * replayed,
        "late": [0] * alarm.HISTOGRAM,
    }


def _hardware(scenario: Scenario, days: int, seed: int) -> dict[str, Any]:
    """What is of the board, of its cell and of the access point."""
    power = battery.of(scenario, days)
    more_na = scenario.file.node.standby_na + _pulled_na(scenario, days, seed)
    return {
        "current_na": [na + more_na for na in scenario.board.current_na],
        "timing": _timing(scenario),
        "radio": link.radio(scenario),
        "battery": power.ocv_mv,
        "capacity_permille": power.capacity_permille,
        "air": power.air,
        "leak_per_s": power.leak_per_s,
        "leaked": power.leaked,
        "dead": power.dead,
        **harvest.parts(scenario, days, power),
    }


def _pulled_na(scenario: Scenario, days: int, seed: int) -> int:
    """What the resistor at the pin that wakes draws in the mean, through a contact to ground."""
    watch = scenario.file.node.watch
    if watch is None or watch.pull_up_kohm is None:
        return 0
    end = end_us(scenario)
    turns = [min(at, end) for at in outside.edges(scenario, days, seed)]
    open_us = sum(turns[1::2]) - sum(turns[: len(turns) // 2 * 2 : 2])
    if len(turns) % 2:
        open_us += end - turns[-1]
    return round(PULL_UP_UV / watch.pull_up_kohm * (1 - open_us / end))


def end_us(scenario: Scenario) -> int:
    """The length of the run, µs."""
    return round(scenario.file.days * DAY_US)


def _timing(scenario: Scenario) -> list[int]:
    """The board's durations; the scan is as long as the channels to that of the access point."""
    us = [scenario.board.join_us(name, scenario.file.node.key) for name in TIMING]
    us[SCAN_US] *= scenario.file.world.wifi.channel
    return us
