"""The node's one file: what its author writes, names and seconds, checked."""

from typing import Annotated, Literal

from msgspec import Meta

from host_sim.errors import BadInput
from host_sim.hardware.board import Board
from host_sim.hardware.chip import Chip
from host_sim.hardware.start import ImageName
from host_sim.toml.file import Strict
from torpor.policy import schedule
from torpor.policy.report import MAX_CHANNELS

NAME = r"^[a-z][a-z0-9_-]{0,23}\Z"
Name = Annotated[str, Meta(pattern=NAME)]
Seconds = Annotated[int, Meta(ge=0, le=schedule.MAX_SLEEP_MS // 1000)]
Period = Annotated[int, Meta(ge=1, le=259_200)]
Priority = Annotated[int, Meta(ge=0, le=7)]


class Task(Strict, frozen=True):
    """Channels read together, every period, from `early_s` before to `late_s` after."""

    name: Name
    """What the ledger books it under."""
    channels: Annotated[list[Name], Meta(min_length=1)]
    """The channels that are read, by name."""
    period_s: Period
    """From one reading to the next."""
    early_s: Seconds = 0
    """How long before its time it may be read with something else."""
    late_s: Seconds = 0
    """How long after its time it may wait for something else."""
    longest_s: Period | None = None
    """From one reading to the next while its values hardly move; what is read later than its
    period is told so much sooner. `period_s` and half of the shortest `within_s` of its channels
    where left out; `period_s` for a fixed pace, as it is where a channel has no delta or is the
    cell's.
    """
    priority: Priority | None = None
    """7 is the most important. A low battery ends those below 2, a critical one those below 4. 3
    where left out, 5 for the cell's reading.
    """
    ulp: bool = False
    """The ULP reads it while the CPU sleeps deeply, each period or more often, and wakes the node
    once news has waited for three quarters of its `within_s`. On a chip that has none (FSM) the CPU
    reads, as ever.
    """
    warmup_ms: Annotated[int, Meta(ge=0, le=60_000)] = 0
    """How long a wake waits before its first reading, in light sleep where that draws less: of all
    tasks that are read in it, the longest. None of their drivers runs yet, and of a sensor nothing
    is counted.
    """


class Channel(Strict, frozen=True):
    """A value in scaled units: told when it moved by `delta`, within `within_s`."""

    name: Name
    """Its name in messages."""
    delta: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    """The change that is news, in the channel's unit; 0: every reading is."""
    within_s: Seconds = 0
    """How long news may wait to be told together with other; 0: told at once."""
    read_ms: Annotated[int, Meta(ge=1, le=60_000)] | None = None
    """How long a reading takes; as the board's phase `measure` where left out."""
    read_ua: Annotated[int, Meta(ge=0, le=500_000)] = 0
    """What its sensor draws meanwhile, beside the board."""
    standby_ua: Annotated[float, Meta(ge=0, le=500_000)] = 0.0
    """What its sensor draws all the time, awake and asleep, beside the board. Of several channels
    of one sensor, one says it.
    """


class Report(Strict, frozen=True):
    """The heartbeat: the newest values at least this often."""

    period_s: Period
    """The longest time between two messages."""
    early_s: Seconds = 0
    """How long before its time it may go along with another wake."""
    late_s: Seconds = 0
    """How long after its time it may wait for another wake."""
    priority: Priority = 6
    """As that of a task."""
    spread_s: Seconds = 0
    """Many nodes: a start and each retry wait for a random part of this."""


class Stage(Strict, frozen=True):
    """A detector stage: pass at floor * ratio + margin, ask again within `band` below.

    A ratio of 0 leaves the noise floor out.
    """

    margin: Annotated[int, Meta(ge=0, le=65_535)]
    """What a score must exceed the noise floor by."""
    ratio: Annotated[float, Meta(ge=0, le=60)] = 1.0
    """What the noise floor is multiplied by first; 0 leaves it out."""
    band: Annotated[int, Meta(ge=0, le=65_535)] = 0
    """A score this little below the mark is asked for again."""


class Watch(Strict, frozen=True):
    """The detector: stage 0 looks at an interval, or is a pin (interval 0)."""

    channel: Name
    """The channel that an event is told on."""
    stages: Annotated[list[Stage], Meta(min_length=1, max_length=4)]
    """The cheapest first; a pin's is `{ margin = 0 }`."""
    interval_ms: Annotated[int, Meta(ge=0, le=60_000)] = 0
    """From one look of stage 0 to the next; 0: a pin wakes the node."""
    false_per_day: Annotated[int, Meta(ge=0, le=10_000)] = 0
    """False wakes that are free; beyond, stage 0 asks for more, up to a quarter of what it hears in
    loud events. 0: it never does.
    """
    events_per_day: Annotated[int, Meta(ge=0, le=10_000)] = 0
    """Events that are told at no price, 10 or more; beyond, stage 0 asks for more, up to what it
    hears in loud events. 0: all are told.
    """
    asks: Annotated[int, Meta(ge=0, le=20)] = 1
    """How often a wake may ask a stage again."""
    hold_s: Annotated[int, Meta(ge=0, le=86_400)] = 0
    """For a pin that chatters, as a PIR sensor's: its first 1 is told at once, a 0 once it has
    rested there for so long, and no edge between. 0: each edge is told.
    """
    pull_up_kohm: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    """The resistor from the pin that wakes to 3.3 V, which draws while the contact is closed; of
    none nothing is counted. 45 is the pull-up in an ESP32.
    """
    ulp: bool = False
    """The ULP listens and remembers while the CPU sleeps; a wake judges what it remembers."""


class Battery(Strict, frozen=True):
    """The cell, the channel that reads it, and what is asked of it."""

    chemistry: Literal["li-ion", "lifepo4", "2xaa-lithium", "2xaa-alkaline", "supercap"]
    """Its discharge curve, self-discharge and resistance."""
    capacity_mah: Annotated[float, Meta(ge=0.001, le=1_000_000)]
    """What it holds when new; of a supercap, between 2.5 and 5.4 V, 0.806 a farad."""
    channel: Name | None = None
    """The channel that reads its voltage; without one the node never saves."""
    low_percent: Annotated[int, Meta(ge=0, le=100)] = 15
    """Charge below which periods are twice as long."""
    critical_percent: Annotated[int, Meta(ge=0, le=100)] = 5
    """Charge below which they are eight times as long."""
    target_days: Annotated[int, Meta(ge=0, le=20_000)] = 0
    """The life asked for: the node saves when it falls behind; 0: none."""
    budget_mc_per_hour: Annotated[int, Meta(ge=0, le=20_000)] = 0
    """Charge that the node may draw, its sleep and starts included; 0: no limit."""
    harvested: bool = False
    """Light charges it: the node learns what each hour of the day brings, and makes its periods
    longer, up to eight times, so that the cell stays above `low_percent`. Priorities below 2 are
    left out from twice the periods on, those below 4 at eight times.
    """


class Node(Strict, frozen=True):
    """The node file."""

    kind: Literal["sensor", "switch"]
    """A switch stays associated and takes commands; a sensor sleeps deep between wakes."""
    report: Report
    """When it tells what is not news."""
    channel: Annotated[list[Channel], Meta(min_length=1, max_length=MAX_CHANNELS)]
    """What it reads or watches."""
    task: Annotated[tuple[Task, ...], Meta(max_length=schedule.MAX_TASKS - 2)] = ()
    """When it reads; a node that only watches has none."""
    mode: Literal["through-wall", "standard", "eco"] = "standard"
    """What the transmit power is chosen for: standard, the least charge; through-wall, fewer
    time-outs, each counted four times; eco, the least charge at no more than 15 dBm, for a cell
    that cannot give the peak of 20.
    """
    key: Literal["passphrase", "stored"] = "passphrase"
    """How it has the network's key: derived from the passphrase in each join; or stored, worked out
    as it is flashed, which spares each join the derivation and the node the passphrase. A stored
    one is WPA2's: an access point that offers WPA3 wants the passphrase.
    """
    link: Literal["wifi", "espnow"] = "wifi"
    """The way to the broker: by Wi-Fi and MQTT of its own; or by ESP-NOW to a gateway, which is
    always on and hands messages on, and spares each the join.
    """
    lease_h: Annotated[int, Meta(ge=1, le=8_760)] = 24
    """How long it keeps an address before it asks for it anew, hours: no longer than the router
    leases it, which is a day or more with most, and any time where it is reserved for the node.
    """
    deepest_sleep: Literal["deep", "light"] = "deep"
    """Light sleep where the CPU polls, or must be back within a millisecond."""
    image: ImageName = "files"
    """How its firmware lies in flash: in the file system, as `torpor flash` writes it; in a ROMFS;
    frozen into MicroPython; or frozen, started before the file system is mounted, and built without
    PSRAM. How fast it starts follows from that.
    """
    watch: Watch | None = None
    """What it watches while it sleeps."""
    battery: Battery | None = None
    """Without one it runs on the mains."""

    @property
    def standby_na(self) -> int:
        """What its sensors draw all the time, nA."""
        return sum(round(channel.standby_ua * 1000) for channel in self.channel)

    def monitored(self, chip: Chip) -> list[Task]:
        """The tasks that a chip's ULP reads."""
        return [task for task in self.task if task.ulp and chip.ulp]

    def on(self, board: Board) -> Board:
        """The board with the node in its flash."""
        return board.starting(
            self.image,
            watches=self.watch is not None,
            link=self.link,
            monitors=bool(self.monitored(board.chip)),
            slow=self.kind == "switch",
        )


# What the ledger books beside the author's tasks: the delivery, the detector, and the node's own.
OWN_LINES = ("report", "watch", "node")


def task_names(node: Node) -> list[str]:
    """The tasks by index: the node's own, then the delivery, then the detector."""
    return [*(task.name for task in node.task), *OWN_LINES[:2]]


def priority(node: Node, task: Task) -> int:
    """A task's own, or 3; 5 for the cell's reading, which a low battery must not end."""
    if task.priority is not None:
        return task.priority
    return 5 if node.battery and node.battery.channel in task.channels else 3


def channel_index(node: Node, name: str) -> int:
    """A channel's index; BadInput for a name that no [[node.channel]] has."""
    names = [channel.name for channel in node.channel]
    if name not in names:
        raise BadInput(f"no channel named {name}", remedy=f"one of {', '.join(names)}")
    return names.index(name)
