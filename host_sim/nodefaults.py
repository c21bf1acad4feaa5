"""What the schema of a node cannot say: names that must exist, and what fits together."""

from collections.abc import Iterator
from typing import Any

from host_sim.nodefile import Node

SPARED = 4  # the lowest priority that policy.schedule serves in its last energy mode

Fault = tuple[str, tuple[Any, ...], str]  # what, the key, the remedy


def faults(node: Node) -> Iterator[Fault]:
    """Everything wrong with a [node] table; keys begin with "node"."""
    yield from _names(node)
    yield from _watch(node)
    yield from _tasks(node)


def _names(node: Node) -> Iterator[Fault]:
    """Channels that are named but do not exist."""
    channels = [channel.name for channel in node.channel]
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


def _watch(node: Node) -> Iterator[Fault]:
    """A detector that would never be armed."""
    watch = node.watch
    if watch and watch.interval_min_ms and node.deepest_sleep == "deep":
        remedy = 'set deepest_sleep = "light"'
        yield "deep sleep cannot poll", ("node", "deepest_sleep"), remedy
    if watch and watch.false_per_day == 1:
        yield "one false wake a day never arms", ("node", "watch", "false_per_day"), "allow 2"
    if node.kind == "switch" and (watch is None or watch.interval_min_ms):
        yield "a switch's button is a pin", ("node",), "add [node.watch] without an interval"


def _tasks(node: Node) -> Iterator[Fault]:
    """A task whose windows overlap, or one that a low battery would end for good."""
    for i, task in enumerate(node.task):
        early: tuple[Any, ...] = ("node", "task", i, "early_s")
        priority: tuple[Any, ...] = ("node", "task", i, "priority")
        if task.early_s >= task.period_s:
            yield "earlier than the period is long", early, "keep it below period_s"
        if node.battery and node.battery.channel in task.channels and task.priority < SPARED:
            yield "a low battery would end its own reading", priority, f"at least {SPARED}"
