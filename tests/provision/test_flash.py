"""torpor flash: the real esptool on a mock of the chip's boot loader, and files made for it."""

import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest
import serial
from esptool import cmds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from host_sim.errors import BadInput
from tests.provision import made, nvsread, rom
from tests.provision.board import Board
from tests.provision.conftest import BROKER, WIFI
from tests.refused import refused
from tests.unix import micropython
from torpor import __version__
from torpor_tools import cli
from torpor_tools.provision import binary, layout, loader, romfs, version
from torpor_tools.provision.filesystem import BLOCK
from torpor_tools.provision.layout import Content

MIB = 1 << 20
SECRETS = {"torpor.wifi_password": WIFI.encode(), "torpor.broker_password": BROKER.encode()}


def flash(*args: object) -> int:
    return cli.run(["flash", *map(str, args)])


@pytest.mark.parametrize("chip", ["esp32", "esp32c3"])
def test_what_was_flashed_is_in_flash_and_starts(
    chip: str, tmp_path: Path, node_toml: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    firmware = made.firmware(tmp_path, chip)
    if chip == "esp32c3":
        node_toml.write_text(node_toml.read_text().replace("lolin32_lite", "xiao_esp32c3"))
    with rom.running(chip, tmp_path) as port:
        assert flash("--port", port, "--firmware", firmware, "--config", node_toml, "--json") == 0
        said = capsys.readouterr()
        assert f"torpor: {port}: torpor logs --port {port} --follow tells if it" in said.err
        args = ("--port", port, "--firmware", firmware)
        assert flash(*args, "--config", node_toml, "--dry-run") == 0
        assert "--follow" not in capsys.readouterr().err  # nothing of it starts
        first, *others = json.loads(said.out)["regions"]
        start = rom.flash(port, first["at"], first["size_bytes"])
        files = bytearray(b"\xff" * 2 * MIB)
        for part in others:
            at = part["at"] - 2 * MIB
            files[at : at + part["size_bytes"]] = rom.flash(port, part["at"], part["size_bytes"])
    nvs = slice(0x9000 - first["at"], 0xF000 - first["at"])
    assert nvsread.blobs(start[nvs]) == SECRETS
    whole = firmware.read_bytes()
    assert whole == start[: nvs.start] + b"\xff" * 0x6000 + start[nvs.stop :]
    assert WIFI.encode() not in files
    assert WIFI not in said.out + said.err
    board = Board(tmp_path, bytes(files))
    assert board.start().returncode == 42  # deep sleep
    assert json.loads(board.world.read_text())["fed"] > 0


def test_a_frozen_library_gets_no_files_in_its_way_unless_told_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = "\0torpor/start.py\0"  # of what is frozen, as tools/mpy-tool.py of MicroPython has it
    firmware = made.firmware(tmp_path, banner=made.BANNER + names)
    args = ("--board", "lolin32_lite", "--firmware", firmware, "--dry-run", "--json")
    held = []
    for option in ((), ("--files",)):
        assert flash(*args, *option) == 0
        document = json.loads(capsys.readouterr().out)
        assert document["frozen"]
        held += [row["holds"] for row in document["partitions"] if row["name"] == "vfs"]
    assert held[0].startswith("1 files")
    assert held[1].startswith(f"{len(version.files(None))} files")


MOUNT = """\
import os, sys, vfs
with open("rom.img", "rb") as file:
    rom = file.read()
vfs.umount("/")
vfs.mount(vfs.VfsRom(rom), "/rom")
sys.path[:] = ["/rom"]
import torpor
from torpor.link import mqtt
from torpor.policy import schedule
print(torpor.__version__, mqtt.__file__, sorted(os.listdir("/rom")), schedule.pick)
"""


def test_a_romfs_takes_the_library_unless_told_otherwise(
    tmp_path: Path, node_toml: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The unix MicroPython mounts it as a chip does, but out of RAM."""
    firmware = made.firmware(tmp_path, table=made.ROMFS)
    whole = tmp_path / "whole.bin"
    args = ("--config", node_toml, "--firmware", firmware, "--image-only", whole, "--json")
    assert flash(*args) == 0
    said = capsys.readouterr()
    assert "--follow" not in said.err
    document = json.loads(said.out)
    (rom_part,) = (part for part in document["regions"] if part["what"] == "ROMFS")
    at, size = rom_part["at"], rom_part["size_bytes"]
    assert at == 0x1E0000
    (tmp_path / "rom.img").write_bytes(whole.read_bytes()[at : at + size])
    (tmp_path / "mount.py").write_text(MOUNT)
    done = subprocess.run(
        [micropython(), "mount.py"], cwd=tmp_path, text=True, capture_output=True, check=True
    )
    library = ["awake.mpy", "link.mpy", "monitor.mpy", "rescue.py", "seldom.mpy", "torpor"]
    assert done.stdout.startswith(f"{__version__} /rom/torpor/link/mqtt.mpy {library} <function")
    held = {row["name"]: row["holds"] for row in document["partitions"]}
    assert held["vfs"].startswith("2 files")
    whole.unlink()
    assert flash(*args, "--files") == 0
    document = json.loads(capsys.readouterr().out)
    assert all(part["what"] != "ROMFS" for part in document["regions"])


@pytest.mark.parametrize(("table", "told"), [(made.NEW, 1), (made.ROMFS, 0)])
def test_an_image_that_the_firmware_cannot_be_is_told_in_a_line(
    table: tuple[made.Row, ...],
    told: int,
    tmp_path: Path,
    node_toml: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = node_toml.read_text().replace('kind = "sensor"', 'kind = "sensor"\nimage = "romfs"', 1)
    node_toml.write_text(text)
    firmware = made.firmware(tmp_path, table=table)
    assert flash("--config", node_toml, "--firmware", firmware, "--dry-run") == 0
    assert capsys.readouterr().err.count("node.image is romfs") == told


@pytest.mark.parametrize(
    ("table", "size", "at", "bytes_"),
    [
        (made.NEW, "4MB", 2 * MIB, 2 * MIB),
        (made.NEW, "16MB", 2 * MIB, 14 * MIB),
        (made.OLD, "4MB", 2 * MIB, 2 * MIB),
        (made.OLD, "8MB", 2 * MIB, 2 * MIB),
        (made.OTA, "4MB", 0x310000, 4 * MIB - 0x310000),
    ],
)
def test_files_lie_where_the_table_says(
    table: tuple[made.Row, ...],
    size: str,
    at: int,
    bytes_: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    firmware = made.firmware(tmp_path, table=table, size=size)
    assert flash("--board", "lolin32_lite", "--firmware", firmware, "--dry-run", "--json") == 0
    (vfs,) = (
        row for row in json.loads(capsys.readouterr().out)["partitions"] if row["name"] == "vfs"
    )
    assert (vfs["at"], vfs["size_bytes"]) == (at, bytes_)
    assert sorted(tmp_path.iterdir()) == [firmware]


@pytest.mark.parametrize("with_secrets", [False, True])
def test_one_file_for_a_factory(with_secrets: bool, tmp_path: Path, node_toml: Path) -> None:
    firmware, out = made.firmware(tmp_path), tmp_path / "out.bin"
    more = ["--with-secrets"] if with_secrets else []
    args = ["--firmware", firmware, "--config", node_toml, "--image-only", out, *more]
    assert flash(*args) == 0
    image = out.read_bytes()
    assert image[:0x1000] == b"\xff" * 0x1000
    assert image[0x10000:].startswith(firmware.read_bytes()[0xF000:])
    assert nvsread.blobs(image[0x9000:0xF000]) == (SECRETS if with_secrets else {})
    for secret in (WIFI, BROKER):
        assert (secret.encode() in image) == with_secrets
    files = image[2 * MIB :].ljust(2 * MIB, b"\xff")
    assert Board(tmp_path, files).start().returncode == 42
    assert flash(*args) == 2
    assert flash(*args, "--force") == 0
    assert out.read_bytes() == image


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_cut_or_changed_byte_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    """Of the application and the table; the bootloader's own digest is its ROM's to check."""
    whole = made.firmware(tmp_path, fill=3_000).read_bytes()
    path = tmp_path / "damaged.bin"
    if data.draw(st.booleans()):
        path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    else:
        damaged = bytearray(whole)
        row = st.integers(0x7000, 0x7000 + 3 * 32 - 1)
        at = data.draw(row | st.integers(0xF000, len(whole) - 1))
        damaged[at] ^= data.draw(st.integers(1, 255))
        path.write_bytes(damaged)
    with pytest.raises(BadInput):
        binary.read(path, "esp32")


def test_the_flash_must_hold_the_file_system(tmp_path: Path) -> None:
    old = binary.read(made.firmware(tmp_path, table=made.OLD), "esp32")
    assert layout.files_at(old, 4 * MIB).end == 4 * MIB
    with pytest.raises(BadInput, match="the flash has 4,194,303 bytes"):
        layout.files_at(old, 4 * MIB - 1)
    with pytest.raises(BadInput, match="do not fit into a file system of 16,384"):
        layout.file_system({"a": bytes(20_000)}, 16_384)
    new = binary.read(made.firmware(tmp_path), "esp32")
    least = 2 * MIB + 2 * BLOCK
    assert layout.files_at(new, least).size == 2 * BLOCK
    with pytest.raises(BadInput, match="and the flash has 2,105,343 bytes"):
        layout.files_at(new, least - 1)


def test_a_romfs_takes_a_library_of_its_size_and_none_larger(tmp_path: Path) -> None:
    library = {"torpor.mpy": bytes(5_000)}
    size = len(romfs.image(library))
    for room in (size, size - 1):
        table = (*made.ROMFS[:-1], ("romfs", 1, 0x8F, 0x1E0000, room))
        made_for = binary.read(made.firmware(tmp_path, table=table), "esp32")
        content = Content({}, {}, library)
        if room == size:
            assert layout.plan(made_for, 4 * MIB, content).regions[1].at == 0x1E0000
        else:
            with pytest.raises(BadInput, match=f"{room:,} bytes, and the library takes {size:,}"):
                layout.plan(made_for, 4 * MIB, content)


@pytest.mark.parametrize("nvs", [(), (("nvs", 1, 2, 0x200000, 0x6000),)], ids=["none", "behind"])
def test_secrets_need_an_nvs_before_the_application(
    nvs: tuple[made.Row, ...], tmp_path: Path
) -> None:
    firmware = binary.read(made.firmware(tmp_path, table=(*made.NEW[1:], *nvs)), "esp32")
    assert layout.plan(firmware, 4 * MIB, Content({}, {}, {})).regions
    with pytest.raises(BadInput, match="no nvs partition before its application"):
        layout.plan(firmware, 4 * MIB, Content({}, {"wifi_password": b"x"}, {}))


def test_what_is_written_of_a_file_system_skips_long_gaps_only() -> None:
    full, empty = bytes(BLOCK), layout.EMPTY * BLOCK
    near = full + (layout.GAP - 1) * empty + full
    far = near + layout.GAP * empty
    assert [*layout.used(far + near + empty)] == [(0, near), (len(far), near)]
    assert [*layout.used(empty + full)] == [(BLOCK, full)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"chip": "esp32s3"}, "is for ESP32-S3, and the board is ESP32; "),
        ({"banner": "Tasmota 14"}, "is not MicroPython but micropython; "),
        ({"banner": "MicroPython v1.26.1 on 2025-09-11"}, "is MicroPython 1.26.1; Torpor needs"),
        ({"banner": "MicroPython v1.27.0-preview.9 on 2025-11-01"}, "is MicroPython 1.27.0-prev"),
        ({"banner": "MicroPython v2.0.0 on 2027-01-01"}, "is MicroPython 2.0.0; Torpor needs"),
        ({"table": (made.NVS, ("factory", 0, 0, 0x10000, 0x1000))}, "its application has"),
        ({"table": (*made.NEW, ("ffat", 1, 0x81, 0x200000, 0x200000))}, "keeps files in a FAT"),
        ({"size": "2MB"}, "its file system begins at 0x200000, and the flash has 2,097,152 bytes"),
    ],
)
def test_a_wrong_firmware_is_one_line(
    change: dict[str, object], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = made.firmware(tmp_path, **change)  # type: ignore[arg-type]
    out = tmp_path / "out.bin"
    assert flash("--board", "lolin32_lite", "--firmware", path, "--image-only", out) == 2
    assert capsys.readouterr().err.startswith(f"torpor: {path}: {said}")
    assert not out.exists()


@pytest.mark.parametrize("banner", ["v1.27.0", "v1.29.0-preview.301.g1a2b3c4"])
def test_the_versions_that_it_needs(banner: str, tmp_path: Path) -> None:
    path = made.firmware(tmp_path, banner=f"MicroPython {banner} on 2026-08-19; Generic")
    read = binary.read(path, "esp32")
    assert (read.version, read.built) == (banner[1:], "2026-08-19")
    assert read.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_application_of_its_partition_s_size_fits_and_no_larger_one(tmp_path: Path) -> None:
    size = len(made.application(fill=3_000))
    for room in (size, size - 1):
        table = (made.NVS, ("factory", 0, 0, 0x10000, room))
        path = made.firmware(tmp_path, table=table, fill=3_000)
        if room == size:
            assert binary.read(path, "esp32").application.size == size
        else:
            with pytest.raises(BadInput, match=f"has {size:,} bytes, and the partition {room:,}"):
                binary.read(path, "esp32")


def test_an_application_alone_is_no_firmware(tmp_path: Path) -> None:
    path = tmp_path / "micropython.bin"
    path.write_bytes(made.application(fill=100_000))
    with pytest.raises(BadInput, match="an application alone"):
        binary.read(path, "esp32")


HEAD = b"\xe9" + bytes(35)  # of a bootloader for an ESP32, as far as its description
TABLE = made.partition_table(made.NEW[:2])  # without an application


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (HEAD[:-1], "is no firmware of an ESP32"),
        (HEAD, "has no partition table at 0x8000: it is cut short or no MicroPython"),
        (HEAD[:12] + b"\x77\x77" + HEAD[14:], "is for an unknown chip (30583), and the board"),
        (HEAD.ljust(0x7000, b"\xff") + TABLE + b"\xff" * 32, "no application in its partition"),
        (HEAD.ljust(0x7000, b"\xff") + TABLE + b"\xff" * 31, "has no partition table at 0x8000"),
    ],
    ids=["35 bytes", "36 bytes", "another chip", "no application", "a table without its end"],
)
def test_what_is_no_whole_firmware_says_where_it_ends(
    data: bytes, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "short.bin"
    path.write_bytes(data)
    with pytest.raises(BadInput, match=re.escape(said)):
        binary.read(path, "esp32")


def test_a_wrong_chip_on_the_port_is_left_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    firmware = made.firmware(tmp_path, "esp32c3")
    with rom.running("esp32", tmp_path) as port:
        assert flash("--board", "xiao_esp32c3", "--port", port, "--firmware", firmware) == 2
        said = capsys.readouterr().err.splitlines()[-1]
        assert said.startswith(f"torpor: {port}: is an ESP32, and the board has an ESP32-C3; ")
        assert rom.flash(port, 0, 0x1000) == b"\xff" * 0x1000


def test_a_port_that_is_absent_or_busy_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    firmware = made.firmware(tmp_path)
    args = ["--board", "lolin32_lite", "--firmware", firmware, "--port"]
    assert flash(*args, tmp_path / "none") == 2
    assert ": no such port; ports here: " in capsys.readouterr().err
    with (
        rom.running("esp32", tmp_path) as port,
        serial.Serial(port, exclusive=True),
    ):
        assert flash(*args, port) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith(f"torpor: {port}: is busy; close what uses it; ports here: ")


@pytest.mark.parametrize("cut_after", [100, 5_000, 60_000])
def test_a_cable_pushed_back_in_goes_on(
    cut_after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "AGAIN_S", 0.5)
    firmware = made.firmware(tmp_path)
    with (
        rom.running("esp32", tmp_path) as port,
        rom.Cable(port, tmp_path, cut_after, again=True) as cable,
    ):
        assert flash("--board", "lolin32_lite", "--port", cable.port, "--firmware", firmware) == 0
        assert cable.cuts == 1
        whole = firmware.read_bytes()
        assert rom.flash(cable.port, 0x1000, len(whole)) == whole


@pytest.mark.parametrize(
    ("cut_after", "state"),
    [
        (30_000, "MicroPython on the board is incomplete and cannot start: run this again"),
        (75_000, "MicroPython is on the board and its files are incomplete: run this again"),
    ],
)
def test_a_cable_that_stays_out_leaves_a_state_that_is_told(
    cut_after: int,
    state: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(loader, "AGAIN_S", 0.5)
    monkeypatch.setattr(cmds, "DEFAULT_CONNECT_ATTEMPTS", 1)  # of a second each
    firmware = made.firmware(tmp_path, table=made.ROMFS)  # the second is cut in the ROMFS
    with (
        rom.running("esp32", tmp_path) as port,
        rom.Cable(port, tmp_path, cut_after, again=False) as cable,
    ):
        assert flash("--board", "lolin32_lite", "--port", cable.port, "--firmware", firmware) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith(f"torpor: {cable.port}: the line was cut (")
    assert said.endswith(state)


@pytest.mark.parametrize(
    "args",
    [
        ["--board", "lolin32_lite"],
        ["--dry-run"],
        ["--board", "lolin32_lite", "--port", "/dev/null", "--image-only", "out.bin"],
        ["--board", "lolin32_lite", "--dry-run", "--with-secrets"],
        ["--board", "xiao_esp32c3", "--config", "node.toml", "--dry-run"],
        ["--board", "lolin32_lite", "--image-only", "esp32.bin"],
    ],
)
def test_options_that_do_not_fit_are_one_line(
    args: list[str],
    node_toml: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(node_toml.parent)
    made.firmware(node_toml.parent)
    refused(["flash", "--firmware", "esp32.bin", *args], node_toml.parent, capsys)
