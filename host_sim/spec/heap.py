"""What of MicroPython's heap a node needs, by its configuration (host_sim.hardware.heap)."""

from collections.abc import Iterator
from typing import Any

from host_sim.hardware import heap
from host_sim.hardware.board import Board
from host_sim.spec import wiring
from host_sim.spec.configure import device_config
from host_sim.spec.nodefile import Node
from host_sim.spec.wiring import Wiring
from torpor.ulp.assemble import AssemblyError

# What a scenario does not say, as long as it gets; of host and user, longer than they mostly are.
NAMES = {
    "name": 24 * "n",
    "wifi": {"ssid": 32 * "s"},
    "broker": {"host": 64 * "h", "port": 1883, "user": 32 * "u"},
}


def heap_bytes(node: Node, board: Board, wired: Wiring) -> int | None:
    """What the heap holds at its fullest, B.

    None where the board has no pin of a name that the wiring has, or one that cannot do what it is
    to. A driver of the node's own is not counted, nor is any where the wiring does not say it, but
    for the microphone of a detector, and what a node needs whose ULP reads.
    """
    try:
        told = wiring.config(node, board, wired)
    except (KeyError, AssemblyError):
        return None
    config = device_config(node, board)
    channels = zip(config["channels"], told.pop("channels"), node.channel, strict=True)
    config["channels"] = [{**own, **entry, "name": one.name} for own, entry, one in channels]
    config |= told | NAMES
    return heap.fullest_bytes(node.image, _parts(node, config), config)


def _parts(node: Node, config: dict[str, Any]) -> Iterator[str]:
    """What the node has that not every one has."""
    drivers = {channel.get("driver") for channel in config["channels"]}
    if node.battery and node.battery.harvested:
        yield "harvest"
    if "markers" in config["pins"]:
        yield "markers"
    if node.watch and node.watch.ulp:
        yield "ulp"
    elif "microphone" in drivers or (node.watch and node.watch.interval_ms):
        yield "microphone"
    if config["ulp_ms"]:
        yield "monitor"
    if node.kind == "switch":
        yield "switch"
    elif node.watch and not node.watch.ulp:
        yield "watching"
    if "bl0937" in drivers:
        yield "bl0937"
