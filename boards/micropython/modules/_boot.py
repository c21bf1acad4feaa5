"""In the place of MicroPython's own: a wake from deep sleep goes on before any file is looked for.

Where that is over at once, or fails, all goes its usual way: file system, boot.py, main.py.
"""

import machine

WATCHDOG_MS = 9000  # as main.py has it
MINUTE_MS = 60000
REST_MS = 21600000
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
        repair(bdev)
    os.chdir(path.rpartition("/")[0] or "/")
    gc.collect()


def repair(bdev):
    """Make a file system where there is none, as the port does; one that is damaged ends in sleep.

    inisetup.py tells of that for ever (1.29, ports/esp32/modules/inisetup.py:18-34): here for a
    minute after a power-on, when somebody may be there.
    """
    first = bytearray(bdev.ioctl(5, 0))
    bdev.readblocks(0, first)
    if any(byte != 0xFF for byte in first):
        if machine.reset_cause() != machine.PWRON_RESET:
            machine.deepsleep(REST_MS)
        machine.WDT(timeout=MINUTE_MS)
    import inisetup

    inisetup.setup()


try:
    if machine.reset_cause() == machine.DEEPSLEEP_RESET:
        machine.WDT(timeout=WATCHDOG_MS)
        import awake

        awake.run(None, mount)
except Exception:
    pass  # main.py meets the same, and tells
mount()
