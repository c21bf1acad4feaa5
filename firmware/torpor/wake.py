"""All that a wake is, by one name. As it is deployed, one file too (tools/provision/link.py)."""

import sys


def built_in(*names: str) -> None:
    """Know these modules before they are imported.

    They are built in, but MicroPython looks for a file in their place at each import (1.29,
    py/builtinimport.c:406) of one that is not known yet.
    """
    path = sys.path[:]
    sys.path[:] = [".frozen"]
    for name in names:
        sys.modules[name] = __import__(name)
    sys.path[:] = path


built_in("array", "binascii", "json", "machine", "os", "struct", "time")

from torpor.start import run  # noqa: E402, F401
