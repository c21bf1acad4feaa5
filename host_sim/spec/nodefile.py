"""The node's one file: what its author writes, checked, and the numbers that the device reads.

The author names tasks and channels in seconds; config.json holds indices, milliseconds and the
board's costs, so that the device computes nothing twice (firmware/torpor/config.py reads it).
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

from host_sim.errors import BadInput
from host_sim.hardware import cell, price, states
from host_sim.hardware.board import Board
from host_sim.toml.file import Strict
from host_sim.world.wifi import HALF_LOST_DBM
from torpor.policy import report, schedule, sleep, txpower

Name = Annotated[str, Meta(pattern="^[a-z][a-z0-9_-]{0,23}$")]
Seconds = Annotated[int, Meta(ge=0, le=schedule.MAX_SLEEP_MS // 1000)]
Period = Annotated[int, Meta(ge=1, le=259_200)]
Priority = Annotated[int, Meta(ge=0, le=7)]

# No gap is as long: where a deeper state saves nothing, it is never entered.
NEVER_MS = 2 * schedule.MAX_SLEEP_MS
MOST_UC = 1 << 26  # of one service: what the scheduler adds up stays within 31 bits

# Modes that a person understands, as data: the levels allowed (index into the eleven) and the
# messages per 65,536 that may fail.
MODES = {"through-wall": (5, 10, 16), "standard": (0, 10, 330), "eco": (0, 7, 3_300)}


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
    priority: Priority | None = None
    """7 is the most important. A low battery ends those below 2, a critical one those below 4. 3
    where left out, 5 for the cell's reading.
    """
    warmup_ms: Annotated[int, Meta(ge=0, le=60_000)] = 0
    """How long the sensor is powered before it is read."""


class Channel(Strict, frozen=True):
    """A value in scaled units: told when it moved by `delta`, within `within_s`."""

    name: Name
    """Its name in messages."""
    delta: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    """The change that is news, in the channel's unit; 0: every reading is."""
    within_s: Seconds = 0
    """How long news may wait to be told together with other; 0: told at once."""


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
    """The detector: stage 0 polls between the interval's bounds, or is a pin (interval 0)."""

    channel: Name
    """The channel that an event is told on."""
    stages: Annotated[list[Stage], Meta(min_length=1, max_length=4)]
    """The cheapest first; a pin's is `{ margin = 0 }`."""
    interval_min_ms: Annotated[int, Meta(ge=0, le=60_000)] = 0
    """From one poll to the next after an event; 0: a pin wakes the node."""
    interval_max_ms: Annotated[int, Meta(ge=0, le=60_000)] = 0
    """The same when it has been calm; as the shortest one where left out."""
    calm_s: Period = 3_600
    """Each such time without an event doubles the interval."""
    false_per_day: Annotated[int, Meta(ge=0, le=10_000)] = 0
    """False wakes allowed; at least 2, or 0 for no ceiling."""
    asks: Annotated[int, Meta(ge=0, le=20)] = 1
    """How often a wake may ask a stage again."""
    ulp: bool = False
    """Stage 0 is the ULP's loudness program, and the CPU sleeps through it."""


class Battery(Strict, frozen=True):
    """The cell, the channel that reads it, and what is asked of it."""

    chemistry: Literal["li-ion", "lifepo4", "2xaa-lithium", "2xaa-alkaline"]
    """Its discharge curve, self-discharge and resistance."""
    capacity_mah: Annotated[float, Meta(ge=0.001, le=1_000_000)]
    """What it holds when new."""
    channel: Name | None = None
    """The channel that reads its voltage; without one the node never saves."""
    low_percent: Annotated[int, Meta(ge=0, le=100)] = 15
    """Charge below which periods are twice as long."""
    critical_percent: Annotated[int, Meta(ge=0, le=100)] = 5
    """Charge below which they are eight times as long."""
    target_days: Annotated[int, Meta(ge=0, le=20_000)] = 0
    """The life asked for: the node saves when it falls behind; 0: none."""
    budget_mc_per_hour: Annotated[int, Meta(ge=0, le=20_000)] = 0
    """Charge that tasks may draw; 0: no limit."""


class Node(Strict, frozen=True):
    """The node file."""

    kind: Literal["sensor", "switch"]
    """A switch stays associated and takes commands; a sensor sleeps deep between wakes."""
    report: Report
    """When it tells what is not news."""
    channel: Annotated[list[Channel], Meta(min_length=1, max_length=report.MAX_CHANNELS)]
    """What it reads or watches."""
    task: Annotated[tuple[Task, ...], Meta(max_length=schedule.MAX_TASKS - 2)] = ()
    """When it reads; a node that only watches has none."""
    mode: Literal["through-wall", "standard", "eco"] = "standard"
    """Transmit levels allowed and loss accepted: through-wall 13 to 20 dBm and 0.02 %, standard
    2 to 20 dBm and 0.5 %, eco 2 to 15 dBm and 5 %.
    """
    deepest_sleep: Literal["deep", "light"] = "deep"
    """Light sleep where the CPU polls, or must be back within a millisecond."""
    watch: Watch | None = None
    """What it watches while it sleeps."""
    battery: Battery | None = None
    """Without one it runs on the mains."""


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


