"""The processor of a node, deciding in the simulator's world (tools/torpor_tools/loop.py)."""

from typing import Any

from host_sim.spec import scenario as scenarios
from torpor_tools import loop
from torpor_tools.hil.node import Node


class Processor:
    """Deploy to its node first: torpor.pil runs from there."""

    def __init__(self, node: Node) -> None:
        self.node = node

    def run(self, scenario: str, days: float | None = None) -> dict[str, Any]:
        """Live through a scenario, and compare every decision with the plain simulation's.

        Answers what torpor pil --json prints: `difference` is None where all are equal, and
        `allocated_bytes`, `heap_bytes` and `wake_us` are this processor's. BadInput when it falls
        silent or its port is gone.
        """
        self.node.interrupt()
        changes = () if days is None else (f"days={days:g}",)
        report = loop.in_the_loop(scenarios.load(scenario, changes), self.node.link)
        self.node.interrupt()  # the frames' end took its prompt along
        return report
