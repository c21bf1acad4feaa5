"""What the schema of a node cannot say: names that must exist, and what fits together."""

from collections.abc import Iterator
from typing import Any

from host_sim.hardware.board import Board
from host_sim.hardware.cell import CELLS
from host_sim.hardware.chip import ULPS
from host_sim.spec import costs
from host_sim.spec.nodefile import OWN_LINES, Node, Report, Task, priority
from host_sim.toml.file import Fault
from torpor.policy import schedule

MOST_SUPERCAP_MAH = 10_000  # what leaks in a minute of its warmest air fits 64 bits
# The ULP counts its readings of a sleep by 16 bits.
LEAST_ULP_S = -(-schedule.MAX_SLEEP_MS // 65_535_000)
SPARED = 4  # the lowest priority that policy.schedule serves in its last energy mode

LEAST_EVENTS = 10  # so that what a purse of policy.cascade lacks fits 31 bits


def of(node: Node, board: Board) -> Iterator[Fault]:
    """Everything wrong with a [node] table; keys begin with "node"."""
    yield from _name_faults(node)
    yield from _watch_faults(node)
    yield from _ulp_faults(node, board)
    yield from _monitor_faults(node)
    yield from _task_faults(node)
    yield from _battery_faults(node, board)


def _name_faults(node: Node) -> Iterator[Fault]:
    """Names that are taken, and channels that do not exist."""
    tasks = [task.name for task in node.task]
    channels = [channel.name for channel in node.channel]
    for kind, names, taken in (("task", tasks, OWN_LINES), ("channel", channels, ())):
        for i, name in enumerate(names):
            if name in (*taken, *names[:i]):
                yield f"the name {name} is taken", ("node", kind, i, "name"), "choose another"
    used: list[tuple[str, tuple[Any, ...]]] = [
        (name, ("node", "task", i, "channels"))
        for i, task in enumerate(node.task)
        for name in task.channels
    ]
    if node.watch:
        used.append((node.watch.channel, ("node", "watch", "channel")))
    if node.battery and node.battery.channel:
        used.append((node.battery.channel, ("node", "battery", "channel")))
    for name, key in used:
        if name not in channels:
            yield f"no channel named {name}", key, f"channels: {', '.join(channels)}"


def _watch_faults(node: Node) -> Iterator[Fault]:
    """A detector that would never be armed, and a switch that nobody could reach."""
    watch = node.watch
    if node.kind == "switch" and node.link != "wifi":
        yield "a switch is reached by Wi-Fi", ("node", "link"), "leave it out"
    if node.kind == "switch" and (watch is None or watch.interval_ms):
        yield "a switch's button is a pin", ("node",), "add [node.watch] without an interval"
    if watch and watch.hold_s and (watch.interval_ms or node.kind == "switch"):
        what = "only a sensor's pin is held"
        yield what, ("node", "watch", "hold_s"), "leave it out"
    if watch and watch.events_per_day and not watch.interval_ms:
        what = "a pin is not asked for more"
        yield what, ("node", "watch", "events_per_day"), "leave it out"
    elif watch and 0 < watch.events_per_day < LEAST_EVENTS:
        what = f"fewer than {LEAST_EVENTS}"
        yield what, ("node", "watch", "events_per_day"), "raise it; 0: all are told"
    polls = watch and watch.interval_ms and not watch.ulp
    if polls and node.deepest_sleep == "deep":
        remedy = 'set deepest_sleep = "light", or ulp'
        yield "deep sleep cannot poll", ("node", "deepest_sleep"), remedy


def _ulp_faults(node: Node, board: Board) -> Iterator[Fault]:
    """A ULP that the chip lacks, or that has nothing to do."""
    if not node.watch or not node.watch.ulp:
        return
    key = ("node", "watch", "ulp")
    if board.chip.ulp is None:
        yield f"the {board.file.chip} has no FSM ULP", key, f"chips that have: {', '.join(ULPS)}"
    if not node.watch.interval_ms:
        yield "the ULP polls, a pin wakes by itself", key, "set interval_ms, or leave ulp out"


def _monitor_faults(node: Node) -> Iterator[Fault]:
    """Tasks that the ULP can not read, or that would lose by it."""
    for i, task in enumerate(node.task):
        key = ("node", "task", i, "ulp")
        if not task.ulp:
            continue
        if node.watch:
            yield "the ULP or a detector wakes a node, not both", key, "leave one of them out"
        if node.kind == "switch" or node.deepest_sleep == "light":
            yield "the ULP reads in deep sleep alone", key, "leave it out"
        if node.battery and node.battery.harvested:
            yield "a node that harvests paces its own readings", key, "leave it out"
        if node.battery and node.battery.channel in task.channels:
            yield "the cell's reading sets the mode of the CPU", key, "give it a task of its own"
        told = [one.name for one in node.channel if one.name in task.channels and not one.delta]
        if told:
            yield f"every reading of {told[0]} is news", key, "set its delta, or leave ulp out"
        if task.period_s < LEAST_ULP_S:
            key = ("node", "task", i, "period_s")
            remedy = f"{LEAST_ULP_S} or more, or leave ulp out"
            yield "the ULP would lose count of its readings in a long sleep", key, remedy


def _battery_faults(node: Node, board: Board) -> Iterator[Fault]:
    """A cell that none is, or critical before it is low; a budget that sleep alone exceeds."""
    battery = node.battery
    if battery and battery.low_percent < battery.critical_percent:
        what = f"below critical_percent, which is {battery.critical_percent}"
        yield what, ("node", "battery", "low_percent"), "low comes first: raise it"
    if battery and battery.chemistry == "supercap" and battery.capacity_mah > MOST_SUPERCAP_MAH:
        what = f"no supercap holds {battery.capacity_mah:,.0f} mAh"
        remedy = f"0.806 mAh a farad, at most {MOST_SUPERCAP_MAH:,}"
        yield what, ("node", "battery", "capacity_mah"), remedy
    if battery and battery.harvested:
        key = ("node", "battery", "harvested")
        if battery.channel is None:
            yield "nothing reads its voltage", key, "name a channel"
        if CELLS[battery.chemistry].charge_from_c is None:
            yield f"{battery.chemistry} is not charged", key, "leave it out"
    if battery and battery.budget_mc_per_hour:
        asleep_mc = costs.sleep_uc_per_hour(node, board) / 1000
        if battery.budget_mc_per_hour <= asleep_mc:
            what = f"sleep alone takes {asleep_mc:.0f} mC an hour of it"
            yield what, ("node", "battery", "budget_mc_per_hour"), "raise it or leave it out"


def _task_faults(node: Node) -> Iterator[Fault]:
    """A task whose windows overlap, or one that a low battery would end for good."""
    windows: list[tuple[tuple[Any, ...], Task | Report]] = [(("node", "report"), node.report)]
    windows += [(("node", "task", i), task) for i, task in enumerate(node.task)]
    for key, one in windows:
        if one.early_s >= one.period_s:
            what = "earlier than the period is long"
            yield what, (*key, "early_s"), "keep it below period_s"
    for i, task in enumerate(node.task):
        if task.longest_s is not None and task.longest_s < task.period_s:
            key = ("node", "task", i, "longest_s")
            yield "shorter than period_s", key, "raise it or leave it out"
        if node.battery and node.battery.channel in task.channels and priority(node, task) < SPARED:
            what = "a low battery would end its own reading"
            yield what, ("node", "task", i, "priority"), f"at least {SPARED}"
