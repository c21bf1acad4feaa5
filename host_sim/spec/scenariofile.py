"""A scenario's file: a board, a node, a world, a length and budgets."""

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from host_sim.hardware import panel
from host_sim.spec import figures
from host_sim.spec.nodefile import Name, Node
from host_sim.toml.file import Strict
from host_sim.world import table

LEAST_DAYS = 0.001  # 86 s: what is shorter is a first wake, and nothing that a mean could say
MOST_DAYS = 36_500
MOST_H = 24 * MOST_DAYS
WEAKEST_DBM, STRONGEST_DBM = -100.0, -20.0  # of what a node hears in the mean
MOST_LUX = 200_000
# The best of them in the most light: their nW times the µs of a minute are 63 bits.
MOST_PANELS = 1_000

if TYPE_CHECKING:
    FigureName = str  # a type checker reads no tables
    PanelName = str
else:
    FigureName = Literal[figures.NAMES]
    PanelName = Literal[tuple(panel.PANELS)]

BoardName = Annotated[str, Meta(min_length=1)]
Share = Annotated[float, Meta(ge=0, le=0.95)]
Shares = Share | Annotated[list[Share], Meta(min_length=24, max_length=24)]


class Outage(Strict, frozen=True):
    """The access point is away from this hour of the run on, for so long."""

    start_h: Annotated[float, Meta(ge=0, le=MOST_H)]
    """From the start of the run."""
    hours: Annotated[float, Meta(gt=0, le=MOST_H)]
    """How long it is away."""


class Wifi(Strict, frozen=True):
    """The link: modelled around a mean, or replayed from a recording."""

    mean_dbm: Annotated[float, Meta(ge=WEAKEST_DBM, le=STRONGEST_DBM)] = -65.0
    """Mean of what the node hears of its access point."""
    sd_db: Annotated[float, Meta(ge=0, le=20)] = 3.3
    """Spread around it."""
    correlation_s: Annotated[float, Meta(gt=0)] = 600.0
    """Time in which the spread's memory falls to 1/e."""
    recording: str | None = None
    """A CSV with the columns timestamp and sender_receiver_RSSI in its place."""
    rate: Literal["1M", "6M", "24M", "54M", "MCS0", "MCS4", "MCS7"] = "1M"
    """The rate that frames are first sent at; repeats fall back from it."""
    channel: Annotated[int, Meta(ge=1, le=13)] = 1
    """The access point's: a scan goes through all below it first, 120 ms each."""
    busy: Shares = 0.0
    """Share of time that others send, always or in each of the 24 hours."""
    disturbed: Shares = 0.0
    """Share of wakes that meet a disturbed channel, always or in each of the 24 hours."""
    disturbed_loss: Annotated[float, Meta(ge=0, le=1)] = 0.34
    """Share of questions that such a channel leaves without an answer, repeats included."""
    ap_dbm: Annotated[float, Meta(ge=0, le=30)] = 20.0
    """What the access point transmits at."""
    outage: tuple[Outage, ...] = ()
    """When it is away."""


class Sound(Strict, frozen=True):
    """What a sound detector hears: words and noise bursts an hour, background gains in 1/16."""

    words_per_hour: Annotated[float, Meta(ge=0, le=600)]
    """Words to be caught, on average."""
    bursts_per_hour: Annotated[float, Meta(ge=0, le=600)]
    """Bursts of noise, on average."""
    night_gain_x16: Annotated[int, Meta(ge=0, le=64)]
    """Background from 22 to 7 o'clock, in 1/16 of the recorded noise."""
    day_gain_x16: Annotated[int, Meta(ge=0, le=64)]
    """Background by day."""
    word_gain_x16: Annotated[float, Meta(ge=0, le=256)] = 16
    """Words, in 1/16 of what was recorded; 8.35 is between two of them."""
    words: Annotated[tuple[str, ...], Meta(min_length=1, max_length=20)] = ("yes", "no")
    """What is to be caught: `yes`, `no`, or WAVs as seen from the scenario's file."""
    bursts: Annotated[tuple[str, ...], Meta(min_length=1, max_length=20)] = ("noise",)
    """What is not, and begins as suddenly."""
    background: str = "noise"
    """What is always there: `noise`, `white`, `pink`, `brown`, `wind`, `birds`, `crickets`, or a
    WAV. One of 30 s or more is repeated, pieces of a shorter one are mixed.
    """


class Table(Strict, frozen=True):
    """A CSV with the columns seconds and value, as seen from the scenario's file.

    Each value holds until the next row, and the table is repeated by whole days.
    """

    csv: Annotated[str, Meta(min_length=1)]
    """The file."""
    scale: float = 1.0
    """What its values are multiplied by to be in the channel's unit."""


class Contact(Strict, frozen=True):
    """A contact of one's own: edges from a CSV (1 open, 0 closed), or openings at random."""

    csv: Annotated[str, Meta(min_length=1)] | None = None
    """The file of edges."""
    per_day: Annotated[float, Meta(gt=0, le=10_000)] | None = None
    """Openings at random instead, so many a day on average."""
    open_s: Annotated[float, Meta(ge=0.001, le=86_400)] = 3.0
    """How long each of those lasts."""


