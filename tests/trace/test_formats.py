"""The readers on made files, packed ones, and damaged ones."""

import gzip
import io
import lzma
import re
import struct
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import zstandard

from host_sim.errors import BadInput
from tests.refused import refused
from tests.trace import fuzz, seeds
from tests.trace.conftest import read
from tests.trace.seeds import MADE_A, Seed

MADE = list(seeds.made())
PLAIN = [seed for seed in MADE if not seed.name.endswith((".xz", ".gz", ".zst"))]


@pytest.mark.parametrize("seed", MADE, ids=lambda seed: seed.name)
def test_a_made_file_is_read(path: Path, seed: Seed) -> None:
    recording = read(path, seed.data, **seed.said)
    expected_ua = np.array(MADE_A) * 1e6
    if not seed.name.endswith(".rld"):
        assert recording.current_ua.tolist() == pytest.approx(expected_ua.tolist())
    assert recording.charge_mc == pytest.approx(seed.charge_mc(seed.data), rel=1e-6)


PACKS: list[Callable[[bytes], bytes]] = [lzma.compress, gzip.compress, zstandard.compress]


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("seed", PLAIN, ids=lambda seed: seed.name)
def test_a_packed_file_is_the_same(path: Path, seed: Seed, pack: Callable[[bytes], bytes]) -> None:
    plain, packed = read(path, seed.data, **seed.said), read(path, pack(seed.data), **seed.said)
    assert packed.current_ua.tolist() == plain.current_ua.tolist()


def test_the_low_range_counts_where_it_is_valid(path: Path) -> None:
    recording = read(path, seeds.rld([1.5e-6] * 8, valid=[1, 0] * 4))
    assert recording.current_ua.tolist() == pytest.approx([1.5, 2.0] * 4)  # the high one rounds
    assert recording.voltage_v is not None
    assert recording.voltage_v.tolist() == pytest.approx([3.3] * 8)
    assert recording.channels == ("DI1",)
    assert recording.digital is not None
    assert recording.digital.tolist() == [0, 1] * 4


def test_beyond_a_low_range_without_a_high_one_is_clipped(path: Path) -> None:
    data = seeds.rld(MADE_A, valid=[1, 1, 1, 0, 1, 1, 1, 1], channels=("I1L",))
    assert read(path, data).clipped_samples == 1


def test_a_lost_block_is_a_gap(path: Path) -> None:
    block_s = 4 / (1000 * (100e6 / 49) / 2.048e6)
    recording = read(path, seeds.rld([0.01] * 12, at_s=[5, 5 + block_s, 5 + 3 * block_s]))
    (gap,) = recording.gaps
    assert (gap.start_s, gap.length_s) == pytest.approx((2 * block_s, block_s), abs=1e-6)
    assert recording.charge_mc == pytest.approx(12 * 0.01 * block_s / 4 * 1000)


@pytest.mark.parametrize(
    ("late", "gaps"),
    [(0.49, 0), (0.51, 1)],  # of a block
)
def test_a_gap_begins_at_half_a_block(path: Path, late: float, gaps: int) -> None:
    block_s = 4 / (1000 * (100e6 / 49) / 2.048e6)
    at_s = [i * block_s + (late * block_s if i == 3 else 0) for i in range(4)]
    assert len(read(path, seeds.rld([0.01] * 16, at_s=at_s)).gaps) == gaps


def at(position: int, form: str, value: int) -> Callable[[bytes], bytes]:
    """A change of one number in the bytes."""

    def change(data: bytes) -> bytes:
        packed = struct.pack(form, value)
        return data[:position] + packed + data[position + len(packed) :]

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (at(4, "<H", 1), "version 1; versions 2 to 4 are read"),
        (at(6, "<H", 100), "do not add up"),
        (at(8, "<I", 0), "8 samples in 2 blocks of 0"),
        (at(8, "<I", 1 << 31), "samples in 2 blocks of 2,147,483,648"),
        (at(12, "<I", 1 << 31), "8 samples in 2,147,483,648 blocks"),
        (lambda data: at(16, "<Q", 12)(at(12, "<I", 3)(data)), "fewer than the 3 blocks"),
        (lambda data: at(16, "<Q", 4)(at(12, "<I", 1)(data)), "more than the 1 blocks"),
        (at(24, "<H", 0), "8 samples in 2 blocks"),
        (at(24, "<H", 2000), "do not fit 1,992.98 Hz"),
        (at(60 + 2 * 28 + 4, "<i", 400), "not as a RocketLogger writes them"),
        (at(60 + 2 * 28 + 10, "<H", 1), "no valid bit for I1L"),
        (at(60 + 2 * 28, "<I", 1), "no current"),
        (lambda data: data[:-1], "fewer than the 2 blocks"),
        (lambda data: data + b"\0", "more than the 2 blocks"),
        (lambda data: data[:80], "the header is not whole"),
    ],
)
def test_a_rocketlogger_header_in_doubt_is_refused(
    path: Path, change: Callable[[bytes], bytes], says: str
) -> None:
    data = seeds.rld(MADE_A)
    if "no current" in says:
        data = seeds.rld(MADE_A, channels=("I1L",))
    with pytest.raises(BadInput, match=re.escape(says)):
        read(path, change(data))


