"""What deploy, and a trial's end, run on the board so that a wake looks for its files quickly.

LittleFS appends to a folder's block whatever is done in it, and reads past all of that at a mount
and at every look for a file, until the block is full: it writes the folder anew then (littlefs
2.11, DESIGN.md, "Metadata pairs"). The source is sent as it stands here.
"""

# mypy: ignore-errors

import os

ROOT = 0, 1  # its two blocks
ENOUGH = 64  # files that come and go fill a block of 4,096 bytes
UNIT = 32  # bytes that are written at once
TRIES = 6
WINDOW = 1024


def anew(folder, aside):
    """Have what is in a folder lie in one that is new, where each file is one entry.

    The last name first: an import looks for the first one, which is read last then.
    """
    try:
        os.rmdir(aside)  # it was left by another try
    except OSError:
        pass
    os.mkdir(aside)
    for name in sorted(os.listdir(folder), reverse=True):
        os.rename(folder + "/" + name, aside + "/" + name)
    os.rmdir(folder)
    compact(aside)
    os.rename(aside, folder)


def compact(folder=""):
    """Have a folder written anew, by files that come and go; the revision of its blocks tells when.

    By a removal: what is written as a file comes has that file in it. Longer names, one more at
    each try, shift what fills the block.
    """
    try:
        pair = blocks(folder[1:].encode()) if folder else ROOT
        for longer in range(TRIES):
            before = revisions(pair)
            for count in range(ENOUGH):
                path = folder + "/tidy" + "_" * (UNIT if count < longer else 0)
                open(path, "w").close()
                with_it = revisions(pair) != before
                os.remove(path)
                if with_it or revisions(pair) != before:
                    break
            if not with_it:
                return
    except Exception:
        pass  # all is done already: its wakes read more then


def revisions(pair):
    """What two blocks begin with, as numbers."""
    return [int.from_bytes(read(block, 0, 4), "little") for block in pair]


def blocks(name):
    """The two blocks of a folder that was made in the root last. ValueError where none is found.

    Behind its name in the root's newer block: a tag of four bytes, and then the numbers of both
    (littlefs 2.11, SPEC.md, "Directory struct").
    """
    one, two = revisions(ROOT)
    for at in range(4096 - WINDOW, -1, -WINDOW // 2):  # the newest entry is the last
        part = read(int(two > one), at, WINDOW)
        found = part.rfind(name)
        if found >= 0:
            first = found + len(name) + 4
            return [int.from_bytes(part[i : i + 4], "little") for i in (first, first + 4)]
    raise ValueError(name)


def read(block, at, count):
    """Bytes of a block of the file system."""
    from flashbdev import bdev

    part = bytearray(count)
    bdev.readblocks(block, part, at)
    return bytes(part)
