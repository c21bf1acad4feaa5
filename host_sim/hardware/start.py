"""From reset to the node's own code: what happens, how often it is counted, and what it takes.

Counts times factors. An image's counts are what the host counts on the very files (start.toml, by
`make start`): flash reads, bytes read, and instructions as WebAssembly fuel, in which are the
loading of bytecode and the bodies of modules. Factors and currents are the board's, or its chip's
(boards/chips). What happens, and in which order: ESP-IDF, components/bootloader_support and
esp_system; MicroPython, ports/esp32/main.c, ports/esp32/modules/_boot.py, py/builtinimport.c.

How the factors were inferred: those of ROM, boot loader, validation, NVS and interpreter from parts
of one start that glenn20 measured on an ESP32-S3 and from one whole start on an ESP32. Reads, bytes
and fuel come from other programs: imports of our modules from LittleFS have never been measured on
a chip, so their intervals are wide.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, get_args

import msgspec
from msgspec import Meta

from host_sim.files import inputs
from host_sim.toml.file import Strict

COUNTS = Path(__file__).with_name("start.toml")
WAKE = "our own code"  # behind the start; also what a wake from light sleep executes
LINK = "the link"  # the last stage: what the first join of a wake loads
BY_ESPNOW = "the link by a gateway"  # the same of a node that goes by one
ROUND_US = 100  # no stage is known better

# What is counted: once a start, or by these; times in ns, of fuel in thousandths of a clock cycle.
FACTORS = {
    "rom": "",
    "loader": "",
    "validate": "KiB",
    "psram_test": "MiB",
    "nvs": "",
    "gc_init": "MiB",
    "gc_collect": "MiB",
    "interpreter": "",
    "read": "reads",
    "byte": "bytes",
    "fuel": "fuel",
}

ImageName = Literal["files", "romfs", "frozen", "optimised"]
IMAGES: tuple[str, ...] = get_args(ImageName)  # from the slowest to the fastest
# Of files only: with the part of the library that just a node needs that watches.
WATCHING = {"files": "files_watching"}
# Of a careful author's node, who writes it without our library: tests/start/practice.
PLAIN = {image: f"plain_{image}" for image in IMAGES}
OURS = (*IMAGES, *WATCHING.values())
MONITOR = "the monitor"  # what a wake loads besides of a node whose ULP reads
Count = Annotated[int, Meta(ge=0)]


class Work(Strict, frozen=True):
    """What a stage reads and executes."""

    reads: Count
    """Flash reads by LittleFS."""
    bytes: Count
    """What they read."""
    fuel: Count
    """WebAssembly instructions."""


@dataclass(frozen=True)
class Image:
    """How the firmware lies in flash, and what of a start its build leaves out."""

    work: Mapping[str, Work]
    nvs: bool = True
    psram: bool = True
    validated_kib: int = 0  # by default MicroPython does not, since 1.21 (sdkconfig.base)
    gc_init_mib: int = 0  # PSRAM that MicroPython up to 1.20 made its heap
    gc_collect_mib: int = 0  # and then collected in _boot.py


class Stage(NamedTuple):
    """A part of a start: how often each of its factors counts, its time and its current."""

    name: str
    counts: dict[str, int]
    us: int
    na: int


class Currents(NamedTuple):
    """What a board draws in the ROM, in the boot loader, and with the CPU busy, nA."""

    rom: int
    loader: int
    cpu: int


@cache
def images() -> dict[str, Image]:
    """Each by its name."""
    work = msgspec.convert(tomllib.loads(inputs.text(COUNTS)), dict[str, dict[str, Work]])
    return {name: Image(one, psram="optimised" not in name) for name, one in work.items()}


def fitting(name: str, watches: bool, link: str, monitors: bool = False) -> Image:
    """The one in flash of a node that watches, or not, and goes by "wifi" or "espnow".

    `monitors`: its ULP reads, and a wake loads what it needs for that.
    """
    image = images()[WATCHING.get(name, name) if watches else name]
    work = dict(image.work)
    relayed, monitor = work.pop(BY_ESPNOW), work.pop(MONITOR, None)
    if link == "espnow":
        work[LINK] = relayed
    if monitors and monitor:
        own, joins = work.pop(WAKE), work.pop(LINK)
        work |= {MONITOR: monitor, WAKE: own, LINK: joins}
    return replace(image, work=work)


def stages(
    image: Image, each: Mapping[str, float], mhz: int, currents: Currents, psram_mb: int = 0
) -> list[Stage]:
    """Every stage in its order; `each` is what one of each thing counted takes, as in FACTORS."""
    out = []
    for name, all_counts in _counts(image, psram_mb):
        counts = {what: n for what, n in all_counts.items() if n}
        fuel_ns = counts.get("fuel", 0) * each["fuel"] / mhz
        ns = fuel_ns + sum(n * each[what] for what, n in counts.items() if what != "fuel")
        na = {"ROM": currents.rom, "boot loader": currents.loader}.get(name, currents.cpu)
        out.append(Stage(name, counts, round(ns / 1000 / ROUND_US) * ROUND_US, na))
    return out


def _counts(image: Image, psram_mb: int) -> Iterator[tuple[str, dict[str, int]]]:
    """Each stage's name, and how often each factor counts in it."""
    yield "ROM", {"rom": 1}
    yield "boot loader", {"loader": 1}
    if image.validated_kib:
        yield "validation", {"validate": image.validated_kib}
    if image.psram and psram_mb:
        yield "PSRAM test", {"psram_test": psram_mb}
    if image.nvs:
        yield "NVS", {"nvs": 1}
    yield "interpreter", {"interpreter": 1, "gc_init": image.gc_init_mib}
    if image.gc_collect_mib:
        yield "collection", {"gc_collect": image.gc_collect_mib}
    for name, work in image.work.items():
        yield name, {"read": work.reads, "byte": work.bytes, "fuel": work.fuel}


def total_us(some: Sequence[Stage]) -> int:
    """Their time."""
    return sum(stage.us for stage in some)


def mean_na(some: Sequence[Stage]) -> int:
    """Their mean current."""
    return round(sum(stage.us * stage.na for stage in some) / total_us(some))


def as_measured(
    some: list[Stage], base: list[Stage], us: int | None, na: int | None
) -> list[Stage]:
    """Stages of one image, scaled as `base`, another's, is to what was measured of that: us, nA."""
    modelled_us, modelled_na = total_us(base), mean_na(base)
    us = us or modelled_us
    out, done_us = [], 0
    for stage in some:
        before_us, done_us = done_us, done_us + stage.us
        scaled_us = done_us * us // modelled_us - before_us * us // modelled_us
        drawn_na = round(stage.na * na / modelled_na) if na and modelled_na else stage.na
        out.append(stage._replace(us=scaled_us, na=drawn_na))
    return out


def as_toml(counted: Mapping[str, Mapping[str, Work]]) -> str:
    """start.toml."""
    lines = [
        "# Written by `make start`: flash reads, their bytes and instructions of a wake's start."
    ]
    for image, work in counted.items():
        lines += ["", f"[{image}]"]
        for name, one in work.items():
            numbers = ", ".join(f"{k} = {v:_}" for k, v in msgspec.structs.asdict(one).items())
            lines.append(f'"{name}" = {{ {numbers} }}')
    return "\n".join([*lines, ""])
