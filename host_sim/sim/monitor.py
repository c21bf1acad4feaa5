"""What the ULP reads of a node while the CPU sleeps deeply, and what a reading costs it."""

from typing import Any

from host_sim.spec import configure
from host_sim.spec.scenario import Scenario
from host_sim.ulp import monitor


def parts(scenario: Scenario) -> dict[str, Any]:
    """The part of a run that its ULP reads.

    A scenario says nothing of drivers: each task is priced as if it read an SHT3x, the dearest that
    the ULP knows.
    """
    node, board = scenario.file.node, scenario.board
    every_ms = configure.ulp_ms(node, board)
    rows = [every_ms * 1000 - every_ms * scenario.file.world.drift_ppm // 1000]
    for task in node.monitored(board.chip):
        rows += [node.task.index(task), *monitor.price(board.file.chip)]
    return {"monitor": rows}
