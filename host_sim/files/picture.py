"""Pictures: drawn in the format of their ending, with a word in them on who made them."""

from pathlib import Path
from typing import Any

from host_sim.files import outputs

SIGN = "Made by torpor"
# What keeps a picture the same for the same run: no date.
_FACTS: dict[str, dict[str, str | None]] = {
    ".png": {"Software": SIGN},
    ".svg": {"Creator": SIGN, "Date": None},
    ".pdf": {"Creator": SIGN, "CreationDate": None},
}
ENDINGS = tuple(_FACTS)


def made(data: bytes) -> bool:
    """Whether what a file begins or ends with has the word in it."""
    return SIGN.encode() in data


def save(figure: Any, path: Path) -> None:
    """Write a figure of matplotlib's; BadInput when it cannot be written."""
    with outputs.beside(path) as part:
        figure.savefig(part, dpi=120, format=path.suffix[1:], metadata=_FACTS[path.suffix])
