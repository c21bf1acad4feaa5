"""What of MicroPython's heap a node fills at most: counts of the firmware, and its configuration.

heap.toml has by image what a start with a join and a message of a full queue holds at its fullest
beside its configuration, and what each part that only some nodes have holds besides; `make start`
counts both on the very files, in MicroPython's 32-bit interpreter. To them comes config.json as
MicroPython's json has it on the heap. What is in one piece takes whole blocks of 16 bytes
(MicroPython 1.29, py/mpconfig.h:250).
"""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from host_sim.files import inputs
from host_sim.hardware.start import IMAGES

COUNTS = Path(__file__).with_name("heap.toml")
# Frozen modules are constants where those of a ROMFS have tables on the heap: no more than those.
COUNTED = {"files": "files", "romfs": "romfs", "frozen": "romfs", "optimised": "romfs"}
assert tuple(COUNTED) == IMAGES
NODE = "node"  # of each
PARTS = ("harvest", "markers", "watching", "monitor", "microphone", "ulp", "switch", "bl0937")

BLOCK_BYTES = 16
WORD_BYTES = 4
OBJECT_BYTES = 16  # of a list, a dict, a string, a large number, beside what it points to
MOST_SMALL = 1 << 30
LEAST_LIST = 4  # py/objlist.c:39; doubled when full
# py/map.c:69: a dict's table grows from one to the next.
TABLES = (0, 2, 4, 6, 8, 10, 12, 17, 23, 29, 37, 47, 59, 73)


def fullest_bytes(image: str, parts: Iterable[str], config: Mapping[str, Any]) -> int:
    """What a node of such an image holds with these parts and this config.json."""
    counts = counted()[COUNTED[image]]
    return counts[NODE] + sum(counts[part] for part in parts) + parsed_bytes(config)


def parsed_bytes(value: Any) -> int:
    """What MicroPython's json makes of this on a heap with words of 32 bits.

    An equal string counts each time. So does a key that the firmware itself names, which takes no
    room there.
    """
    if isinstance(value, Mapping):
        entries = next(size for size in TABLES if size >= len(value))
        within = sum(parsed_bytes(key) + parsed_bytes(one) for key, one in value.items())
        return OBJECT_BYTES + _blocks(2 * WORD_BYTES * entries) + within
    if isinstance(value, list | tuple):
        entries = LEAST_LIST
        while entries < len(value):
            entries *= 2
        return OBJECT_BYTES + _blocks(WORD_BYTES * entries) + sum(map(parsed_bytes, value))
    if isinstance(value, str):
        return OBJECT_BYTES + _blocks(len(value.encode()) + 1)
    if isinstance(value, bool) or value is None:
        return 0
    if isinstance(value, int):
        return 0 if abs(value) < MOST_SMALL else 2 * OBJECT_BYTES
    return OBJECT_BYTES  # a float


def _blocks(size: int) -> int:
    return -(-size // BLOCK_BYTES) * BLOCK_BYTES


@cache
def counted() -> dict[str, dict[str, int]]:
    """By image and part, B."""
    return tomllib.loads(inputs.text(COUNTS))


def as_toml(some: Mapping[str, Mapping[str, int]]) -> str:
    """heap.toml."""
    lines = ["# Written by `make start`: bytes of the heap in a start at its fullest, by part."]
    for image, parts in some.items():
        lines += ["", f"[{image}]", *(f"{name} = {size:_}" for name, size in parts.items())]
    return "\n".join([*lines, ""])
