"""What of `machine` is built in, which umachine is (MicroPython 1.29, py/objmodule.c:206-217).

Without what ports/esp32/modules/machine.py adds to it in Python.
"""

# mypy: ignore-errors

import machine
from machine import *  # noqa: F403

if hasattr(machine, "Counter"):
    del Counter  # noqa: F821
