"""What deploy, and a trial's end, run on the board so that a wake looks for its files quickly.

LittleFS appends to a folder's block whatever is done in it, and reads past all of that at a mount
and at every look for a file, until the block is full: it writes the folder anew then (littlefs
2.11, DESIGN.md, "Metadata pairs"). The source is sent as it stands here.
"""

# mypy: ignore-errors

import os

ENOUGH = 64  # files that come and go fill a block of 4,096 bytes


def anew(folder, aside):
    """Have what is in a folder lie in one that is new, where each file is one entry.

    The last name first: an import looks for the first one, which is read last then.
    """
    try:
        os.mkdir(aside)
    except OSError:
        pass  # it was left by another try
    for name in sorted(os.listdir(folder), reverse=True):
        os.rename(folder + "/" + name, aside + "/" + name)
    os.rmdir(folder)
    os.rename(aside, folder)


def compact():
    """Have the root written anew: the revision of its blocks, the first two, tells that it was."""
    try:
        before = revisions()
        for _ in range(ENOUGH):
            open("/tidy", "w").close()
            os.remove("/tidy")
            if revisions() != before:
                return
    except Exception:
        pass  # all is done already: its wakes read more then


def revisions():
    """What the root's two blocks begin with."""
    from flashbdev import bdev

    told = bytearray(8)
    for block in (0, 1):
        bdev.readblocks(block, memoryview(told)[4 * block : 4 * block + 4], 0)
    return told
