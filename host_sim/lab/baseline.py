"""The baseline: the same node run the way people do it today.

A fixed duty cycle, a timer for each task with no window, every reading sent at once, 20 dBm, and a
full join (scan, association, DHCP) each time, whatever the battery; a detector without gates that
looks in full at every poll. What the scenario's [baseline] leaves out follows from the node: all is
told as often as its shortest period comes round, and its detector polls at its shortest interval.
It is a configuration of the same firmware: the decisions are switched off, not the code.
"""

from dataclasses import replace
from typing import Any

from msgspec.structs import replace as edited

from host_sim.spec.configure import device
from host_sim.spec.device import Cascade, Device, Task, as_config
from host_sim.spec.scenario import Scenario

FULL_POWER = 10  # level index of 20 dBm


def scenario(ours: Scenario) -> Scenario:
    """What is no number of config.json: the CPU polls, not the ULP."""
    node = ours.file.node
    watch = edited(node.watch, ulp=False) if node.watch else None
    node = edited(node, watch=watch)
    return replace(ours, file=edited(ours.file, node=node))


def device_config(scenario: Scenario) -> dict[str, Any]:
    """config.json of the baseline."""
    ours = device(scenario.file.node, scenario.board)
    return as_config(
        edited(
            ours,
            cache_join=0,
            tasks=_tasks(ours, scenario.file.baseline.report_s),
            channels=[edited(channel, delta=0, within_ms=0) for channel in ours.channels],
            txpower=edited(ours.txpower, lowest=FULL_POWER, highest=FULL_POWER),
            energy=edited(
                ours.energy, low_permille=0, critical_permille=0, target_h=0, budget_uc_min=0
            ),
            cascade=_cascade(ours.cascade, scenario.file.baseline.poll_ms),
        )
    )


def _tasks(ours: Device, report_s: int | None) -> list[Task]:
    """Without windows, the delivery as often as asked, or as the shortest period comes round."""
    tasks = [edited(task, early_ms=0, late_ms=0) for task in ours.tasks]
    period_ms = report_s * 1000 if report_s else min(task.period_ms for task in tasks)
    tasks[ours.report_task] = edited(tasks[ours.report_task], period_ms=period_ms)
    return tasks


def _cascade(ours: Cascade, poll_ms: int) -> Cascade:
    """Without gates; where it polls, all stages but the last let everything pass."""
    ours = edited(ours, false_per_day=0, asks=0)
    poll_ms = poll_ms or ours.interval_min_ms
    if not poll_ms:
        return ours
    gates = [edited(stage, margin=0, ratio_x16=0) for stage in ours.stages[:-1]]
    stages = [*gates, *ours.stages[-1:]]
    return edited(ours, stages=stages, interval_min_ms=poll_ms, interval_max_ms=poll_ms)
