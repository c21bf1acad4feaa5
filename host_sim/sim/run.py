"""Run a scenario: stretch by stretch, with progress, to a result."""

import time
from collections.abc import Callable
from typing import Any

from host_sim.engine.ledger import Ledger
from host_sim.engine.plain import Engine
from host_sim.hardware.cell import CHARGE_SHIFT
from host_sim.sim import build, replays
from host_sim.sim.result import Replayed, Result
from host_sim.spec import nodefile
from host_sim.spec.scenario import Scenario
from torpor import config, record, retain
from torpor.policy import cascade
from torpor.port import COLD

RETAIN_DAYS = 30  # how often a long run sends the record through its bytes


def run(
    scenario: Scenario,
    *,
    device: dict[str, Any] | None = None,
    engine: Engine | None = None,
    progress: Callable[[float], None] = lambda done: None,
) -> Result:
    """Simulate a scenario, by default as its node is configured, on CPython.

    `device` replaces the node's configuration (the baseline does). Ctrl-C ends the run early: the
    result says so and holds what was done. Every so often the record goes through the bytes that
    deep sleep would keep.
    """
    engine = engine or Engine()
    node = scenario.file.node
    r = engine.record()
    config.configure(r, device or nodefile.device_config(node, scenario.board))
    port = engine.port(build.arguments(scenario))
    until_us = round(scenario.file.days * build.DAY_US)
    cause, now_us, used, alive = engine.live(node.kind, r, port, COLD, 1)
    started = time.perf_counter()
    chunk_ua: list[float] = []
    chunk_end_days: list[float] = []
    complete = False
    try:
        while now_us < until_us and alive:
            before_us, before = now_us, used
            chunk_us = min(until_us, now_us + engine.chunk_days * build.DAY_US)
            cause, now_us, used, alive = engine.live(node.kind, r, port, cause, chunk_us)
            if len(chunk_ua) * engine.chunk_days % RETAIN_DAYS == 0:
                retain.unpack(retain.pack(r, 0), r, 0)
            drawn_fc = (used - before) << CHARGE_SHIFT
            chunk_ua.append(drawn_fc / max(1, now_us - before_us) / 1000)
            chunk_end_days.append(now_us / build.DAY_US)
            progress(now_us / until_us)
        complete = True
    except KeyboardInterrupt:
        pass
    wall_s = time.perf_counter() - started
    heard = zip(port.hearing.event_word, port.hearing.event_us, strict=True)
    us, count, extra = (
        [int(cell) for cell in cells] for cells in (port.us, port.count, port.extra)
    )
    return Result(
        scenario,
        sum(us),
        wall_s,
        Ledger(us, scenario.board.current_na, nodefile.task_names(node), extra),
        count,
        int(r[record.CASCADE + cascade.FALSE_WAKES]),
        sum(int(word) for word, at_us in heard if at_us < now_us),
        int(sum(port.hearing.caught)),
        complete,
        alive,
        engine.chunk_days,
        chunk_ua,
        _replayed(scenario, port),
        chunk_end_days,
    )


def _replayed(scenario: Scenario, port: Any) -> list[Replayed]:
    """What was drawn of each replay."""
    out = []
    first = 0
    for one in scenario.file.replay:
        recorded = replays.segments(scenario, one, one.recordings)
        last = first + len(recorded)
        unseen = replays.segments(scenario, one, one.unseen)
        out.append(
            Replayed(one.of, recorded, [int(times) for times in port.drawn[first:last]], unseen)
        )
        first = last
    return out
