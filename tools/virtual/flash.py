"""The file system of a board as one file: LittleFS as MicroPython makes it on an ESP32."""

from pathlib import Path

from littlefs import LittleFS, LittleFSError, UserContext

from host_sim.errors import BadInput

BLOCK = 4096
BLOCKS = 512  # 2 MiB, what a flash of 4 MiB leaves to files
UNIT = 32  # ports/esp32: reads and writes in multiples of it, and looks so far ahead


def make(path: Path, folder: Path | None = None) -> None:
    """Write an image that holds what `folder` holds, or nothing."""
    flash = _flash(UserContext(BLOCK * BLOCKS))
    for source in sorted(folder.rglob("*")) if folder else ():
        name = source.relative_to(folder).as_posix() if folder else ""
        if source.is_dir():
            flash.mkdir(name)
        else:
            with flash.open(name, "wb") as file:
                file.write(source.read_bytes())
    path.write_bytes(flash.context.buffer)


def check(path: Path) -> None:
    """Refuse what no board could mount."""
    remedy = "name one that this command made, or a new file"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(error.strerror or str(error), where=path, remedy=remedy) from None
    if len(data) != BLOCK * BLOCKS:
        what = f"has {len(data):,} bytes, an image {BLOCK * BLOCKS:,}"
        raise BadInput(what, where=path, remedy=remedy)
    try:
        _flash(UserContext(buffer=bytearray(data)), new=False)
    except LittleFSError:
        raise BadInput("holds no LittleFS", where=path, remedy=remedy) from None


def _flash(context: UserContext, new: bool = True) -> LittleFS:
    flash = LittleFS(
        context,
        mount=False,
        block_size=BLOCK,
        block_count=BLOCKS,
        read_size=UNIT,
        prog_size=UNIT,
        lookahead_size=UNIT,
    )
    if new:
        flash.format()
    flash.mount()
    return flash
