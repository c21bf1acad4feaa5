"""What the firmware decides, and a node that does not: the same firmware, otherwise configured.

A naive node decides nothing: a fixed duty cycle, a timer for each task with no window, every
reading sent at once, 20 dBm, a full join (scan, association, DHCP) each time, whatever the battery,
and a detector that looks in full at every poll. What its [baseline] leaves out follows from the
node: all is told as often as its shortest period comes round, and its detector polls at its
shortest interval.

Good practice is what a careful author of an ESPHome or MicroPython node does: readings are told
when they changed, as late as they may be and so several at once, and with a heartbeat; the access
point and the address are remembered, a detector has its gates and is polled by the CPU, and the
node sleeps deeply as soon as it can. Each task has its own timer, the radio sends at full power.
Where there is a gateway it goes by that, too. It starts as a node does that such an author wrote
without our library, and so loads its link (tests/start/practice); a detector that polls, or a
switch, as ours does: none of such an author has been counted.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from msgspec.structs import replace as edited

from host_sim.hardware.start import PLAIN
from host_sim.spec.configure import device
from host_sim.spec.device import Device, as_config
from host_sim.spec.scenario import Scenario

FULL_POWER = 10  # level index of 20 dBm


def _told_always(ours: Device, file: Scenario) -> Device:
    """All is told, as often as asked, or as the shortest period comes round."""
    report_s = file.file.baseline.report_s
    period_ms = report_s * 1000 if report_s else min(task.period_ms for task in ours.tasks)
    tasks = list(ours.tasks)
    tasks[ours.report_task] = edited(tasks[ours.report_task], period_ms=period_ms)
    channels = [edited(one, delta=0) for one in ours.channels]
    return _at_its_period(edited(ours, tasks=tasks, channels=channels), file)


def _joined_in_full(ours: Device, file: Scenario) -> Device:
    return edited(ours, cache_join=0)


def _told_at_once(ours: Device, file: Scenario) -> Device:
    """News that does not wait lends no time to readings."""
    channels = [edited(one, within_ms=0) for one in ours.channels]
    return _at_its_period(edited(ours, channels=channels), file)


def _at_its_period(ours: Device, file: Scenario) -> Device:
    """Each task is read at its period, whatever moves."""
    return edited(ours, tasks=[edited(task, longest_ms=0) for task in ours.tasks])


def _on_time(ours: Device, file: Scenario) -> Device:
    """No task waits for another."""
    return edited(ours, tasks=[edited(task, early_ms=0, late_ms=0) for task in ours.tasks])


def _as_it_is(ours: Device, file: Scenario) -> Device:
    """It is no number of config.json."""
    return ours


def _loudly(ours: Device, file: Scenario) -> Device:
    return edited(ours, txpower=edited(ours.txpower, lowest=FULL_POWER, highest=FULL_POWER))


def _deep_at_once(ours: Device, file: Scenario) -> Device:
    return edited(ours, sleep=edited(ours.sleep, lingers=0))


def _unpriced(ours: Device, file: Scenario) -> Device:
    return edited(ours, cascade=edited(ours.cascade, false_per_day=0, events_per_day=0))


def _in_full(ours: Device, file: Scenario) -> Device:
    """Without gates; where it polls, all stages but the last let everything pass."""
    cascade = ours.cascade
    poll_ms = file.file.baseline.poll_ms or cascade.interval_ms
    if poll_ms:
        gates = [edited(stage, margin=0, ratio_x16=0) for stage in cascade.stages[:-1]]
        stages = [*gates, *cascade.stages[-1:]]
        cascade = edited(cascade, stages=stages, asks=0, interval_ms=poll_ms)
    return edited(ours, cascade=cascade)


def _whatever_the_cell(ours: Device, file: Scenario) -> Device:
    """No marks, no lifetime, no budget, and no plan of what light brings."""
    none = dict.fromkeys(
        ("low_permille", "critical_permille", "target_h", "budget_uc_min", "capacity_mc"), 0
    )
    return edited(ours, energy=edited(ours.energy, **none))


# How each is switched off.
DECISIONS: dict[str, Callable[[Device, Scenario], Device]] = {
    "send on change": _told_always,
    "remembered join": _joined_in_full,
    "detector's gates": _in_full,
    "batched news": _told_at_once,
    "signal-aware sampling": _at_its_period,
    "reading by the ULP": _as_it_is,
    "coalescing windows": _on_time,
    "way by a gateway": _as_it_is,
    "transmit power": _loudly,
    "stored key": _as_it_is,
    "slow clock": _as_it_is,
    "lingering": _deep_at_once,
    "looking back by the ULP": _as_it_is,
    "price of false wakes": _unpriced,
    "saving when low": _whatever_the_cell,
}
CAREFUL = (
    "send on change",
    "remembered join",
    "detector's gates",
    "batched news",
    "way by a gateway",
)
NAIVE = tuple(DECISIONS)
PRACTICE = tuple(name for name in DECISIONS if name not in CAREFUL)
Configured = tuple[Scenario, dict[str, Any]]


def without(ours: Scenario, off: Collection[str]) -> Configured:
    """The scenario and config.json of a node that does not decide these.

    Without its gates, or without looking back, the CPU polls from light sleep, and not the ULP;
    without a stored key each join derives it; without its gateway it joins Wi-Fi; without its slow
    clock a switch runs at MicroPython's.
    """
    node = ours.file.node
    if "stored key" in off:
        node = edited(node, key="passphrase")
    if "way by a gateway" in off:
        node = edited(node, link="wifi")
    if not {"reading by the ULP", "send on change"}.isdisjoint(off):
        node = edited(node, task=tuple(edited(task, ulp=False) for task in node.task))
    if node.watch and not {"detector's gates", "looking back by the ULP"}.isdisjoint(off):
        deepest = "light" if node.watch.interval_ms else node.deepest_sleep
        node = edited(node, watch=edited(node.watch, ulp=False), deepest_sleep=deepest)
    monitors = bool(node.monitored(ours.board.chip))
    slow = ours.board.slow and "slow clock" not in off
    board = replace(ours.board, link=node.link, monitors=monitors, slow=slow)
    given = replace(ours, file=edited(ours.file, node=node), board=board)
    configured = device(node, board, ours.file.seed)
    for name, switched_off in DECISIONS.items():
        if name in off:
            configured = switched_off(configured, given)
    return given, as_config(configured)


def practice(ours: Scenario) -> Configured:
    """The same of the node of good practice, on a board with that in its flash."""
    node, board = ours.file.node, ours.board
    if node.kind == "sensor" and not (node.watch and node.watch.interval_ms):
        board = replace(board, image=PLAIN[board.image])
    return without(replace(ours, board=board), PRACTICE)


def that_matter(ours: Scenario) -> tuple[str, ...]:
    """The decisions that this node takes at all."""
    config = without(ours, ())
    return tuple(name for name in DECISIONS if without(ours, (name,)) != config)
