"""The node on a board that is lent."""

from typing import NamedTuple

from torpor_tools.hil.faults.case import BOOT


class Guest(NamedTuple):
    """Its folder, and the bytes of its files by their names.

    A name is the path there, of boot.py that from the root on.
    """

    folder: str
    sizes: dict[str, int]

    def path(self, name: str) -> str:
        """Where a file lies."""
        return name if name == BOOT else f"{self.folder}/{name}"

    def name(self, path: str) -> str:
        """What lies there."""
        return path.removeprefix(f"{self.folder}/")
