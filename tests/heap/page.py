"""The tables of docs/heap.md: what each part holds, and shipped nodes beside direct counts."""

from pathlib import Path
from typing import NamedTuple

import msgspec

from host_sim.hardware import heap
from host_sim.hardware.heap import NODE, PARTS
from host_sim.spec.heap import heap_bytes
from tests.heap import counting, nodes
from tests.start.page import BEGIN, END, table

PAGE = Path(__file__).parents[2] / "docs" / "heap.md"


class Row(NamedTuple):
    """A shipped node from an image: the figure and its own count, B."""

    name: str
    image: str
    figure: int
    counted: int

    @property
    def error_pct(self) -> float:
        """By how much the figure exceeds the count."""
        return 100 * (self.figure / self.counted - 1)


def rows() -> list[Row]:
    """Every shipped node from every image that is counted."""
    file_system = counting.file_system_bytes()
    out = []
    for name, (given, config) in nodes.shipped().items():
        for image in heap.counted():
            node = msgspec.structs.replace(given.file.node, image=image)
            told = heap_bytes(node, given.board, given.wiring)
            assert told
            counted = counting.of(config, image).fullest + file_system
            out.append(Row(name, image, told, counted))
    return out


def written(page: str, some: list[Row]) -> str:
    """The page with its tables made anew."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + "\n" + parts() + "\n" + _nodes(some) + "\n" + END + rest.split(END)[1]


def parts() -> str:
    """What is counted, in bytes."""
    counts = heap.counted()
    each = [(part, *(f"{some[part]:,}" for some in counts.values())) for part in (NODE, *PARTS)]
    lines = [list(row) for row in each]
    return table(("bytes", *counts), lines)


def _nodes(some: list[Row]) -> str:
    heads = ("node", "image", "`heap_bytes`", "its own count", "the figure is above it by")
    lines = [
        [row.name, row.image, f"{row.figure:,}", f"{row.counted:,}", f"{row.error_pct:.1f} %"]
        for row in some
    ]
    return table(heads, lines)
