"""What a channel may read, and what the world must have for it."""

from collections.abc import Iterator
from typing import Any

from host_sim.spec.scenariofile import Contact, World
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
        if isinstance(source, str) and source not in SOURCES:
            own = 'a number, or { csv = "FILE" }'
            yield f"no source {source}", key, f"one of {', '.join(SOURCES)}, {own}"
        if source == "door" and world.door is None:
            yield "there is no door", key, "name its contact: world.door"
        if source == "sound" and world.sound is None:
            yield "there is no sound", key, "add [world.sound]"
    yield from _door_faults(world.door)


def _door_faults(door: str | Contact | None) -> Iterator[tuple[str, tuple[Any, ...], str]]:
    """A contact that was not recorded, or one's own that says when in no way or in two."""
    key = ("world", "door")
    if isinstance(door, Contact):
        if (door.csv is None) == (door.per_day is None):
            yield "needs one of csv and per_day", key, "keep one of them"
    elif door is not None and door not in recordings.contacts():
        own = '{ csv = "FILE" } or { per_day = 2 }'
        yield f"no contact {door}", key, f"one of {', '.join(recordings.contacts())}, {own}"
