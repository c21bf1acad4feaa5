"""torpor flash: MicroPython, the firmware and a node's configuration onto a board, in one go."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.markup import escape

from host_sim.errors import BadInput
from host_sim.files import outputs
from host_sim.hardware import board as boards
from host_sim.hardware.board import Board
from torpor_tools import options, params
from torpor_tools.line import Command, apart
from torpor_tools.provision import (
    binary,
    gateway_toml,
    layout,
    node_toml,
    ports,
    romfs,
    version,
    way,
)
from torpor_tools.provision.binary import Binary, Partition
from torpor_tools.provision.layout import Content, Plan
from torpor_tools.show import output

MIB = 1 << 20
SIZES = ["2MB", "4MB", "8MB", "16MB", "32MB"]


@click.command("flash", cls=Command)
@click.option(
    "--board",
    "name",
    type=params.BOARD,
    help="A board's name or file; that of the node where left out.",
)
@click.option("--port", type=params.PORT, help="Serial port of the board.")
@click.option(
    "--firmware",
    required=True,
    type=params.Input("firmware", binary.FLASH_BYTES),
    help="MicroPython for its chip, as micropython.org has it (.bin).",
)
@click.option("--config", type=params.NODE, help="The node, a node.toml; or a gateway.toml.")
@click.option("--dry-run", is_flag=True, help="Print the map and write nothing.")
@click.option("--image-only", "image", type=params.Output(), help="Write one file.")
@click.option("--with-secrets", is_flag=True, help="Put the passwords into that file too.")
@click.option("--flash-size", type=click.Choice(SIZES), help="Where no board is there to ask.")
@click.option("--files", "override", is_flag=True, help="The library as files, though frozen.")
@options.as_json("a table")
def command(
    name: str | None,
    port: str | None,
    firmware: Path,
    config: Path | None,
    dry_run: bool,
    image: Path | None,
    with_secrets: bool,
    flash_size: str | None,
    override: bool,
    as_json: bool,
) -> None:
    """Write MicroPython, the firmware and a node's configuration onto a board.

    All that was in its flash is lost. Everything is checked before anything is written, and
    verified after it.

    \b
    torpor flash --port /dev/ttyUSB0 --firmware esp32.bin --config node.toml
    torpor flash --firmware esp32.bin --config node.toml --image-only node.bin
    """
    apart(
        (image and port, "--image-only writes a file", "leave out --port"),
        (
            not (port or image or dry_run),
            "nowhere to write",
            "give --port, --image-only or --dry-run",
        ),
        (
            with_secrets and not image,
            "--with-secrets is for --image-only",
            "a board is given them anyway",
        ),
        (flash_size and port, "--flash-size is for no board", "leave it out: the board is asked"),
    )
    node = gateway_toml.load(config) if config else None
    board = _board(name, node)
    micropython = binary.read(firmware, board.file.chip)
    files, in_rom = _files(node, micropython, override)
    secrets = node.secrets if node and (with_secrets or not image) else {}
    content = Content(files | (node.modules if node else {}), secrets, in_rom)
    if port:
        plan, address = _onto(port, board, micropython, content, dry_run)
    else:
        size = int(flash_size[:-2]) * MIB if flash_size else micropython.flash_bytes
        plan, address = layout.plan(micropython, size, content), None
    total = sum(len(part.data) for part in plan.regions)
    if image and not dry_run:
        merged = layout.merged(plan.regions)
        outputs.write({image: merged})
        total = len(merged)
        if node and node.secrets and not with_secrets:
            click.echo("torpor: no passwords in it: torpor deploy --config gives them", err=True)
    document = _document(board, micropython, content, plan) | {
        "bytes": total,
        "address": address,
        "written_to": None if dry_run else port or str(image),
    }
    output.as_json(document) if as_json else _show(document)
    if port and node and not dry_run:
        output.doubts([ports.unwatched(port)])


def _files(
    node: node_toml.Provision | None, micropython: Binary, override: bool
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """What goes into the file system, and what into a ROMFS: the library, where there is one."""
    files = version.files(version.as_json(node.config) if node else None)
    if node and node.config["kind"] == way.GATEWAY:
        version.refuse_frozen(micropython.has_library, micropython.path)
    if not override and micropython.has_library:
        return version.without_library(files), {}
    if not override and micropython.has_romfs:
        return version.without_library(files), version.in_rom()
    if node and node.image != "files" and not override:
        what = f"node.image is {node.image}, and the library goes into files"
        click.echo(f"torpor: {what}: this .bin has it neither frozen nor a ROMFS", err=True)
    return files, {}


def _board(name: str | None, node: node_toml.Provision | None) -> Board:
    if name is None and node is None:
        raise BadInput("which board?", remedy="give --board or --config")
    if node is None:
        return boards.load(str(name))
    if name is not None and boards.load(name).file.name != node.board.file.name:
        what = f"--board {name}, and the node is for {node.board.file.name}"
        raise BadInput(what, remedy="leave out --board")
    return node.board


def _onto(
    port: str, board: Board, micropython: Binary, content: Content, dry_run: bool
) -> tuple[Plan, str]:
    """Write; the plan, and the station's address."""
    from torpor_tools.provision.loader import Loader

    with Loader(port, board.file.chip) as loader:
        plan = layout.plan(micropython, loader.flash_bytes, content)
        if not dry_run:
            loader.write(plan.regions)
        return plan, loader.address


