"""The command `torpor virtual-board`: a board without a board, behind a serial port."""

import fcntl
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click
from littlefs import LittleFSError

from host_sim.errors import BadInput
from host_sim.files import inputs, outputs
from host_sim.hardware import board
from torpor_tools import params
from torpor_tools.line import Command
from torpor_tools.provision import filesystem, version
from torpor_tools.virtual.board import VirtualBoard

FLASH_BYTES = 2 << 20  # what a flash of 4 MiB leaves to files


@click.command("virtual-board", cls=Command)
@click.option(
    "--board",
    "name",
    type=params.BOARD,
    default="lolin32_lite",
    show_default=True,
    metavar="BOARD",
    help="A board's name or file.",
)
@click.option("--link", type=params.Link(), help="A second name for the port.")
@click.option("--image", type=params.Kept(FLASH_BYTES), help="Keep the file system in this file.")
@click.option("--empty", is_flag=True, help="Start with an empty file system.")
@click.option(
    "--speed",
    type=click.IntRange(1, 1_000_000),
    default=1,
    show_default=True,
    help="Make sleeps so many times shorter.",
)
def command(name: str, link: Path | None, image: Path | None, empty: bool, speed: int) -> None:
    """Run a virtual board until Ctrl-C.

    The real MicroPython runs the real firmware on fake hardware behind the serial port whose path
    is printed. Deploy a node.toml to it, and it is a node:

    \b
    torpor virtual-board --link /tmp/node
    torpor deploy --port /tmp/node --config node.toml
    """
    if sys.platform != "linux":
        raise BadInput("the virtual board needs Linux", remedy="it asks /proc about a process")
    file = board.load(name).file
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="torpor-")))
        flash = prepared(image, empty, scratch)
        claim(flash, stack)
        running = VirtualBoard(file.chip, file.heap_bytes, flash, speed, scratch)
        if link:
            with outputs.blamed(link):
                link.symlink_to(running.path)
            stack.callback(link.unlink, missing_ok=True)
        for ends in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(ends, lambda *_: running.stop())
        click.echo(running.path)
        sys.stdout.flush()
        running.run()


def prepared(image: Path | None, empty: bool, scratch: Path) -> Path:
    """The image asked for, made where there is none."""
    if image and image.exists():
        if empty:
            raise BadInput("exists", where=image, remedy="leave out --empty, or name a new file")
        check(image)
        return image
    made = image or scratch / "flash"
    files = {} if empty else version.files(None)
    outputs.write({made: filesystem.image(files, FLASH_BYTES)})
    return made


def claim(image: Path, stack: ExitStack) -> None:
    """Have no other board write to an image meanwhile. BadInput where one does."""
    file = stack.enter_context(image.open("rb"))
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        what = "is another virtual board's, which runs"
        raise BadInput(what, where=image, remedy="stop that, or name another file") from None


def check(image: Path) -> None:
    """Refuse what no board could mount."""
    remedy = "name one that this command made, or a new file"
    data = bytearray(inputs.data(image, FLASH_BYTES))
    if len(data) != FLASH_BYTES:
        what = f"has {len(data):,} bytes, an image {FLASH_BYTES:,}"
        raise BadInput(what, where=image, remedy=remedy)
    try:
        filesystem.mounted(data)
    except LittleFSError:
        raise BadInput("holds no LittleFS", where=image, remedy=remedy) from None
