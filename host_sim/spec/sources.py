"""What a channel may read, and what the world must have for it."""

from collections.abc import Iterator
from typing import Any

from host_sim.spec.scenariofile import World
from host_sim.world import recordings

APPLIANCE = "appliance:"
SOURCES = (
    "temperature",
    "humidity",
    "irradiance",
    "battery",
    "door",
    "sound",
    "output",
    *(APPLIANCE + name for name in recordings.APPLIANCES),
)


def faults(world: World) -> Iterator[tuple[str, tuple[Any, ...], str]]:
    """What is asked of the world that it does not have: fault, key, remedy."""
    for channel, source in world.reads.items():
        key = ("world", "reads", channel)
        if source not in SOURCES:
            yield f"no source {source}", key, f"one of {', '.join(SOURCES)}"
        if source == "door" and world.door is None:
            yield "there is no door", key, "name its contact: world.door"
        if source == "sound" and world.sound is None:
            yield "there is no sound", key, "add [world.sound]"
    contacts = recordings.contacts() if world.door is not None else []
    if world.door is not None and world.door not in contacts:
        yield f"no contact {world.door}", ("world", "door"), f"one of {', '.join(contacts)}"
