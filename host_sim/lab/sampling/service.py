"""What a node's receiver knows, beside the truth: the service behind a current.

A run on CPython whose port notes each reading that arrives. Time is cut into minutes.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from host_sim.engine.parts import CHANNEL_ROW, SERIES, Parts
from host_sim.engine.plain import Life, begun
from host_sim.engine.port import SimPort
from host_sim.sim import build, run
from host_sim.sim.result import Result
from host_sim.spec.scenario import Scenario
from host_sim.world.series import Ints
from torpor.policy.report import CELLS
from torpor.policy.ticks import diff
from torpor.port import COLD

MINUTE_S = 60
MINUTE_US = MINUTE_S * 1_000_000


@dataclass(frozen=True)
class Told:
    """A reading that arrived: its channel and value, when it was read and when it came, µs."""

    channel: int
    value: int
    read_us: int
    came_us: int


@dataclass(frozen=True)
class Service:
    """How well a channel is known; errors in its deltas, times in minutes.

    now_error   mean distance of the truth from the newest value that has arrived
    log_error   of the truth from the last value read, as known when all has arrived
    away_min    mean time that the truth lies a delta or more from what is known, each time it does
    away_p95_min  the same, 95 % of the times
    """

    now_error: float
    log_error: float
    away_min: float
    away_p95_min: float


class Heard(SimPort):
    """A port that notes what arrives."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self.told: list[Told] = []

    def send(self, r: list[int], first: int, count: int, tx_qdbm: int) -> int:
        """Port.send()."""
        attempts = super().send(r, first, count, tx_qdbm)
        now, now_us = self.ticks_ms(), self.now_us
        for cell in range(first, first + count * CELLS, CELLS) if attempts else ():
            read_us = now_us - diff(now, r[cell + 2]) * 1000
            self.told.append(Told(r[cell], r[cell + 1], read_us, now_us))
        return attempts


class Heeded(Life):
    """A life whose port is Heard."""

    port: Heard

    def __init__(self, parts: Parts, device: dict[str, Any]) -> None:
        self.parts = parts
        self.r: Any = begun(parts, device)
        self.port = Heard(parts)
        self.cause, self.now_us, self.used, self.alive = COLD, 0, 0, True


def lived(parts: Parts, device: dict[str, Any], end_us: int) -> Heeded:
    """A life of this configuration in this world, lived to its end."""
    life = Heeded(parts, device)
    life.live(end_us)
    return life


def of_scenario(scenario: Scenario, device: dict[str, Any]) -> tuple[Result, dict[str, Service]]:
    """Run a scenario by a configuration: its result, and the service of each channel by name.

    Those whose truth is a series and that tell by delta; the others are events or the cell.
    """
    life = lived(build.parts(scenario), device, build.end_us(scenario))
    found = {
        one.name: of_channel(life, channel, one.delta)
        for channel, one in enumerate(scenario.file.node.channel)
        if life.parts.channels[channel * CHANNEL_ROW] == SERIES and one.delta
    }
    return run.outcome(scenario, life.parts, life.r, life.now_us), found


def of_channel(life: Heeded, channel: int, delta: int) -> Service:
    """What is known of a channel from its first message on, beside its truth."""
    told = [one for one in life.port.told if one.channel == channel]
    at_us = np.arange(told[0].came_us, life.now_us, MINUTE_US)
    _, step_us, first, cells = life.parts.channels[channel * CHANNEL_ROW :][:4]
    series = np.array(life.parts.series[first : first + cells])
    return of(
        series[at_us // step_us % cells],
        np.array([one.value for one in told]),
        np.searchsorted(np.array([one.read_us for one in told]), at_us, side="right") - 1,
        np.searchsorted(np.array([one.came_us for one in told]), at_us, side="right") - 1,
        delta,
    )


def of(
    truth: Ints, values: Ints, read: Ints, come: Ints, delta: int, step_s: int = MINUTE_S
) -> Service:
    """By the step: the truth, and which of the values told was read last and which came last."""
    now, log = np.abs(truth - values[come]), np.abs(truth - values[read])
    away = spells(now >= delta) * step_s / MINUTE_S
    return Service(
        now_error=float(now.mean()) / delta,
        log_error=float(log.mean()) / delta,
        away_min=float(away.mean()) if len(away) else 0.0,
        away_p95_min=float(np.quantile(away, 0.95)) if len(away) else 0.0,
    )


def spells(holds: npt.NDArray[np.bool_]) -> Ints:
    """How many cells each unbroken stretch has in which something holds."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], holds, [False])).astype(np.int8)))
    return edges[1::2] - edges[::2]