def device_config(node: Node, board: Board, seed: int = 1) -> dict[str, Any]:
    """config.json: the same as numbers, with the board's costs.

    `seed` is what the node's chances begin with; nodes of one home need different ones.
    """
    watch, battery = node.watch, node.battery
    lowest, highest, target = MODES[node.mode]
    frames = price.all_frames(board, states.CACHED_JOIN) + 1  # and a message
    join_uc = _join_uc(board)
    tasks = [
        {
            "channels": [channel_index(node, name) for name in task.channels],
            "period_ms": task.period_s * 1000,
            "early_ms": task.early_s * 1000,
            "late_ms": task.late_s * 1000,
            "priority": priority(node, task),
            "radio": 0,
            "cost_uc": min(MOST_UC, _measure_uc(board, task)),
            "warmup_ms": task.warmup_ms,
        }
        for task in node.task
    ]
    tasks.append(
        {
            "channels": [],
            "period_ms": node.report.period_s * 1000,
            "early_ms": node.report.early_s * 1000,
            "late_ms": node.report.late_s * 1000,
            "priority": node.report.priority,
            "radio": 1,
            "cost_uc": min(MOST_UC, join_uc),
            "warmup_ms": 0,
        }
    )
    return {
        "kind": node.kind,
        "cache_join": 1,
        "report_task": len(node.task),
        "watch_task": len(node.task) + 1,
        "watch_channel": channel_index(node, watch.channel) if watch else -1,
        "battery_channel": (
            channel_index(node, battery.channel) if battery and battery.channel else -1
        ),
        "tasks": tasks,
        "channels": [
            {"delta": channel.delta, "within_ms": channel.within_s * 1000}
            for channel in node.channel
        ],
        "txpower": {
            "lowest": lowest,
            "highest": highest,
            "target": target,
            "sensitivity_dbm": HALF_LOST_DBM,
            "ap_qdbm": 80,
            "retry_uc": min(
                txpower.MAX_UC - 100_000, frames * _uc(board, "listen", board.file.radio.retry_us)
            ),
            "rejoin_uc": min(txpower.MAX_UC, join_uc + _uc(board, "boot", board.phase_us("boot"))),
            "attempt_uc": _burst_uc(board),
        },
        "energy": _energy(battery),
        "sleep": _sleep(node, board),
        "cascade": _cascade(watch),
        "spread": {"within_ms": node.report.spread_s * 1000, "seed": seed % 65_537},
    }


def _uc(board: Board, state: str, us: int) -> int:
    """Charge of a state for a time, µC."""
    return price.state_fc(board, state, us) // price.FC_PER_UC


def _join_uc(board: Board) -> int:
    """Charge of a cached join and a message at full power when nothing is lost, µC."""
    listening = sum(
        price.listening_fc(board, part) // price.FC_PER_UC for part in states.CACHED_JOIN
    )
    return listening + _uc(board, "listen", board.phase_us("message")) + _burst_uc(board)[-1]


def _burst_uc(board: Board) -> list[int]:
    """Charge of the bursts of a cached join and a message at each level, µC."""
    frames = price.all_frames(board, states.CACHED_JOIN) + 1
    levels = range(len(states.TX_LEVELS_DBM))
    return [price.air_fc(board, frames, level) // price.FC_PER_UC for level in levels]


def _measure_uc(board: Board, task: Task) -> int:
    reading = _uc(board, "sense", board.phase_us("measure") * len(task.channels))
    return reading + _uc(board, "idle", task.warmup_ms * 1000)


def _energy(battery: Battery | None) -> dict[str, Any]:
    ocv = cell.CELLS[battery.chemistry].ocv_mv if battery else range(11)
    return {
        "low_permille": battery.low_percent * 10 if battery else 0,
        "critical_permille": battery.critical_percent * 10 if battery else 0,
        "band_permille": 50,
        "target_h": battery.target_days * 24 if battery else 0,
        "budget_uc_min": battery.budget_mc_per_hour * 1000 // 60 if battery else 0,
        "ocv_mv": list(ocv),
    }


def _sleep(node: Node, board: Board) -> dict[str, int]:
    """Break-even times: where a deeper state has earned what leaving it costs."""
    na = dict(zip(states.NAMES, board.current_na, strict=True))
    exit_us, boot_us = board.phase_us("light_exit"), board.phase_us("boot")
    light_saves = max(1, na["idle"] - na["light_sleep"])
    deep_saves = max(1, na["light_sleep"] - na["deep_sleep"])
    light_ms = min(NEVER_MS, exit_us * na["cpu"] // light_saves // 1000 + 1)
    boot_fc = boot_us * na["boot"] - exit_us * na["cpu"]
    return {
        "light_ms": light_ms,
        "deep_ms": max(light_ms, min(NEVER_MS, boot_fc // deep_saves // 1000 + 1)),
        "deepest": sleep.DEEP if node.deepest_sleep == "deep" else sleep.LIGHT,
        "associated": int(node.kind == "switch"),
    }


def _cascade(watch: Watch | None) -> dict[str, Any]:
    if watch is None:
        return {
            "stages": [],
            "interval_min_ms": 0,
            "interval_max_ms": 0,
            "calm_ms": 0,
            "false_per_day": 0,
            "asks": 0,
        }
    return {
        "stages": [
            {
                "margin": stage.margin,
                "ratio_x16": round(stage.ratio * 16),
                "band": stage.band,
            }
            for stage in watch.stages
        ],
        "interval_min_ms": watch.interval_min_ms,
        "interval_max_ms": max(watch.interval_min_ms, watch.interval_max_ms),
        "calm_ms": watch.calm_s * 1000,
        "false_per_day": watch.false_per_day,
        "asks": watch.asks,
    }
