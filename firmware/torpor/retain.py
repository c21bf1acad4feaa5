"""What survives deep sleep: the record, packed with a version and a CRC-32.

Layout, little-endian: magic "TP", version (1 byte), reserved (1), ints (2), fingerprint of the
configuration (4), the ints (4 each), CRC-32 of all before it (4). RTC memory is not initialised at
power-on and survives watchdog resets, so nothing of it is believed unchecked.
"""

from array import array
from binascii import crc32
from struct import pack_into, unpack_from

MAX_BYTES = 2047
VERSION = 4

OK = 0
EMPTY = 1  # nothing was ever retained here
TORN = 2  # the CRC does not fit: cut off while writing, or decayed
OLD = 3  # another version or size of record
FOREIGN = 4  # a record of another configuration

_HEAD = "<2sBBHI"
_HEAD_BYTES = 10


def pack(r: list[int], fingerprint: int) -> bytes:
    """The record as bytes. Every int must lie in 32 bits."""
    body = bytes(r if isinstance(r, array) else array("i", r))  # the copy of an array is slow
    data = bytearray(_HEAD_BYTES + len(body) + 4)
    pack_into(_HEAD, data, 0, b"TP", VERSION, 0, len(r), fingerprint)
    data[_HEAD_BYTES:-4] = body
    pack_into("<I", data, len(data) - 4, crc32(memoryview(data)[:-4]))
    return bytes(data)


def unpack(data: bytes, r: list[int], fingerprint: int) -> int:
    """Fill r from retained bytes; OK, or why not, and then r is as it was.

    A fingerprint of 0 accepts any configuration: nobody changes it during a deep sleep.
    """
    if len(data) < _HEAD_BYTES or bytes(data[:2]) != b"TP":
        return EMPTY
    _, version, _, count, made_for = unpack_from(_HEAD, data, 0)
    end = _HEAD_BYTES + 4 * len(r)
    if version != VERSION or count != len(r):
        return OLD
    if len(data) < end + 4 or unpack_from("<I", data, end)[0] != crc32(memoryview(data)[:end]):
        return TORN
    if fingerprint not in (0, made_for):
        return FOREIGN
    r[:] = array("i", bytes(data[_HEAD_BYTES:end]))
    return OK
