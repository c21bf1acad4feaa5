"""In the place of MicroPython's own, of an author who builds it: a wake needs no file system."""

# mypy: ignore-errors

import machine

try:
    if machine.reset_cause() == machine.DEEPSLEEP_RESET:
        import garden

        garden.wake()
except Exception:
    pass  # main.py meets the same, and tells

import vfs
from flashbdev import bdev

try:
    vfs.mount(bdev, "/")
except OSError:
    import inisetup

    inisetup.setup()
