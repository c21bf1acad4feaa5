"""The baseline: the same node run the way people do it today.

A fixed duty cycle, a timer for each task with no window, every reading sent at once, 20 dBm, and a
full join (scan, association, DHCP) each time, whatever the battery; a detector without gates that
looks in full at every poll. What the scenario's [baseline] leaves out follows from the node: all is
told as often as its shortest period comes round, and its detector polls at its shortest interval.
It is a configuration of the same firmware: the decisions are switched off, not the code.
"""

from dataclasses import replace
from typing import Any

import msgspec

from host_sim.spec import nodefile
from host_sim.spec.scenario import Scenario

FULL_POWER = 10  # level index of 20 dBm


def scenario(ours: Scenario) -> Scenario:
    """What is no number of config.json: the CPU polls, not the ULP."""
    node = ours.file.node
    watch = msgspec.structs.replace(node.watch, ulp=False) if node.watch else None
    node = msgspec.structs.replace(node, watch=watch)
    return replace(ours, file=msgspec.structs.replace(ours.file, node=node))


def device_config(scenario: Scenario) -> dict[str, Any]:
    """config.json of the baseline."""
    today = scenario.file.baseline
    config = nodefile.device_config(scenario.file.node, scenario.board)
    for task in config["tasks"]:
        task["early_ms"] = task["late_ms"] = 0
    report = config["tasks"][config["report_task"]]
    shortest_ms = min(task["period_ms"] for task in config["tasks"])
    report["period_ms"] = today.report_s * 1000 if today.report_s else shortest_ms
    watch = scenario.file.node.watch
    poll_ms = today.poll_ms or (watch.interval_min_ms if watch else 0)
    for channel in config["channels"]:
        channel["delta"] = channel["within_ms"] = 0
    config["cache_join"] = 0
    config["txpower"]["lowest"] = config["txpower"]["highest"] = FULL_POWER
    config["energy"]["low_permille"] = config["energy"]["critical_permille"] = 0
    config["energy"]["target_h"] = config["energy"]["budget_uc_min"] = 0
    cascade = config["cascade"]
    cascade["false_per_day"] = cascade["asks"] = 0
    if poll_ms:
        cascade["interval_min_ms"] = cascade["interval_max_ms"] = poll_ms
        for stage in cascade["stages"][:-1]:
            stage["margin"] = stage["ratio_x16"] = 0
    return config
