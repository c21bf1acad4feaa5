"""What deploy runs on the board, at its REPL: files by their hash, and secrets.

The source is sent as it stands here. Paths are absolute, since the node may have been interrupted
anywhere; nothing is read whole, since its heap is small.
"""

# mypy: ignore-errors

import errno
import gc
import json
import os
import sys
from binascii import a2b_base64, hexlify  # noqa: F401
from hashlib import sha256

import machine
from esp32 import NVS

machine.WDT(timeout=600000)  # the node's own may run, and cannot be stopped

SECRETS = ("wifi_password", "broker_password", "gateway_key")
SLICE = 512
TAIL = 1024  # bytes of boot.py in which it names the slots


def digest(path):
    """SHA-256 of a file, in hex."""
    done = sha256()
    part = bytearray(SLICE)
    with open(path, "rb") as file:
        while True:
            count = file.readinto(part)
            if not count:
                return hexlify(done.digest()).decode()
            done.update(memoryview(part)[:count])


def walk(folder):
    """(path, is it a folder) of all below, folders behind what they hold."""
    for entry in os.ilistdir(folder or "/"):
        path = folder + "/" + entry[0]
        if entry[1] == 0x4000:
            yield from walk(path)
        yield path, entry[1] == 0x4000


def print_digest(path):
    """SHA-256 of a file, or nothing where there is none."""
    try:
        print(digest(path))
    except OSError:
        pass


def print_digests(folder):
    """SHA-256 and path of every file below a folder, or nothing where there is none."""
    try:
        for path, is_folder in walk(folder):
            if not is_folder:
                print(digest(path), path)
                gc.collect()
    except OSError:
        pass


def print_slots():
    """Of a boot.py of ours the slot of the node's own version, and the one that it tries.

    By what every one of them has in it: it may be of another release.
    """
    try:
        with open("/boot.py", "rb") as file:  # it may be damaged
            file.seek(max(0, file.seek(0, 2) - TAIL))
            text = file.read()
    except OSError:
        return
    for slot, other in ("ab", "ba"):
        both = ('("/%s", "/%s")' % (slot, other)).encode()
        if b"Trial" + both in text:
            print(other, slot)
        elif both in text:
            print(slot)


def print_space(path):
    """The namespace of flash storage that a config.json names for its secrets."""
    space = "torpor"
    try:
        with open(path) as file:
            space = json.load(file).get("secrets", space)
    except (OSError, ValueError):
        pass  # none, or none that a node could read
    print(space)


def print_asked(path):
    """What of a config.json decides on the files beside it; of none, or a broken one, nothing."""
    asked = {}
    try:
        with open(path) as file:
            config = json.load(file)
        asked["pins"] = config.get("pins", {})
        for key in ("kind", "watch_channel", "gateway"):
            if key in config:
                asked[key] = config[key]
    except (OSError, ValueError, TypeError, AttributeError):
        pass
    print(json.dumps(asked))


def print_frozen(where=(".frozen", "/rom")):
    """The version of the library that MicroPython or its ROMFS holds, or nothing."""
    loaded = sys.modules.pop("torpor", None)  # by the node that was interrupted
    paths = sys.path[:]
    sys.path[:] = where
    try:
        import torpor

        del sys.modules["torpor"]
        sys.modules.pop("rescue", None)
        import rescue  # noqa: F401  which was in the package once

        print(torpor.__version__)
    except ImportError:
        pass
    sys.path[:] = paths
    if loaded:
        sys.modules["torpor"] = loaded


def put(path):
    """Open a file for writing, in a folder made where there is none."""
    at = path.find("/", 1)
    while at > 0:
        try:
            os.mkdir(path[:at])
        except OSError as error:
            if error.errno != errno.EEXIST:
                raise
        at = path.find("/", at + 1)
    return open(path, "wb")


def copy(source, path):
    """Copy a file."""
    part = bytearray(SLICE)
    with open(source, "rb") as one, put(path) as other:
        while True:
            count = one.readinto(part)
            if not count:
                return
            other.write(memoryview(part)[:count])


def clear(folder, keep):
    """Remove the files below a folder that are not to be kept, and folders that are empty then."""
    try:
        found = list(walk(folder))
    except OSError:
        return
    for path, is_folder in found:
        if is_folder:
            try:
                os.rmdir(path)
            except OSError:
                pass  # something is kept in it
        elif path not in keep:
            os.remove(path)


def remove(path):
    """Remove a file, where there is one."""
    try:
        os.remove(path)
    except OSError:
        pass


def switch():
    """Put the new boot.py in place of the old one, at once."""
    memory = machine.RTC()
    memory.memory(memory.memory()[:1])  # what was retained is another version's; outputs stay
    os.rename("/boot.new", "/boot.py")


def print_trial():
    """How the newest trial ended."""
    try:
        with open("/trial") as file:
            print(file.read().split("\n")[2])
    except (OSError, IndexError):
        pass  # there was none, or it is not over


def hidden(space):
    """The secrets in a namespace of flash storage."""
    nvs = NVS(space)
    buffer = bytearray(128)
    found = {}
    for name in SECRETS:
        try:
            found[name] = bytes(buffer[: nvs.get_blob(name, buffer)])
        except OSError:
            pass  # none of that name
    return found


def hide(space, secrets):
    """Have these secrets, and no other, in a namespace of flash storage."""
    nvs = NVS(space)
    for name in SECRETS:
        if name in secrets:
            nvs.set_blob(name, secrets[name])
        else:
            try:
                nvs.erase_key(name)
            except OSError:
                pass  # it was not there
    nvs.commit()
