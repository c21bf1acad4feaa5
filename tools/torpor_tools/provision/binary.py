"""A MicroPython .bin for a chip of the ESP32 family, checked before anything is written.

The file is the flash from the bootloader on: bootloader, partition table, application, 0xFF between
them (MicroPython, ports/esp32/makeimg.py). Formats: ESP-IDF Programming Guide, "App Image Format"
and "Partition Tables".
"""

import hashlib
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from esptool.bin_image import LoadFirmwareImage
from esptool.targets import CHIP_DEFS
from esptool.util import FatalError, flash_size_bytes

from host_sim.errors import BadInput
from host_sim.files import inputs
from torpor_tools.provision import romfs

NEEDS = (1, 27, 0)  # esp32.wake_on_gpio(); bytecode 6.3 and the vfs made at boot are older
FLASH_BYTES = 32 << 20  # the largest of the family
TABLE_AT = 0x8000  # ESP-IDF's default, which every board of MicroPython's keeps
IMAGE_MAGIC = 0xE9
DESCRIPTION_AT, DESCRIPTION_MAGIC = 32, 0xABCD5432  # esp_app_desc_t, first in an application
APP, DATA = 0, 1  # partition types
NVS = 2  # a subtype of data

_ROW = struct.Struct("<HBBII16sI")
_ROW_MAGIC, _MD5_MAGIC, _END_MAGIC = 0x50AA, 0xEBEB, 0xFFFF
_BANNER = re.compile(
    rb"MicroPython (?:\(with v2\.0 preview\) )?v(\d+)\.(\d+)\.(\d+)(\S*) on (\d{4}-\d\d-\d\d)"
)
_REMEDY = "take the .bin of your chip from micropython.org/download"
_AGAIN = "download it again"


class Partition(NamedTuple):
    """A row of the partition table; addresses and sizes in bytes of flash."""

    name: str
    kind: int
    subtype: int
    at: int
    size: int

    @property
    def end(self) -> int:
        """The first address behind it."""
        return self.at + self.size

    @property
    def is_nvs(self) -> bool:
        """Whether it is ESP-IDF's non-volatile storage."""
        return (self.kind, self.subtype) == (DATA, NVS)


@dataclass(frozen=True)
class Binary:
    """A checked .bin: `at` is the flash address of its first byte."""

    path: Path
    data: bytes
    chip: str
    at: int
    partitions: list[Partition]
    application: Partition
    version: str
    built: str
    flash_bytes: int

    @property
    def has_library(self) -> bool:
        """Whether Torpor is frozen into it: its table of names says so (tools/mpy-tool.py:1711)."""
        return b"\0torpor/start.py\0" in self.data

    @property
    def has_romfs(self) -> bool:
        """Whether it has a partition for a ROMFS."""
        return any(row.name == romfs.PARTITION for row in self.partitions)

    @property
    def sha256(self) -> str:
        """Of the whole file."""
        return hashlib.sha256(self.data).hexdigest()


def read(path: Path, chip: str) -> Binary:
    """Read a .bin for a chip (esptool's name, as esp32c3). BadInput says why it cannot be used."""
    data = inputs.data(path, FLASH_BYTES)
    if len(data) < DESCRIPTION_AT + 4 or data[0] != IMAGE_MAGIC:
        raise BadInput("is no firmware of an ESP32", where=path, remedy=_REMEDY)
    if struct.unpack_from("<I", data, DESCRIPTION_AT)[0] == DESCRIPTION_MAGIC:
        what = "holds an application alone, without bootloader and partition table"
        raise BadInput(what, where=path, remedy=_REMEDY)
    loader = CHIP_DEFS[chip]
    made_for = struct.unpack_from("<H", data, 12)[0]
    if made_for != loader.IMAGE_CHIP_ID:
        what = f"is for {_chip_name(made_for)}, and the board is {loader.CHIP_NAME}"
        raise BadInput(what, where=path, remedy=_REMEDY)
    at: int = loader.BOOTLOADER_FLASH_OFFSET
    partitions = list(_partitions(data[TABLE_AT - at :], path))
    app = next((p for p in partitions if p.kind == APP), None)
    if app is None:
        raise BadInput("no application in its partition table", where=path, remedy=_REMEDY)
    code = _application(data[app.at - at :], app, chip, path)
    version, built = _version(code, path)
    sizes = {code >> 4: flash_size_bytes(name) for name, code in loader.FLASH_SIZES.items()}
    flash_bytes = sizes.get(data[3] >> 4, 0)
    return Binary(path, data, chip, at, partitions, app, version, built, flash_bytes)


def _chip_name(number: int) -> str:
    for loader in CHIP_DEFS.values():
        if number == loader.IMAGE_CHIP_ID:
            return str(loader.CHIP_NAME)
    return f"an unknown chip ({number})"


def _partitions(table: bytes, path: Path) -> Iterator[Partition]:
    """The rows of a table, which its MD5 row confirms where it has one."""
    for start in range(0, len(table) - _ROW.size + 1, _ROW.size):
        magic, kind, subtype, at, size, name, _ = _ROW.unpack_from(table, start)
        if magic == _ROW_MAGIC:
            yield Partition(name.rstrip(b"\0").decode(errors="replace"), kind, subtype, at, size)
        elif magic == _MD5_MAGIC:
            if hashlib.md5(table[:start]).digest() != table[start + 16 : start + 32]:
                raise BadInput("its partition table is damaged", where=path, remedy=_AGAIN)
        elif magic == _END_MAGIC:
            return
        else:
            break
    what = f"has no partition table at 0x{TABLE_AT:x}: it is cut short or no MicroPython"
    raise BadInput(what, where=path, remedy=_AGAIN)


def _application(data: bytes, app: Partition, chip: str, path: Path) -> bytes:
    """The application's bytes, which its own SHA-256 confirms."""
    try:
        image: Any = LoadFirmwareImage(chip, data)
        end = image.data_length or 0
        whole = bool(image.append_digest) and image.stored_digest == image.calc_digest
    except (FatalError, RuntimeError, struct.error, TypeError):
        what = f"is cut short or damaged: no whole application in its {len(data):,} bytes"
        raise BadInput(what, where=path, remedy=_AGAIN) from None
    if not whole:
        raise BadInput("is damaged: its own SHA-256 does not fit", where=path, remedy=_AGAIN)
    if len(data) > app.size:
        what = f"its application has {len(data):,} bytes, and the partition {app.size:,}"
        raise BadInput(what, where=path, remedy="build it with a larger partition")
    return data[:end]


def _version(code: bytes, path: Path) -> tuple[str, str]:
    """Version and date from the banner, which every MicroPython prints."""
    banner = _BANNER.search(code)
    if banner is None:
        project = code[DESCRIPTION_AT + 48 : DESCRIPTION_AT + 80].split(b"\0")[0]
        what = f"is not MicroPython but {project.decode(errors='replace') or 'unnamed'}"
        raise BadInput(what, where=path, remedy=_REMEDY)
    numbers = tuple(int(part) for part in banner.groups()[:3])
    version = ".".join(map(str, numbers)) + banner[4].decode()
    if too_old(numbers, version):
        needed = ".".join(map(str, NEEDS))
        what = f"is MicroPython {version}; Torpor needs {needed} or later, and 1"
        raise BadInput(what, where=path, remedy=_REMEDY)
    return version, banner[5].decode()


def too_old(numbers: tuple[int, ...], version: str) -> bool:
    """Whether the firmware cannot run there; a preview is older than what it leads to."""
    return numbers < NEEDS or (numbers == NEEDS and "preview" in version) or numbers >= (2,)
