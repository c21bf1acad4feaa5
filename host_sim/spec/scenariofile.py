"""A scenario's file: a board, a node, a world, a length and budgets."""

from typing import Annotated, Literal

from msgspec import Meta

from host_sim.spec.nodefile import Name, Node
from host_sim.toml.file import Strict
from host_sim.world import table

Percent = Annotated[float, Meta(ge=0, le=100)]


class Outage(Strict, frozen=True):
    """The access point is away from this hour of the run on, for so long."""

    start_h: Annotated[float, Meta(ge=0)]
    hours: Annotated[float, Meta(gt=0)]


class Wifi(Strict, frozen=True):
    """The link: modelled around a mean, or replayed from a recording."""

    mean_dbm: Annotated[float, Meta(ge=-100, le=-20)] = -65.0
    sd_db: Annotated[float, Meta(ge=0, le=20)] = 3.3
    correlation_s: Annotated[float, Meta(gt=0)] = 600.0
    recording: str | None = None
    rate: Literal["1M", "6M", "24M", "54M", "MCS0", "MCS4", "MCS7"] = "6M"
    ap_dbm: Annotated[float, Meta(ge=0, le=30)] = 20.0
    outage: tuple[Outage, ...] = ()


class Sound(Strict, frozen=True):
    """What a sound detector hears: words and noise bursts an hour, background gains in 1/16."""

    words_per_hour: Annotated[float, Meta(ge=0, le=600)]
    bursts_per_hour: Annotated[float, Meta(ge=0, le=600)]
    night_gain_x16: Annotated[int, Meta(ge=0, le=64)]
    day_gain_x16: Annotated[int, Meta(ge=0, le=64)]


class Table(Strict, frozen=True):
    """A CSV with the columns seconds and value, as seen from the scenario's file.

    Each value holds until the next row, and the table is repeated by whole days.
    """

    csv: Annotated[str, Meta(min_length=1)]
    scale: float = 1.0


class Contact(Strict, frozen=True):
    """A contact of one's own: edges from a CSV (1 open, 0 closed), or openings at random."""

    csv: Annotated[str, Meta(min_length=1)] | None = None
    per_day: Annotated[float, Meta(gt=0, le=10_000)] | None = None
    open_s: Annotated[float, Meta(ge=0.001, le=86_400)] = 3.0


class World(Strict, frozen=True):
    """Where each channel's readings come from, and what else happens."""

    reads: dict[Name, Annotated[int, Meta(ge=-table.MOST, le=table.MOST)] | str | Table]
    wifi: Wifi = Wifi()
    sound: Sound | None = None
    door: str | Contact | None = None
    commands_per_day: Annotated[float, Meta(ge=0, le=10_000)] = 0.0
    first_month: Annotated[int, Meta(ge=1, le=12)] = 1
    drift_ppm: Annotated[int, Meta(ge=-500, le=500)] = 0


class Replay(Strict, frozen=True):
    """A phase or a state of the board, drawn from recordings or digests (host_sim.engine.replay).

    `segments` is the state in them that is meant, by default the one of that name. From `unseen`
    nothing is drawn: what was is compared with them.
    """

    of: str
    recordings: Annotated[tuple[str, ...], Meta(min_length=1)]
    segments: str = ""
    unseen: tuple[str, ...] = ()


class Budget(Strict, frozen=True):
    """A figure that must hold: at most or at least."""

    name: Literal[
        "average_current_ua",
        "battery_life_days",
        "charge_mc_per_day",
        "delivered_percent",
        "caught_percent",
        "joins_per_day",
        "wakes_per_day",
    ]
    at_most: float | None = None
    at_least: float | None = None


class Baseline(Strict, frozen=True):
    """What people do today, where it is not the same for every node.

    What is left out follows from the node: all is told as often as its shortest period comes round,
    and its detector polls at its shortest interval.
    """

    report_s: Annotated[int, Meta(ge=1, le=259_200)] | None = None
    poll_ms: Annotated[int, Meta(ge=0, le=60_000)] = 0


class ScenarioFile(Strict, frozen=True):
    """The file."""

    title: str
    board: Annotated[str, Meta(min_length=1)]
    node: Node
    world: World
    days: Annotated[float, Meta(gt=0, le=36_500)]
    seed: Annotated[int, Meta(ge=0, lt=2**31)] = 1
    baseline: Baseline = Baseline()
    budget: tuple[Budget, ...] = ()
    replay: tuple[Replay, ...] = ()
