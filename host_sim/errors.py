"""An error of the user's: one line that names the file, the place and the remedy; exit code 2."""

import shlex
import sys
from pathlib import Path

LONGEST = 400  # characters of a fault, which may repeat what a file holds


class BadInput(Exception):
    """Input that cannot be used.

    `where` is a file, `line` its line (1-based, where known), `key` the dotted key or column,
    `what` the fault and `remedy` what to do about it. str() is the one line to print.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str | Path = "",
        line: int | None = None,
        key: str = "",
        remedy: str = "",
    ) -> None:
        place = f"{where}:{line}" if line else f"{where}"
        what = what if len(what) <= LONGEST else f"{what[:LONGEST]}…"
        text = ": ".join(part for part in (place, key, what) if part)
        line_text = f"{text}; {remedy}" if remedy else text
        # A name out of a damaged file may hold anything.
        super().__init__("".join(c if c.isprintable() else "?" for c in line_text))


def bringing(extra: str) -> str:
    """The command that brings one of Torpor's extras to the Python that runs, and to no other."""
    return f"{shlex.quote(sys.executable)} -m pip install 'torpor[{extra}]'"
