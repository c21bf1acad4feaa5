"""What a board file leaves out is its chip's, and what that leaves out is taken for every chip.

A board need say no more than its pins and what it draws in deep sleep. The numbers of a chip lie in
boards/chips/NAME.toml, those of every chip in boards/chips/all.toml, in the tables that a board
file has. A board's own tables come before its chip's, one by one; a number is never parted from its
tag and source.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from host_sim.files import inputs
from host_sim.hardware.chip import CHIPS

_INSTALLED = Path(__file__).parents[1] / "boards"
BOARDS = _INSTALLED if _INSTALLED.is_dir() else _INSTALLED.parents[1] / "boards"  # a checkout's

Tables = dict[str, Any]


def files(chip: str) -> list[Path]:
    """What stands below a board with this chip, the nearest first."""
    return [BOARDS / "chips" / f"{name}.toml" for name in (chip, "all")]


def completed(own: Tables) -> Tables:
    """A board file's tables with those that it leaves out; as they are, where its chip is none."""
    chip = own.get("chip")
    for path in files(chip) if isinstance(chip, str) and chip in CHIPS else ():
        own = over(own, _read(path))
    return own


def over(own: Tables, below: Tables) -> Tables:
    """A file's keys, each before the one below it; of a table in both, what is in it."""
    out = {**below, **own}
    for name in own.keys() & below.keys():
        if isinstance(own[name], dict) and isinstance(below[name], dict):
            out[name] = over(own[name], _beneath(own[name], below[name]))
    return out


def _beneath(own: Tables, below: Tables) -> Tables:
    """What may be taken from a table below: where the own one has values, none of its values."""
    valued = any(not isinstance(value, dict) for value in own.values())
    return {k: v for k, v in below.items() if isinstance(v, dict) or not valued}


@cache
def _read(path: Path) -> Tables:
    return tomllib.loads(inputs.text(path))
