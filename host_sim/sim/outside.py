"""What happens to a node from outside: its contact, outages of its access point, commands."""

from collections.abc import Iterator
from itertools import takewhile
from typing import Any

import numpy as np

from host_sim.engine import events
from host_sim.engine.parts import Parts
from host_sim.spec.nodefile import Watch
from host_sim.spec.scenario import Scenario
from host_sim.units import DAY_US, HOUR_US
from host_sim.world import contact, pin, recordings, table
from host_sim.world.noise import poisson_us


def parts(scenario: Scenario, days: int, seed: int) -> dict[str, Any]:
    """The parts of a run that are of its events."""
    event_us, event_kind, event_value = events.ordered(_happenings(scenario, days, seed))
    return {"event_us": event_us, "event_kind": event_kind, "event_value": event_value}


def edges(scenario: Scenario, days: int, seed: int) -> list[int]:
    """When the contact opens and closes in turn, µs."""
    door = scenario.file.world.door
    if door is None:
        return []
    if isinstance(door, str):
        return recordings.door_edges(door, days)
    if door.csv is not None:
        return table.edges(scenario.path.parent / door.csv, days)
    assert door.per_day is not None  # one of both, by spec.sources
    return contact.random_edges(door.per_day, round(door.open_s * 1e6), days, seed)


def news_us(parts: Parts, watch: Watch | None) -> list[int]:
    """When the contact gives something to tell, µs."""
    happened = zip(parts.event_kind, parts.event_us, strict=True)
    edges = [at_us for kind, at_us in happened if kind == events.EDGE and at_us < events.NEVER_US]
    return pin.news(edges, watch.hold_s * 1_000_000 if watch else 0)


def _happenings(scenario: Scenario, days: int, seed: int) -> list[tuple[int, int, int]]:
    """Time, kind and value of all of it, in any order."""
    world = scenario.file.world
    out: list[tuple[int, int, int]] = []
    for outage in world.wifi.outage:
        start_us = round(outage.start_h * HOUR_US)
        out.append((start_us, events.AP_DOWN, 0))
        out.append((start_us + round(outage.hours * HOUR_US), events.AP_UP, 0))
    for i, at in enumerate(edges(scenario, days, seed)):
        out.append((at, events.EDGE, (i + 1) % 2))
    if world.commands_per_day:
        for i, at in enumerate(_commands(world.commands_per_day, days, seed)):
            out.append((at, events.COMMAND, i % 2))
    return out


def _commands(per_day: float, days: int, seed: int) -> Iterator[int]:
    """When commands come, µs."""
    stream = poisson_us(np.random.default_rng([seed, 4]), DAY_US / per_day)
    return takewhile(lambda at_us: at_us < days * DAY_US, stream)
