"""What a device reads: config.json, as structures. It is their fields in their order, as numbers.

Indices stand for names, milliseconds for seconds, and the board's costs for the board, so that the
device computes nothing twice (firmware/torpor/config.py reads it). configure.py works them out.
"""

from typing import Any

import msgspec


class Task(msgspec.Struct, frozen=True):
    """A task by its channels' indices; `radio` is 1 for the delivery, whose cost is a join.

    Those without it come first. A `longest_ms` of 0 is the period's. `ulp` is 1 for one that the
    ULP reads.
    """

    channels: list[int]
    period_ms: int
    early_ms: int
    late_ms: int
    priority: int
    radio: int
    cost_uc: int
    warmup_ms: int
    longest_ms: int
    ulp: int = 0


class Channel(msgspec.Struct, frozen=True):
    """What is news of a channel, and how long it may wait."""

    delta: int
    within_ms: int


class TxPower(msgspec.Struct, frozen=True):
    """Levels allowed, what bursts and lost questions cost, and how many of a join show a loss."""

    lowest: int
    highest: int
    sensitivity_dbm: int
    retry_uc: int
    questions: int
    burst_uc: list[int]


class Energy(msgspec.Struct, frozen=True):
    """When the node saves; without a cell it never does. The capacity is of one that is filled."""

    low_permille: int = 0
    critical_permille: int = 0
    band_permille: int = 50
    target_h: int = 0
    budget_uc_min: int = 0
    start_uc: int = 0
    air_uc_ms: int = 0
    capacity_mc: int = 0
    ocv_mv: list[int] = msgspec.field(default_factory=lambda: list(range(11)))


class Sleep(msgspec.Struct, frozen=True):
    """Break-even times: where a deeper state has earned what leaving it costs.

    `lingers` is 1 where the node sleeps lightly for a while behind an event; `start_ms` is what a
    start takes.
    """

    light_ms: int
    deep_ms: int
    deepest: int
    associated: int
    lingers: int
    start_ms: int


class Stage(msgspec.Struct, frozen=True):
    """A detector's stage."""

    margin: int
    ratio_x16: int
    band: int


class Cascade(msgspec.Struct, frozen=True):
    """The detector; without stages there is none. Without `hold_ms` each edge is told."""

    stages: list[Stage] = []
    interval_ms: int = 0
    false_per_day: int = 0
    events_per_day: int = 0
    asks: int = 0
    hold_ms: int = 0


class Spread(msgspec.Struct, frozen=True):
    """How far starts and retries are spread, and what the node's chances begin with."""

    within_ms: int
    seed: int


class Backoff(msgspec.Struct, frozen=True):
    """What failures may take a minute, and what a ms awake and a start take; 0: no matter.

    usual_ms   what a delivery takes, before any was made; 0: the first tells
    lost_ms    that a question which is lost is waited for
    """

    rate_uc_min: int = 0
    cpu_uc_ms: int = 0
    air_uc_ms: int = 0
    start_uc: int = 0
    usual_ms: int = 0
    lost_ms: int = 0


class Device(msgspec.Struct, frozen=True):
    """config.json, but for what only a real node has: network, broker, drivers and pins.

    An index is -1 where there is none; `ulp_ms` is from one reading of the ULP to the next, or 0.
    """

    kind: str
    cache_join: int
    lease_min: int
    report_task: int
    watch_task: int
    watch_channel: int
    battery_channel: int
    ulp_ms: int
    tasks: list[Task]
    channels: list[Channel]
    txpower: TxPower
    energy: Energy
    sleep: Sleep
    cascade: Cascade
    spread: Spread
    backoff: Backoff


def as_config(device: Device) -> dict[str, Any]:
    """config.json as plain data."""
    config: dict[str, Any] = msgspec.to_builtins(device)
    return config
