"""An NVS partition read back: blobs, by ESP-IDF's "Non-Volatile Storage Library", internals."""

import struct
from zlib import crc32

PAGE, ENTRY, ENTRIES = 4096, 32, 126
ACTIVE, FULL = 0xFFFFFFFE, 0xFFFFFFFC
U8, CHUNK, INDEX = 0x01, 0x42, 0x48


def blobs(partition: bytes) -> dict[str, bytes]:
    """namespace.key -> blob; every checksum and the count of chunks are asserted."""
    names: dict[int, str] = {}
    chunks: dict[tuple[int, str], bytes] = {}
    sizes: dict[tuple[int, str], tuple[int, int]] = {}
    for start in range(0, len(partition), PAGE):
        page = partition[start : start + PAGE]
        if page == b"\xff" * PAGE:
            continue
        assert struct.unpack_from("<I", page)[0] in (ACTIVE, FULL)
        assert page[8] == 0xFE  # version 2
        assert struct.unpack_from("<I", page, 28)[0] == crc(page[4:28])
        entry = 0
        while entry < ENTRIES and state(page, entry) == 2:
            row = page[64 + entry * ENTRY :][:ENTRY]
            space, kind, span, _, check = struct.unpack_from("<BBBBI", row)
            assert check == crc(row[:4] + row[8:])
            key = row[8:24].split(b"\0")[0].decode()
            if space == 0:
                assert kind == U8
                names[row[24]] = key
            elif kind == CHUNK:
                size, _, data_crc = struct.unpack_from("<HHI", row, 24)
                data = page[64 + (entry + 1) * ENTRY :][:size]
                assert crc(data) == data_crc
                chunks[space, key] = chunks.get((space, key), b"") + data
            else:
                assert kind == INDEX
                sizes[space, key] = struct.unpack_from("<IB", row, 24)
            entry += span
    assert {key: size for key, (size, _) in sizes.items()} == {k: len(v) for k, v in chunks.items()}
    return {f"{names[space]}.{key}": data for (space, key), data in chunks.items()}


def state(page: bytes, entry: int) -> int:
    """Two bits of the page's map: 3 empty, 2 written, 0 erased."""
    return page[32 + entry // 4] >> entry % 4 * 2 & 3


def crc(data: bytes) -> int:
    """CRC-32 as the chip's ROM counts it on from 0xFFFFFFFF."""
    return crc32(data, 0xFFFFFFFF)