def test_a_rocketlogger_of_version_2_counts_its_valid_bits_from_one(path: Path) -> None:
    data = seeds.rld([1.5e-6] * 8, valid=[1, 0] * 4)
    older = at(60 + 2 * 28 + 10, "<H", 1)(at(4, "<H", 2)(data))
    assert read(path, older).current_ua.tolist() == read(path, data).current_ua.tolist()


def renamed(session: bytes, names: dict[str, str | None]) -> bytes:
    """A session whose members have other names, or are left out."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(session)) as old, zipfile.ZipFile(packed, "w") as file:
        for name in old.namelist():
            if new := names.get(name, name):
                file.writestr(new, old.read(name))
    return packed.getvalue()


def test_a_sigrok_channel_has_all_its_parts_or_one_without_a_number(path: Path) -> None:
    data = seeds.sigrok({"I": MADE_A})
    lost: list[dict[str, str | None]] = [{"analog-1-2-2": "analog-1-2-3"}, {"analog-1-2-1": None}]
    for names in lost:
        with pytest.raises(BadInput, match="cut off or damaged"):
            read(path, renamed(data, names))
    one = renamed(data, {"analog-1-2-1": "analog-1-2", "analog-1-2-2": None})
    assert read(path, one).current_ua.tolist() == read(path, data).current_ua[:4].tolist()


@pytest.mark.parametrize(
    ("channels", "unit", "says"),
    [
        ({"CH1": MADE_A}, None, "which channel is the current? CH1; give --channel and --unit"),
        ({"A": MADE_A, "A0": MADE_A}, None, "which channel is the current? A, A0"),
        ({"I1": MADE_A, "I2": MADE_A}, None, "which channel is the current? I1, I2"),
        ({"I": [0.1, float("nan"), 0.1]}, None, "sample 1 is no current"),
        ({"I": [0.1]}, None, "no two samples"),
        ({"I": MADE_A, "voltage": [3.0] * 3}, None, "the channels differ in length"),
        ({"I": MADE_A}, "mW", "give --volts"),
    ],
)
def test_a_sigrok_session_in_doubt_is_refused(
    path: Path, channels: dict[str, list[float]], unit: str | None, says: str
) -> None:
    by_user = {"unit": unit} if unit else {}
    with pytest.raises(BadInput, match=re.escape(says)):
        read(path, seeds.sigrok(channels), **by_user)


@pytest.mark.parametrize(("name", "ua"), [("I", 1e6), ("current_mA", 1e3), ("Current (uA)", 1.0)])
def test_a_sigrok_channel_says_what_it_is(path: Path, name: str, ua: float) -> None:
    data = seeds.sigrok({"CH2": [9.0] * 8, name: MADE_A, "Voltage": [3.0] * 8}, bytes(range(8)))
    recording = read(path, data)
    assert recording.current_ua.tolist() == pytest.approx([a * ua for a in MADE_A])
    assert recording.energy_mj == pytest.approx(3 * recording.charge_mc)
    assert recording.channels == ("D0",)
    assert recording.digital is not None
    assert recording.digital.tolist() == [0, 1] * 4


def test_a_sigrok_probe_that_was_off_keeps_its_bit(path: Path) -> None:
    units = np.array([1 << 2, 1 << 9, 1 << 3, 1 << 2 | 1 << 9] * 2, "<u2")
    data = seeds.sigrok({"I": MADE_A}, units.tobytes(), probes=(3, 10), unit_bytes=2)
    recording = read(path, data)
    assert recording.channels == ("D2", "D9")
    assert recording.digital is not None
    assert recording.digital.tolist() == [0b01, 0b10, 0, 0b11] * 2
    with pytest.raises(BadInput, match="cut off or damaged"):
        read(path, seeds.sigrok({"I": MADE_A}, bytes(8), probes=(9,)))


def test_a_sigrok_member_that_is_damaged_is_refused(path: Path) -> None:
    data = seeds.sigrok({"I": MADE_A})
    for position in range(len(data)):
        try:
            changed = read(
                path, data[:position] + bytes([data[position] ^ 0x55]) + data[position + 1 :]
            )
        except BadInput:
            continue
        assert changed.current_ua.tolist() == pytest.approx([a * 1e6 for a in MADE_A])


def test_a_name_that_is_damaged_does_not_break_the_line(path: Path) -> None:
    data = seeds.rld(MADE_A, channels=("I1L", "I2H")).replace(b"I2H", b"I\nH")
    with pytest.raises(BadInput, match=r"several currents among .*, I\?H, V1; give --channel"):
        read(path, data)


def test_heavy_libraries_wait_for_their_file() -> None:
    code = (
        "import sys, host_sim.trace.reader; print('pyjls' in sys.modules, 'zipfile' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.startswith("False")


@pytest.mark.parametrize("seed", MADE, ids=lambda seed: seed.name)
def test_the_command_refuses_in_a_line(
    path: Path, seed: Seed, capfd: pytest.CaptureFixture[str]
) -> None:
    path.write_bytes(seed.data[: len(seed.data) // 2 + 3])
    assert str(path) in refused(["trace", "info", str(path)], path.parent, capfd)


def test_damaged_files_are_refused_or_read_aright(tmp_path: Path) -> None:
    """Some of `make fuzz`."""
    targets = fuzz.all_targets(tmp_path)
    found: Counter[str] = Counter()
    for target in targets:
        found += fuzz.fuzz(target, 20)
    assert found.total() >= 250
    assert set(found) == {"read", "refused"}
