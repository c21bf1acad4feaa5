"""Which bytes go where in flash: MicroPython, the secrets, and a file system with a version."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from littlefs import LittleFSError

from host_sim.errors import BadInput
from torpor_tools.provision import filesystem, nvs, romfs, version
from torpor_tools.provision.binary import DATA, Binary, Partition
from torpor_tools.provision.filesystem import BLOCK

GAP = 16  # blocks from one that is used to the next: what lies between is rather written
EMPTY = b"\xff"


class Region(NamedTuple):
    """Bytes at an address of flash."""

    at: int
    data: bytes
    what: str


class Content(NamedTuple):
    """What comes into a flash beside MicroPython: files, secrets, and the files of its ROMFS."""

    files: dict[str, bytes]
    secrets: dict[str, bytes]
    in_rom: dict[str, bytes]


@dataclass(frozen=True)
class Plan:
    """The flash as it is to be: the partitions, the files' among them, and what is written."""

    partitions: list[Partition]
    regions: list[Region]


def plan(binary: Binary, flash_bytes: int, content: Content) -> Plan:
    """Lay out a flash of this size. BadInput for what does not fit."""
    files, secrets, in_rom = content
    vfs = files_at(binary, flash_bytes)
    firmware = Region(binary.at, binary.data, f"MicroPython {binary.version}")
    if secrets:
        firmware = _with_secrets(firmware, binary, secrets)
    image = file_system(files, vfs.size)
    parts = [firmware, *(Region(vfs.at + at, data, "files") for at, data in used(image))]
    if in_rom:
        parts.insert(1, _in_rom(binary, in_rom))
    return Plan(sorted({*binary.partitions, vfs}, key=lambda row: row.at), parts)


def files_at(binary: Binary, flash_bytes: int) -> Partition:
    """Where MicroPython keeps files: the table's vfs, or all behind the last partition.

    As ports/esp32/main.c does it: older tables have the row, newer ones leave the rest of whatever
    flash there is to it.
    """
    rows = {row.name: row for row in binary.partitions if row.kind == DATA}
    if "vfs" in rows:
        vfs = rows["vfs"]
    elif "ffat" in rows:
        what = "keeps files in a FAT file system"
        raise BadInput(what, where=binary.path, remedy="take a .bin with a vfs")
    else:
        end = max(row.end for row in binary.partitions)
        vfs = Partition("vfs", DATA, 0x81, end, max(0, flash_bytes - end))
    if vfs.end > flash_bytes or vfs.size < 2 * BLOCK:
        what = f"its file system begins at 0x{vfs.at:x}, and the flash has {flash_bytes:,} bytes"
        raise BadInput(what, where=binary.path, remedy="take a .bin for this size of flash")
    return vfs


def _in_rom(binary: Binary, files: dict[str, bytes]) -> Region:
    """The ROMFS with these files in it, which lies before the file system."""
    row = next(row for row in binary.partitions if row.name == romfs.PARTITION)
    image = romfs.image(files)
    if len(image) > row.size:
        what = f"its ROMFS has {row.size:,} bytes, and the library takes {len(image):,}"
        raise BadInput(
            what, where=binary.path, remedy="build it with a larger one, or give --files"
        )
    return Region(row.at, image, "ROMFS")


def _with_secrets(firmware: Region, binary: Binary, secrets: dict[str, bytes]) -> Region:
    """The firmware with NVS, which lies within it, filled."""
    row = next((row for row in binary.partitions if row.is_nvs), None)
    if row is None or row.end > firmware.at + len(firmware.data):
        what = "no nvs partition before its application, to keep secrets in"
        raise BadInput(what, where=binary.path, remedy="build it with one")
    start = row.at - firmware.at
    held = firmware.data
    data = held[:start] + nvs.image(secrets, row.size) + held[start + row.size :]
    return firmware._replace(data=data, what=f"{firmware.what} and nvs")


def file_system(files: dict[str, bytes], size: int) -> bytes:
    """The file system of a board with a version in the first slot. BadInput where it is too big."""
    slot = version.SLOTS[0]
    pointer = version.pointer(slot, version.LINKED[0] in files)
    placed = {f"{slot}/{name}": data for name, data in files.items()}
    try:
        return filesystem.image({**placed, "boot.py": pointer}, size)
    except LittleFSError:
        total = sum(map(len, files.values()))
        what = f"{total:,} bytes of files do not fit into a file system of {size:,}"
        raise BadInput(what, remedy="take a board with more flash") from None


def used(image: bytes) -> Iterator[tuple[int, bytes]]:
    """The stretches of an image that hold something; the rest may stay as it is."""
    full = [i for i in range(0, len(image), BLOCK) if image[i : i + BLOCK].strip(EMPTY)]
    start = full[0]
    for here, after in zip(full, [*full[1:], len(image) + GAP * BLOCK], strict=True):
        if after - here > GAP * BLOCK:
            yield start, image[start : here + BLOCK]
            start = after


def merged(parts: list[Region]) -> bytes:
    """One image of the flash from address 0 on."""
    out = bytearray()
    for part in parts:
        out += EMPTY * (part.at - len(out)) + part.data
    return bytes(out)
