"""A page's file: index.html in a folder of the user's."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from host_sim.files import outputs, picture
from torpor_tools.show import page

NAME = "index.html"


def claim(folder: Path, sources: Iterable[Path], force: bool) -> Path:
    """Where the page will lie; fails before the work where it may not, as outputs.claim()."""
    path = folder / NAME
    if folder.is_dir():
        outputs.claim(path, sources, force=force, made=picture.made)
        return path
    above = next(one for one in folder.absolute().parents if one.exists())
    outputs.attempt(folder, above / NAME)
    return path


def write(path: Path, runs: list[dict[str, Any]]) -> None:
    """Write it, its folder too; BadInput where that cannot be, and then there is neither."""
    outputs.within(path.parent, {path.name: page.text(runs).encode()})