def _document(board: Board, micropython: Binary, content: Content, plan: Plan) -> dict[str, Any]:
    """What lies where in a flash that is laid out so."""
    return {
        "board": board.file.name,
        "chip": board.file.chip,
        "micropython": micropython.version,
        "built": micropython.built,
        "sha256": micropython.sha256,
        "frozen": micropython.has_library,
        "partitions": [
            {"at": row.at, "size_bytes": row.size, "name": row.name, "holds": holds}
            for row, holds in _holds(plan.partitions, micropython, content)
        ],
        "regions": [
            {"at": part.at, "size_bytes": len(part.data), "what": part.what}
            for part in plan.regions
        ],
    }


def _holds(
    partitions: list[Partition], micropython: Binary, content: Content
) -> Iterator[tuple[Partition, str]]:
    """Each partition with what comes into it."""
    app = micropython.application
    files, secrets, in_rom = content
    for row in partitions:
        if row == app:
            frozen = ", Torpor frozen" if micropython.has_library else ""
            yield row, f"MicroPython {micropython.version}{frozen}"
        elif row.name == "vfs":
            config = "with" if version.CONFIG in files else "no"
            total = sum(map(len, files.values()))
            yield row, f"{len(files)} files, {total:,} bytes, {config} {version.CONFIG}"
        elif row.name == romfs.PARTITION:
            yield row, f"{len(in_rom)} files, the library" if in_rom else "empty"
        elif row.is_nvs:
            yield row, ", ".join(secrets) or "empty"
        else:
            yield row, ""


def _show(document: dict[str, Any]) -> None:
    say = output.console.print
    title = f"MicroPython {document['micropython']} of {document['built']} on {document['board']}"
    say(f"[bold]{escape(title)}[/bold]", soft_wrap=True)
    say(f"SHA-256 {document['sha256']}", soft_wrap=True)
    grid = output.table("", "at", "bytes", "partition", "")
    for column in grid.columns[2:]:
        column.justify = "left"
    grid.columns[-1].no_wrap = False
    for row in document["partitions"]:
        grid.add_row(f"0x{row['at']:06x}", f"{row['size_bytes']:,}", row["name"], row["holds"])
    say(grid)
    where = document["written_to"]
    done = f"written to {where}" if where else "to write; nothing was written"
    say(f"{document['bytes']:,} bytes {done}", markup=False, soft_wrap=True)
    if document["address"]:
        say(f"its address is {document['address']}", markup=False, soft_wrap=True)
