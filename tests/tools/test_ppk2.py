"""The stream of a PPK2: kept in step over lost, doubled and flipped bytes."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.tools.ppk2_device import word
from torpor_tools.ppk2 import Framer


def words(count: int, first: int = 0) -> bytes:
    return b"".join(word(i % 8000, 2, first + i) for i in range(count))


def parts(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


def fed(framer: Framer, data: bytes, cuts: list[int]) -> bytes:
    return b"".join(framer.feed(part) for part in parts(data, cuts))


CUTS = st.lists(st.integers(0, 10_000), max_size=20)


@given(st.integers(8, 400), st.integers(0, 63), CUTS)
def test_a_whole_stream_comes_out_whole(count: int, first: int, cuts: list[int]) -> None:
    framer = Framer()
    out = fed(framer, words(count, first), cuts)
    assert words(count, first).startswith(out)
    assert count - len(out) // 4 < 8  # the last words wait until they are sure
    assert framer.lost == []


@given(st.integers(20, 200), st.integers(1, 240), CUTS)
def test_lost_bytes_are_counted_in_samples(at: int, size: int, cuts: list[int]) -> None:
    """Up to 60 words are missing: what came out and what was lost are all there was."""
    data = words(600)
    framer = Framer()
    out = fed(framer, data[: 4 * at + 1] + data[4 * at + 1 + size :], cuts)
    lost = sum(count for _, count in framer.lost)
    assert 600 - 8 < len(out) // 4 + lost <= 600
    assert lost in (size // 4, size // 4 + 1, size // 4 - 1)
    assert data.startswith(out[: 4 * at])
    assert out[-4 * 300 :] in data


def test_a_loss_is_where_it_happened() -> None:
    framer = Framer()
    data = words(100)
    out = framer.feed(data[: 4 * 40] + data[4 * 43 :])
    assert framer.lost == [(40, 3)]
    assert len(out) == 4 * 97


def test_a_stream_that_starts_in_a_word_is_found() -> None:
    framer = Framer()
    out = framer.feed(words(100)[3:])
    assert out == words(100)[4:]
    assert framer.lost == []


def test_a_doubled_byte_and_a_flipped_counter() -> None:
    data = words(100)
    framer = Framer()
    out = framer.feed(data[:162] + data[161:])  # the second byte of word 40 twice
    assert (out[:160], out[164:]) == (data[:160], data[164:])  # nothing guards that word's reading
    assert framer.lost == []
    framer = Framer()
    flipped = bytearray(data)
    flipped[162] ^= 0x80  # the counter of word 40
    out = framer.feed(bytes(flipped))
    assert out == data[:160] + data[164:]
    assert framer.lost == [(40, 1)]


@given(st.binary(max_size=400), CUTS)
def test_noise_is_neither_taken_nor_kept_for_long(noise: bytes, cuts: list[int]) -> None:
    framer = Framer()
    fed(framer, noise, cuts)
    out = framer.feed(words(64))
    assert words(64)[-4 * 40 :] in out
    assert len(framer.held) < 64
