"""In the place of MicroPython's own: a wake from deep sleep goes on before any file is looked for.

Where that is over at once, or fails, all goes its usual way: file system, boot.py, main.py.
"""

import machine

WATCHDOG_MS = 10000  # as main.py has it
mounted = []


def mount(path="/"):
    """Once, as ports/esp32/modules/_boot.py does (1.29); and enter the folder of a path."""
    import gc
    import os

    import vfs
    from flashbdev import bdev

    if mounted:
        return
    mounted.append(path)
    try:
        if bdev:
            vfs.mount(bdev, "/")
    except OSError:
        import inisetup

        inisetup.setup()
    os.chdir(path.rpartition("/")[0] or "/")
    gc.collect()


try:
    if machine.reset_cause() == machine.DEEPSLEEP_RESET:
        machine.WDT(timeout=WATCHDOG_MS)
        import wake

        wake.run(None, mount)
except Exception:
    pass  # main.py meets the same, and tells
mount()
