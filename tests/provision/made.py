"""Files like MicroPython's .bin, made: their code does nothing, their headers are genuine.

Bootloader and application are images that esptool's own writer makes, with checksum and SHA-256;
description, banner and partition table are laid out as ESP-IDF and MicroPython document them.
"""

import hashlib
import struct
from pathlib import Path

from esptool import bin_image
from esptool.targets import CHIP_DEFS

Row = tuple[str, int, int, int, int]

NVS: Row = ("nvs", 1, 2, 0x9000, 0x6000)
PHY: Row = ("phy_init", 1, 1, 0xF000, 0x1000)
NEW: tuple[Row, ...] = (NVS, PHY, ("factory", 0, 0, 0x10000, 0x1F0000))  # partitions-4MiBplus.csv
OLD: tuple[Row, ...] = (*NEW, ("vfs", 1, 0x81, 0x200000, 0x200000))  # partitions.csv of 1.20
OTA: tuple[Row, ...] = (  # partitions-4MiB-ota.csv
    ("nvs", 1, 2, 0x9000, 0x4000),
    ("otadata", 1, 0, 0xD000, 0x2000),
    PHY,
    ("ota_0", 0, 0x10, 0x10000, 0x180000),
    ("ota_1", 0, 0x11, 0x190000, 0x180000),
)
ROMFS: tuple[Row, ...] = (  # partitions-4MiB-romfs.csv
    NVS,
    PHY,
    ("factory", 0, 0, 0x10000, 0x1D0000),
    ("romfs", 1, 0x8F, 0x1E0000, 0x20000),
)
BANNER = "MicroPython v1.29.0 on 2026-08-19; Generic ESP32 module with ESP32"
SIZE_CODES = {"2MB": 1, "4MB": 2, "8MB": 3, "16MB": 4}
RAM = {"esp32": 0x3FFB0000, "esp32s3": 0x3FC90000, "esp32c3": 0x3FC80000}
FLASH = {"esp32": 0x3F400020, "esp32s3": 0x3C000020, "esp32c3": 0x3C000020}


def firmware(
    folder: Path,
    chip: str = "esp32",
    table: tuple[Row, ...] = NEW,
    banner: str = BANNER,
    size: str = "4MB",
    fill: int = 60_000,
) -> Path:
    """A .bin whose application has about `fill` bytes of code."""
    at = CHIP_DEFS[chip].BOOTLOADER_FLASH_OFFSET
    app = next(row for row in table if row[1] == 0)
    data = image(chip, RAM[chip], b"boot" * 64, size)
    data = data.ljust(0x8000 - at, b"\xff") + partition_table(table)
    data = data.ljust(app[3] - at, b"\xff") + application(chip, banner, size, fill)
    path = folder / f"{chip}.bin"
    path.write_bytes(data)
    return path


def application(
    chip: str = "esp32", banner: str = BANNER, size: str = "4MB", fill: int = 0
) -> bytes:
    """An application alone, as ports/esp32 has it in build/micropython.bin."""
    description = struct.pack(
        "<II8s32s32s16s16s32s32s80s",
        0xABCD5432, 0, b"", b"v1", b"micropython", b"12:00:00", b"Aug 19 2026", b"v5.5", b"", b"",
    )  # fmt: skip
    code = b"".join(hashlib.sha256(i.to_bytes(4, "little")).digest() for i in range(fill // 32))
    return image(chip, FLASH[chip], description + code + banner.encode() + b"\0", size)


def image(chip: str, address: int, code: bytes, size: str) -> bytes:
    """An image of one segment, as esptool writes it."""
    made = getattr(bin_image, f"{chip.upper()}FirmwareImage")()
    made.chip_id = CHIP_DEFS[chip].IMAGE_CHIP_ID
    made.flash_size_freq = SIZE_CODES[size] << 4
    padded = code + bytes(-len(code) % 4)
    made.segments = [bin_image.ELFSection(b".code", address, padded, 0)]
    return bytes(made.save(None))


def partition_table(rows: tuple[Row, ...]) -> bytes:
    """Rows, and their MD5."""
    table = b"".join(
        struct.pack("<HBBII16sI", 0x50AA, kind, subtype, at, size, name.encode(), 0)
        for name, kind, subtype, at, size in rows
    )
    return table + b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(table).digest()
