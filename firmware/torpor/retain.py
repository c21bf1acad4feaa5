"""What survives deep sleep: the record, packed with a version and a CRC-32.

Layout, little-endian: magic "TP", version (1 byte), reserved (1), ints (2), fingerprint of the
configuration (4), CRC-32 of these and of what follows (4), the ints (4 each). RTC memory is not
initialised at power-on and survives watchdog resets, so nothing of it is believed unchecked. Each
copy of it takes a wake most of a ms: there are as few as can be.
"""

import struct
from array import array
from binascii import crc32

MAX_BYTES = 2047
VERSION = 6

OK = 0
EMPTY = 1  # nothing was ever retained here
TORN = 2  # the CRC does not fit: cut off while writing, or decayed
OLD = 3  # another version or size of record
FOREIGN = 4  # a record of another configuration

_HEAD = "<2sBBHI"
_HEAD_BYTES = 10
_BODY = 14  # where the ints begin


def pack(r: list[int], fingerprint: int) -> bytes:
    """The record as bytes. Every int must lie in 32 bits."""
    body = r if isinstance(r, array) else array("i", r)
    head = struct.pack(_HEAD, b"TP", VERSION, 0, len(r), fingerprint)
    return head + struct.pack("<I", crc32(body, crc32(head))) + body


def unpack(data: bytes, r: list[int], fingerprint: int) -> int:
    """Fill r from retained bytes; OK, or why not, and then r is as it was.

    A fingerprint of 0 accepts any configuration: nobody changes it during a deep sleep.
    """
    if len(data) < _HEAD_BYTES or data[:2] != b"TP":
        return EMPTY
    _, version, _, count, made_for = struct.unpack_from(_HEAD, data, 0)
    if version != VERSION or count != len(r):
        return OLD
    body = data[_BODY : _BODY + 4 * count]
    crc = crc32(body, crc32(data[:_HEAD_BYTES]))
    if len(body) < 4 * count or struct.unpack_from("<I", data, _HEAD_BYTES)[0] != crc:
        return TORN
    if fingerprint not in (0, made_for):
        return FOREIGN
    r[:] = array("i", body)
    return OK
