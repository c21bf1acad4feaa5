"""Run a scenario: stretch by stretch, with progress, to a result."""

import time
from dataclasses import replace
from typing import Any

import numpy as np

from host_sim.engine.ledger import Ledger
from host_sim.engine.parts import FORGOTTEN, FORGOTTEN_WAKES, Parts
from host_sim.engine.plain import Life
from host_sim.hardware.cell import CHARGE_SHIFT
from host_sim.progress import Progress, silent
from host_sim.sim import build, outside, replays
from host_sim.sim.replayed import Replayed
from host_sim.sim.result import Result
from host_sim.spec import nodefile
from host_sim.spec.scenario import Scenario
from host_sim.units import DAY_US
from torpor import record, retain
from torpor.policy import cascade, report

RETAIN_DAYS = 30  # how often a long run sends the record through its bytes
WRAP = 2**64  # of what a compiled node has drawn, which a plug reaches after some years


def run(
    scenario: Scenario,
    *,
    device: dict[str, Any] | None = None,
    index: int = 0,
    engine: type[Life] = Life,
    progress: Progress = silent,
) -> Result:
    """Simulate a scenario, by default as its node is configured, on CPython.

    `device` replaces the node's configuration (the baseline does); `index` is the node's number
    among those that share its sun and weather, and has a link and chances of its own. Ctrl-C ends
    the run early: the result says so and holds what was done. Every so often the record goes
    through the bytes that deep sleep would keep.
    """
    device = device or scenario.device(index)
    life = engine(build.parts(scenario, index, arrays=engine.arrays), device)
    until_us = build.end_us(scenario)
    chunk_us = engine.chunk_days * DAY_US
    started = time.perf_counter()
    chunk_ua: list[float] = []
    chunk_end_days: list[float] = []
    complete = False
    try:
        while life.now_us < until_us and life.alive:
            before_us, before = life.now_us, life.used
            # Whole days of the run: a wake that ends one late does not move the next.
            life.live(min(until_us, (before_us // chunk_us + 1) * chunk_us))
            if len(chunk_ua) * engine.chunk_days % RETAIN_DAYS == 0:
                retain.unpack(retain.pack(life.r, 0), life.r, 0)
            drawn_fc = (life.used - before) % WRAP << CHARGE_SHIFT
            chunk_ua.append(drawn_fc / max(1, life.now_us - before_us) / 1000)
            chunk_end_days.append(life.now_us / DAY_US)
            progress(life.now_us / until_us)
        complete = True
    except KeyboardInterrupt:
        pass
    wall_s = time.perf_counter() - started
    return replace(
        outcome(scenario, life.parts, life.r, life.now_us),
        wall_s=wall_s,
        complete=complete,
        alive=life.alive,
        engine=engine.name,
        chunk_days=engine.chunk_days,
        chunk_ua=chunk_ua,
        chunk_end_days=chunk_end_days,
    )


def outcome(scenario: Scenario, parts: Parts, r: list[int], now_us: int) -> Result:
    """What a node's books and record say at this instant."""
    heard = zip(parts.hearing.event_word, parts.hearing.event_us, strict=True)
    us, times, extra, count = (
        np.array(cells).tolist() for cells in (parts.us, parts.times, parts.extra, parts.count)
    )
    tasks = nodefile.task_names(scenario.file.node)
    return Result(
        scenario=scenario,
        simulated_us=sum(us),
        ledger=Ledger(us, parts.current_na, tasks, extra, times),
        count=count,
        false_wakes=int(r[record.CASCADE + cascade.FALSE_WAKES]) + count[FORGOTTEN_WAKES],
        words=sum(int(word) for word, at_us in heard if at_us < now_us),
        caught=int(sum(parts.hearing.caught)),
        dropped=int(r[record.REPORT + report.DROPPED]) + count[FORGOTTEN],
        overdue=int(r[record.REPORT + report.QUEUED]) if r[record.JOINS_FAILED] else 0,
        edges=_edges(scenario, parts, now_us),
        late=[int(alarms) for alarms in parts.late],
        replayed=_replayed(scenario, parts.drawn),
    )


def _edges(scenario: Scenario, parts: Parts, now_us: int) -> int:
    """What a contact that wakes a sensor gave to tell; a switch is told of by its output."""
    node = scenario.file.node
    if node.kind == "switch" or not node.watch or node.watch.interval_ms:
        return 0
    return sum(at_us < now_us for at_us in outside.news_us(parts, node.watch))


def _replayed(scenario: Scenario, drawn: list[int]) -> list[Replayed]:
    """What was drawn of each replay."""
    out = []
    first = 0
    for one in scenario.file.replay:
        recorded = replays.segments(scenario, one, one.recordings)
        last = first + len(recorded)
        unseen = replays.segments(scenario, one, one.unseen)
        out.append(Replayed(one.of, recorded, [int(times) for times in drawn[first:last]], unseen))
        first = last
    return out
