"""The retained record: round trip, and why bytes are refused."""

from binascii import crc32

from tests.policy.rig import blank
from torpor import record, retain


def kept(fingerprint=0x12345678):
    """A record of distinct values and its bytes."""
    r = blank(record.SIZE)
    for i in range(len(r)):
        r[i] = i * 3000017 - 0x20000000
    return r, retain.pack(r, fingerprint)


def refusal(data, fingerprint=0x12345678, size=record.SIZE):
    """What unpack answers; that the record stays as it was is checked."""
    r = blank(size)
    r[5] = 42
    answer = retain.unpack(data, r, fingerprint)
    assert answer == retain.OK or [i for i in range(size) if r[i]] == [5]
    return answer


def test_a_record_comes_back_and_fits_the_memory():
    r, data = kept()
    assert len(data) <= retain.MAX_BYTES
    back = blank(record.SIZE)
    assert retain.unpack(data, back, 0x12345678) == retain.OK
    assert list(back) == list(r)


def test_the_memory_may_be_longer_than_the_record():
    data = kept()[1]
    assert refusal(data + b"\xff" * 100) == retain.OK


def test_the_layout_is_the_documented_one():
    r = blank(2)
    r[0] = 1
    r[1] = -2
    data = retain.pack(r, 0x01020304)
    head, ints = b"TP\x06\x00\x02\x00\x04\x03\x02\x01", b"\x01\x00\x00\x00\xfe\xff\xff\xff"
    assert data[:10] + data[14:] == head + ints
    assert int.from_bytes(data[10:14], "little") == crc32(head + ints)


def test_memory_that_holds_nothing_is_empty():
    for data in (b"", b"TP", b"TP" + bytes(7), bytes(2048), b"\xff" * 2048):
        assert refusal(data) == retain.EMPTY


def test_another_version_or_size_is_old():
    data = kept()[1]
    assert refusal(data[:2] + b"\x01" + data[3:]) == retain.OLD
    assert refusal(data, size=record.SIZE - 1) == retain.OLD
    assert refusal(data, size=record.SIZE + 1) == retain.OLD


def test_what_was_cut_off_is_torn():
    data = kept()[1]
    for length in (10, 11, 500, len(data) - 4, len(data) - 1):
        assert refusal(data[:length]) == retain.TORN


def test_a_changed_byte_is_torn():
    data = kept()[1]
    for at in (3, 6, 10, 700, len(data) - 5, len(data) - 1):
        changed = bytearray(data)
        changed[at] ^= 1
        assert refusal(bytes(changed)) == retain.TORN


def test_a_record_of_another_configuration_is_foreign_unless_any_will_do():
    data = kept()[1]
    assert refusal(data, 0x12345679) == retain.FOREIGN
    assert refusal(data, 0) == retain.OK
    assert refusal(kept(0xFFFFFFFF)[1], 0xFFFFFFFF) == retain.OK
