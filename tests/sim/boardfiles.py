"""A board's file that says all itself, with one change, and the line that it draws."""

import re
from pathlib import Path

from host_sim.errors import BadInput
from host_sim.hardware import board

LAYERS = board.BOARDS / "chips"
OWN = (board.BOARDS / "lolin32_lite" / "board.toml").read_text()


def whole(*texts: str) -> str:
    """One board file of a board's, its chip's and every chip's; of a table in two, the first."""
    parts = [re.split(r"(?m)^(?=\[)", re.sub(r"(?m)^#.*\n", "", text)) for text in texts]
    tables: dict[str, str] = {}
    for table in (table for part in parts for table in part[1:]):
        tables.setdefault(table.partition("]")[0], table.rstrip() + "\n\n")
    return "".join(part[0] for part in parts) + "".join(tables.values())


TEXT = whole(OWN, (LAYERS / "esp32.toml").read_text(), (LAYERS / "all.toml").read_text())


def variation(folder: Path, old: str, new: str) -> Path:
    """The devkit's file with one change, in a folder of its name."""
    assert TEXT.count(old) == 1, old
    return written(folder, TEXT.replace(old, new))


def written(folder: Path, text: str) -> Path:
    path = folder / "lolin32_lite" / "board.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def fault(path: Path) -> str:
    """The line that a board file draws, or nothing."""
    try:
        board.load(str(path))
    except BadInput as error:
        return str(error)
    return ""
