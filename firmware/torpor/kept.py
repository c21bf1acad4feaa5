"""The configuration, as a wake finds it: read from config.json, or kept in RTC memory.

What every wake of a node needs of config.json is little: its pins, and what reads its channels. It
is kept behind the record in RTC memory, so that a wake from deep sleep reads no file; the policies'
part is in the record. A wake that joins reads the file, too, as does any other start.

Layout, behind all else: JSON, its length (2 bytes, little-endian), and a CRC-32 (4) of the JSON and
of the library's version. The JSON has few names, each of which takes a wake 0.1 ms: it is a list,
of a channel its driver and the rest. In it is the file's whole path: a deployment goes into another
folder, and what is kept of the one before is no longer good.

An image whose own _boot.py leaves the file system alone (boards/micropython) has it mounted here,
by the first that reads a file.
"""

import json
import os
from binascii import crc32
from struct import pack, unpack_from

from torpor import __version__

mounts: list = []  # what mounts the file system, and for which path; none where that was done
_END_BYTES = 6
# Of a channel: what is the policies', or the link's.
_NOT_KEPT = ("delta", "within_ms", "name", "driver")


def read(path: str) -> dict:
    """The whole configuration, with what it is known by and what is to be kept of it."""
    mount()
    with open(path, "rb") as file:
        text = file.read()
    config: dict = json.loads(text)
    config["fingerprint"] = crc32(text)
    config["path"] = whole(path)
    config["kept"] = packed(config)
    return config


def packed(config: dict) -> bytes:
    """What is to be kept of a configuration."""
    channels = [
        [channel.get("driver"), {key: channel[key] for key in channel if key not in _NOT_KEPT}]
        for channel in config["channels"]
    ]
    programs = {  # which deep sleep leaves in place
        key: {name: told for name, told in config[key].items() if name != "binary"}
        for key in ("ulp", "monitor")
        if key in config
    }
    kept = [config[key] for key in ("path", "fingerprint", "pins", "watch_channel")]
    kept += channels, programs
    text = json.dumps(kept, separators=(",", ":")).encode()
    return text + pack("<HI", len(text), _crc(text))


def mount() -> None:
    """Have the file system."""
    while mounts:
        by, path = mounts.pop()
        by(path)


def whole(path: str) -> str:
    """The path from the root on."""
    return path if path[0] == "/" else os.getcwd().rstrip("/") + "/" + path


def unpacked(memory: bytes, path: str | None) -> dict | None:
    """What was kept of this file, or of any, or None: then there is the file."""
    if len(memory) < _END_BYTES:
        return None
    length, crc = unpack_from("<HI", memory, len(memory) - _END_BYTES)
    text = memory[-_END_BYTES - length : -_END_BYTES]
    if len(text) != length or crc != _crc(text):
        return None
    if path and path[0] != "/":
        path = whole(path)
    its_path, fingerprint, pins, watch_channel, channels, config = json.loads(text)
    if path and its_path != path:
        return None
    for driver, channel in channels:
        channel["driver"] = driver
    config["path"] = its_path
    config["fingerprint"] = fingerprint
    config["pins"] = pins
    config["watch_channel"] = watch_channel
    config["channels"] = [channel for _, channel in channels]
    config["kept"] = memory[-_END_BYTES - length :]
    found: dict = config
    return found


def _crc(text: bytes) -> int:
    crc: int = crc32(text + __version__.encode())
    return crc