class Harvest(Strict, frozen=True):
    """A panel that charges the node's cell. Where that runs dry the node is off for a while."""

    panel: PanelName
    """Its solar cells."""
    panels: Annotated[int, Meta(ge=1, le=MOST_PANELS)] = 1
    """How many of them."""
    light: Literal["sun"] | Annotated[int, Meta(ge=0, le=MOST_LUX)] | Table = "sun"
    """Outdoors the recorded irradiance; indoors lux, a number or a table."""
    light_percent: Annotated[float, Meta(ge=0, le=100)] = 100.0
    """What of it reaches the panel, which windows, leaves and its slope take from."""
    efficiency_percent: Annotated[float, Meta(gt=0, le=100)] = 80.0
    """What of the panel's most power its charger stores."""
    charged_percent: Annotated[float, Meta(ge=0, le=100)] = 100.0
    """What the cell holds at the start."""
    restart_percent: Annotated[float, Meta(gt=0, le=100)] = 10.0
    """How much of what it can use the charger waits for before it switches a node on again."""


class World(Strict, frozen=True):
    """Where each channel's readings come from, and what else happens."""

    reads: dict[Name, Annotated[int, Meta(ge=-table.MOST, le=table.MOST)] | str | Table]
    """By channel: a number, a table, or one of the sources below."""
    air: Annotated[float, Meta(ge=-40, le=85)] | Table | None = None
    """Around the cell, °C: a number, or a table; else the weather where a channel reads
    `temperature`, or 20.
    """
    wifi: Wifi = Wifi()
    """The link."""
    harvest: Harvest | None = None
    """What charges its cell."""
    sound: Sound | None = None
    """What a sound detector hears."""
    door: str | Contact | None = None
    """The contact that wakes the node: one of the recorded home, or one's own."""
    commands_per_day: Annotated[float, Meta(ge=0, le=10_000)] = 0.0
    """Commands to a switch, OFF and ON in turn, on average."""
    first_month: Annotated[int, Meta(ge=1, le=12)] = 1
    """The month in which the run begins."""
    drift_ppm: Annotated[int, Meta(ge=-500, le=500)] = 0
    """How much the node's clock runs fast."""


class Replay(Strict, frozen=True):
    """A phase or a state of the board, drawn from recordings or digests (host_sim.engine.replay).

    `segments` is the state in them that is meant, by default the one of that name. From `unseen`
    nothing is drawn: what was is compared with them.
    """

    of: str
    """The phase or state."""
    recordings: Annotated[tuple[str, ...], Meta(min_length=1)]
    """What is drawn from, as seen from the scenario's file."""
    segments: str = ""
    """The state in them that is meant; by default the one of the same name."""
    unseen: tuple[str, ...] = ()
    """What the drawn is compared with."""


class Budget(Strict, frozen=True):
    """A figure that must hold: a limit, a tolerance against a baseline, or both."""

    name: FigureName
    """The figure."""
    task: Name | None = None
    """Of this task alone, where the figure is one by task: its own, `report`, `watch` or `node`."""
    at_most: float | None = None
    """The highest value that passes."""
    at_least: float | None = None
    """The lowest value that passes; one of both is enough."""
    tolerance_percent: Annotated[float, Meta(ge=0, le=1_000)] | None = None
    """How much worse than a baseline it may be: `torpor check`."""

    @property
    def limit(self) -> float | None:
        """The value that it must not pass, if there is one."""
        return self.at_least if self.at_most is None else self.at_most

    @property
    def bound(self) -> str:
        """Which side is the good one: at_most or at_least."""
        if self.limit is None:
            return figures.FIGURES[self.name].better
        return "at_least" if self.at_most is None else "at_most"

    def holds(self, value: float | None) -> bool:
        """Whether a value is within the limit; none is not."""
        if value is None or self.limit is None:
            return value is not None
        return value <= self.limit if self.bound == "at_most" else value >= self.limit


class Baseline(Strict, frozen=True):
    """What people do today, where it is not the same for every node.

    What is left out follows from the node: all is told as often as its shortest period comes round,
    and its detector polls at its shortest interval.
    """

    report_s: Annotated[int, Meta(ge=1, le=259_200)] | None = None
    """How often all is told."""
    poll_ms: Annotated[int, Meta(ge=0, le=60_000)] = 0
    """How often the detector looks in full; 0: at its shortest interval."""


class ScenarioFile(Strict, frozen=True):
    """The file."""

    title: str
    """The report's first line."""
    board: BoardName
    """A shipped board's name, or the path of a board's file as seen from this one; that of `node`
    where that is a file.
    """
    node: Node
    """The node, as in a node.toml; or the name of a node.toml, whose node and board these are."""
    world: World
    """What is around it."""
    days: Annotated[float, Meta(ge=LEAST_DAYS, le=MOST_DAYS)]
    """The length of the run."""
    seed: Annotated[int, Meta(ge=0, lt=2**31)] = 1
    """Of all that is random."""
    baseline: Baseline = Baseline()
    """What it is compared with."""
    budget: tuple[Budget, ...] = ()
    """Figures that must hold: exit status 1 where one does not; or the name of a file of them."""
    replay: tuple[Replay, ...] = ()
    """What is drawn from recordings."""
