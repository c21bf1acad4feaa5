"""A scenario's file: a board, a node, a world, a length and budgets."""

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from host_sim.spec import figures
from host_sim.spec.nodefile import Name, Node
from host_sim.toml.file import Strict

MOST_DAYS = 36_500
MOST_H = 24 * MOST_DAYS

if TYPE_CHECKING:
    FigureName = str  # a type checker reads no tables
else:
    FigureName = Literal[figures.NAMES]

Percent = Annotated[float, Meta(ge=0, le=100)]


class Outage(Strict, frozen=True):
    """The access point is away from this hour of the run on, for so long."""

    start_h: Annotated[float, Meta(ge=0, le=MOST_H)]
    hours: Annotated[float, Meta(gt=0, le=MOST_H)]


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


class World(Strict, frozen=True):
    """Where each channel's readings come from, and what else happens."""

    reads: dict[Name, str]
    wifi: Wifi = Wifi()
    sound: Sound | None = None
    door: str | None = None
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

    name: FigureName
    at_most: float | None = None
    at_least: float | None = None


class Baseline(Strict, frozen=True):
    """What people do today, where it is not the same for every node."""

    report_s: Annotated[int, Meta(ge=1, le=259_200)]
    poll_ms: Annotated[int, Meta(ge=0, le=60_000)] = 0


class ScenarioFile(Strict, frozen=True):
    """The file."""

    title: str
    board: Annotated[str, Meta(min_length=1)]
    node: Node
    world: World
    baseline: Baseline
    days: Annotated[float, Meta(gt=0, le=MOST_DAYS)]
    seed: Annotated[int, Meta(ge=0, lt=2**31)] = 1
    budget: tuple[Budget, ...] = ()
    replay: tuple[Replay, ...] = ()
