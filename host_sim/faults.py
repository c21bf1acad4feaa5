"""What the schema of a scenario cannot say: names that must exist, and what fits together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from host_sim.nodefile import OWN_LINES, Node, Report, Task
from host_sim.world import sound, sources

if TYPE_CHECKING:
    from host_sim.board import Board
    from host_sim.scenario import ScenarioFile

SPARED = 4  # the lowest priority that policy.schedule serves in its last energy mode

Fault = tuple[str, tuple[Any, ...], str]


def of(file: ScenarioFile, board: Board) -> Iterator[Fault]:
    """Every fault: what, key, remedy."""
    return chain(
        _name_faults(file),
        sources.faults(file.world),
        _watch_faults(file.node),
        _poll_faults(file, board),
        _task_faults(file.node),
        _budget_faults(file),
    )


def _name_faults(file: ScenarioFile) -> Iterator[Fault]:
    """Names that are taken, and channels that do not exist or read nothing."""
    tasks = [task.name for task in file.node.task]
    channels = [channel.name for channel in file.node.channel]
    for kind, names, taken in (("task", tasks, OWN_LINES), ("channel", channels, ())):
        for i, name in enumerate(names):
            if name in (*taken, *names[:i]):
                yield f"the name {name} is taken", ("node", kind, i, "name"), "choose another"
    used: list[tuple[str, tuple[Any, ...]]] = [
        (name, ("node", "task", i, "channels"))
        for i, task in enumerate(file.node.task)
        for name in task.channels
    ]
    used += [(name, ("world", "reads", name)) for name in file.world.reads]
    if file.node.watch:
        used.append((file.node.watch.channel, ("node", "watch", "channel")))
    if file.node.battery and file.node.battery.channel:
        used.append((file.node.battery.channel, ("node", "battery", "channel")))
    for name, key in used:
        if name not in channels:
            yield f"no channel named {name}", key, f"channels: {', '.join(channels)}"
    for name in channels:
        if name not in file.world.reads:
            yield f"nothing to read for {name}", ("world", "reads"), "name its source"


def _watch_faults(node: Node) -> Iterator[Fault]:
    """A detector that would never be armed."""
    watch = node.watch
    if node.kind == "switch" and (watch is None or watch.interval_min_ms):
        yield "a switch's button is a pin", ("node",), "add [node.watch] without an interval"
    if watch and watch.interval_min_ms and node.deepest_sleep == "deep":
        remedy = 'set deepest_sleep = "light"'
        yield "deep sleep cannot poll", ("node", "deepest_sleep"), remedy
    if watch and 0 < watch.interval_max_ms < watch.interval_min_ms:
        key = ("node", "watch", "interval_max_ms")
        yield "shorter than interval_min_ms", key, "leave it out or raise it"
    if watch and watch.false_per_day == 1:
        yield "one false wake a day never arms", ("node", "watch", "false_per_day"), "allow 2"


def _poll_faults(file: ScenarioFile, board: Board) -> Iterator[Fault]:
    """Polls that last longer than the time between them, or that have nothing to hear."""
    watch, poll_ms = file.node.watch, file.baseline.poll_ms
    interval_ms = watch.interval_min_ms if watch else 0
    if interval_ms and file.world.sound is None:
        yield "there is no sound to poll", ("node", "watch"), "add [world.sound]"
    if poll_ms and not interval_ms:
        yield "the node does not poll", ("baseline", "poll_ms"), "leave it out"
    least_ms = -(-(sound.LOOK_US[0] + board.phase_us("light_exit")) // 1000)
    for key, ms in (
        (("node", "watch", "interval_min_ms"), interval_ms),
        (("baseline", "poll_ms"), poll_ms),
    ):
        if 0 < ms < least_ms:
            yield f"a poll alone takes {least_ms} ms", key, "poll less often"


def _task_faults(node: Node) -> Iterator[Fault]:
    """A task whose windows overlap, or one that a low battery would end for good."""
    windows: list[tuple[tuple[Any, ...], Task | Report]] = [(("node", "report"), node.report)]
    windows += [(("node", "task", i), task) for i, task in enumerate(node.task)]
    for key, one in windows:
        if one.early_s >= one.period_s:
            what = "earlier than the period is long"
            yield what, (*key, "early_s"), "keep it below period_s"
    for i, task in enumerate(node.task):
        if node.battery and node.battery.channel in task.channels and task.priority < SPARED:
            what = "a low battery would end its own reading"
            yield what, ("node", "task", i, "priority"), f"at least {SPARED}"


def _budget_faults(file: ScenarioFile) -> Iterator[Fault]:
    """A figure that cannot be judged."""
    for i, budget in enumerate(file.budget):
        if (budget.at_most is None) == (budget.at_least is None):
            yield "needs one of at_most and at_least", ("budget", i), "keep one of them"
        if budget.name == "battery_life_days" and file.node.battery is None:
            yield "no battery", ("budget", i, "name"), "add [node.battery]"
