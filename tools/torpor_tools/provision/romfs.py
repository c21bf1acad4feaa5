"""The library in a ROMFS: read-only files that MicroPython maps into memory and runs in place.

A partition named romfs holds it, and MicroPython mounts that at /rom where it is built with
MICROPY_VFS_ROM (1.29: extmod/vfs.c:579, ports/esp32/esp32_partition.c:345). No stock .bin for an
ESP32 has either: ports/esp32/partitions-4MiB-romfs.csv is for those who build.
"""

from mpremote.romfs import VfsRomWriter

PARTITION = "romfs"


def image(files: dict[str, bytes]) -> bytes:
    """A ROMFS of these files, by their paths; they are put in the order of those."""
    rom = VfsRomWriter()
    at: list[str] = []
    for name, data in sorted(files.items(), key=lambda item: item[0].split("/")):
        *folders, file = name.split("/")
        while at != folders[: len(at)]:
            rom.closedir()
            at.pop()
        for folder in folders[len(at) :]:
            rom.opendir(folder)
            at.append(folder)
        rom.mkfile(file, data)
    while at:
        rom.closedir()
        at.pop()
    made: bytes = rom.finalise()
    return made
