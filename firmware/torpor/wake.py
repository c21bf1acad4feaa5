"""All that a wake is, by one name. As it is deployed, one file too (tools/provision/link.py)."""

import sys

# Built in, but MicroPython looks for a file in their place at each import (1.29,
# py/builtinimport.c:406) of a module that is not known yet.
BUILT_IN = ("array", "binascii", "json", "machine", "os", "struct", "time")

path = sys.path[:]
sys.path[:] = [".frozen"]
for name in BUILT_IN:
    sys.modules[name] = __import__(name)
sys.path[:] = path

from torpor.start import run  # noqa: E402, F401
