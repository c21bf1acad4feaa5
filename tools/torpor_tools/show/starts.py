"""Tables of a board's starts: the stages by image, and what one of each thing counted takes."""

from collections.abc import Iterator

from rich.console import Group
from rich.markup import escape
from rich.table import Table

from host_sim.hardware import start as starts
from host_sim.hardware import uncertain
from host_sim.hardware.board import Board
from host_sim.hardware.boardfile import Factor
from host_sim.hardware.start import FACTORS, Stage
from torpor_tools.show import output


def charge_mc(stage: Stage) -> float:
    """The charge of a stage."""
    return stage.us * stage.na / 1e12


def of_image(board: Board, image: str) -> Group:
    """The stages of one image; the last, our own code and the link, are no part of the start."""
    *begun, own, link = board.starting(image).stages
    ms, mc = starts.total_us(begun) / 1e3, sum(map(charge_mc, begun))
    title = f"a start, image {image}: {ms:,.1f} ms, {mc:,.2f} mC"  # may be wider than its table
    out = output.table("", "stage", "ms", "mC")
    out.add_column("counted")
    for stage in (*begun, own, link):
        counted = (f"{n:,} {FACTORS[name]}" for name, n in stage.counts.items() if FACTORS[name])
        out.add_row(
            stage.name, f"{stage.us / 1e3:,.1f}", f"{charge_mc(stage):,.2f}", ", ".join(counted)
        )
    return Group(title, out)


def factors(board: Board) -> Table:
    """What one of each takes on the board's chip, how sure that is, and where it stands."""
    out = output.table("of each counted", "what", "takes", "±", "tag")
    out.add_column("source", overflow="fold")
    for name, counted in FACTORS.items():
        one = board.file.factors[name]
        what = f"{name}, a {counted}" if counted in ("KiB", "MiB") else name
        error = f"{uncertain.percent(one):g} %"
        out.add_row(what, _each(name, one), error, one.tag, escape(one.source))
    return out


def _each(name: str, factor: Factor) -> str:
    if name == "fuel":
        return f"{factor.each / 1000:g} cycles"
    if factor.each >= 1_000_000:
        return f"{factor.each / 1e6:,.1f} ms"
    return f"{factor.each / 1000:g} µs" if factor.each >= 1000 else f"{factor.each} ns"


def as_json(board: Board) -> dict[str, object]:
    """The starts as plain data."""
    return {"starts": {image: list(_stages(board.starting(image))) for image in starts.IMAGES}}


def _stages(board: Board) -> Iterator[dict[str, object]]:
    for stage in board.stages:
        yield {"stage": stage.name, "us": stage.us, "na": stage.na, "counted": stage.counts}
