"""The file system of a board: LittleFS as MicroPython makes it on an ESP32."""

from collections.abc import Mapping

from littlefs import LittleFS, UserContext

BLOCK = 4096
UNIT = 32  # ports/esp32: reads and writes in multiples of it, and looks so far ahead
# Folders are read from their first entry to the last at each import, outdated entries included. A
# folder that is tidied this often holds few: a wake reads half as often from flash.
TIDY = 256


def image(files: Mapping[str, bytes], size: int) -> bytes:
    """A file system of this many bytes. LittleFSError where the files do not fit."""
    context = UserContext(size // BLOCK * BLOCK)
    flash = _flash(context)
    flash.format()
    flash.mount()
    for name, data in sorted(files.items(), key=_place):
        if "/" in name:
            flash.makedirs(name.rpartition("/")[0], exist_ok=True)
        with flash.open(name, "wb") as file:
            file.write(data)
    return bytes(context.buffer)


def _place(item: tuple[str, bytes]) -> tuple[int, str, str]:
    """Folder by folder from the top, in each by name: a mount reads fewest then, and a look-up."""
    name, _ = item
    return name.count("/"), name.rpartition("/")[0], name


def mounted(data: bytearray) -> LittleFS:
    """A file system whose bytes change as it does. LittleFSError for what no board could mount."""
    flash = _flash(UserContext(buffer=data))
    flash.mount()
    return flash


def _flash(context: UserContext) -> LittleFS:
    return LittleFS(
        context,
        mount=False,
        block_size=BLOCK,
        block_count=len(context.buffer) // BLOCK,
        read_size=UNIT,
        prog_size=UNIT,
        lookahead_size=UNIT,
        metadata_max=TIDY,
    )
