"""boards/micropython: what those who build MicroPython themselves freeze, set, and start by."""

import re
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.rooms import CHECKOUT
from torpor_tools.fakes import world
from torpor_tools.provision import firmware, fold, link

BOARD = CHECKOUT / "boards" / "micropython"
# MicroPython 1.29, ports/esp32/modules.
PORTS = {"_boot.py", "apa106.py", "espnow.py", "flashbdev.py", "inisetup.py", "machine.py"}
# ESP-IDF 5.5.5, where each option is. A choice's other member is switched off beside it.
KCONFIG = {
    "BOOTLOADER_LOG_LEVEL_NONE": "components/bootloader/Kconfig.log:30",
    "BOOTLOADER_LOG_LEVEL_WARN": "components/bootloader/Kconfig.log:34",
    "BOOTLOADER_SKIP_VALIDATE_IN_DEEP_SLEEP": "components/bootloader/Kconfig.projbuild:317",
    "ESPTOOLPY_FLASHFREQ_80M": "components/spi_flash/esp32/Kconfig.flash_freq:4",
    "ESPTOOLPY_FLASHMODE_QIO": "components/esptool_py/Kconfig.projbuild:47",
    "ESP_DEFAULT_CPU_FREQ_MHZ_160": "components/esp_system/port/soc/esp32/Kconfig.cpu:13",
    "LOG_DEFAULT_LEVEL_ERROR": "components/log/Kconfig.level:20",
    "LOG_DEFAULT_LEVEL_NONE": "components/log/Kconfig.level:18",
    "PARTITION_TABLE_CUSTOM_FILENAME": "components/partition_table/Kconfig.projbuild:129",
    "SPIRAM": "components/esp_psram/esp32/Kconfig.spiram:1",
}


def frozen(manifest: Path) -> list[tuple[Path, str]]:
    """What a manifest freezes, its includes too: folder and name. $(PORT_DIR) stays as it is."""
    out: list[tuple[Path, str]] = []

    def at(base: str) -> Path:
        return Path(base) if base.startswith("$") else (manifest.parent / base).resolve()

    words: dict[str, Callable[..., object]] = {
        "freeze": lambda path, names: out.extend((at(path), name) for name in names),
        "module": lambda name, base_path=".": out.append((at(base_path), name)),
        "package": lambda name, base_path=".": out.append((at(base_path), name)),
        "include": lambda path: out.extend(frozen(at(path)) if path[0] != "$" else ()),
    }
    exec(compile(manifest.read_text(encoding="utf-8"), manifest, "exec"), dict(words))
    return out


@pytest.mark.parametrize("manifest", [BOARD / "manifest.py", fold.LIBRARY.parent / "manifest.py"])
def test_a_manifest_names_every_file_of_the_firmware(manifest: Path, tmp_path: Path) -> None:
    made = {path.relative_to(tmp_path).parts[0] for path in firmware.fold_tree(tmp_path)}
    ours = [
        (base, name) for base, name in frozen(manifest) if base == CHECKOUT / "build" / "frozen"
    ]
    assert {name for _, name in ours} == made - {"boot.py"}  # which names a slot, as it is sent
    linked_too = len({*link.FILES} - {link.WAKE}) + len(firmware.SCRIPTS)
    sources = list(fold.LIBRARY.rglob("*.py"))
    assert len(list(tmp_path.rglob("*.py"))) == len(sources) - 1 + linked_too


def test_the_board_freezes_what_the_port_does_and_its_own_boot() -> None:
    theirs = [name for base, name in frozen(BOARD / "manifest.py") if base.name != "frozen"]
    assert sorted(theirs) == sorted(PORTS)
    assert (BOARD / "modules", "_boot.py") in frozen(BOARD / "manifest.py")
    assert (BOARD / "modules" / "_boot.py").exists()


@pytest.mark.parametrize("name", ["sdkconfig.board", "sdkconfig.romfs"])
def test_every_option_is_one_of_esp_idf(name: str) -> None:
    text = (BOARD / name).read_text(encoding="utf-8")
    options = re.findall(r"^CONFIG_(\w+)=", text, re.MULTILINE)
    assert options
    assert len(options) == sum(line.strip() != "" and line[0] != "#" for line in text.splitlines())
    assert set(options) <= KCONFIG.keys()


MODULES = ("machine", "vfs", "flashbdev", "inisetup", "awake")


class Chip:
    """What _boot.py meets, and what it does."""

    def __init__(self, cause: int, run: Callable[[Any], None], monkeypatch: Any) -> None:
        self.did: list[str] = []
        modules = {name: ModuleType(name) for name in MODULES}
        machine: Any = modules["machine"]
        machine.reset_cause, machine.DEEPSLEEP_RESET = (lambda: cause), world.DEEPSLEEP
        machine.PWRON_RESET = world.PWRON
        machine.WDT = lambda timeout: self.did.append("watchdog")
        machine.deepsleep = self._sleep
        vfs: Any = modules["vfs"]
        vfs.mount = self._mount
        inisetup: Any = modules["inisetup"]
        inisetup.setup = lambda: self.did.append("set up")
        flashbdev: Any = modules["flashbdev"]
        flashbdev.bdev = self
        self.first: bytes | None = None  # block of a file system that cannot be mounted
        self.run = run
        awake: Any = modules["awake"]
        awake.run = self._wake
        for name, module in modules.items():
            monkeypatch.setitem(sys.modules, name, module)

    def _wake(self, path: None, mount: Any) -> None:
        self.did.append("wake")
        self.run(mount)

    def _mount(self, bdev: object, path: str) -> None:
        self.did.append("mount")
        if self.first is not None:
            raise OSError

    def _sleep(self, ms: int) -> None:
        self.did.append(f"sleep {ms}")
        raise SystemExit

    def ioctl(self, what: int, argument: int) -> int:
        """The size of a block."""
        assert (what, self.first is None) == (5, False)
        return 4_096

    def readblocks(self, block: int, into: bytearray) -> None:
        """The first block."""
        assert block == 0
        assert self.first is not None
        into[:] = self.first

    def boot(self) -> list[str]:
        """What _boot.py did."""
        path = BOARD / "modules" / "_boot.py"
        exec(compile(path.read_text(encoding="utf-8"), path, "exec"), {"__name__": "_boot"})
        return self.did


def fails(mount: Callable[[str], None]) -> None:
    raise ValueError


def fails_late(mount: Callable[[str], None]) -> None:
    mount(f"{BOARD}/config.json")
    assert Path.cwd() == BOARD
    raise ValueError


@pytest.mark.parametrize(
    ("cause", "run", "did"),
    [
        (1, fails, ["mount"]),
        (4, lambda mount: None, ["watchdog", "wake", "mount"]),
        (4, fails, ["watchdog", "wake", "mount"]),
        (4, fails_late, ["watchdog", "wake", "mount"]),  # a second mount() would never end
    ],
)
def test_a_wake_from_deep_sleep_goes_before_the_file_system(
    cause: int,
    run: Callable[[Any], None],
    did: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Chip(cause, run, monkeypatch).boot() == did


ERASED, DAMAGED = bytes([0xFF]) * 4_096, bytes([0xFF]) * 4_095 + b"\0"


@pytest.mark.parametrize(
    ("cause", "first", "did"),
    [
        (world.PWRON, ERASED, ["mount", "set up"]),
        (world.HARD, ERASED, ["mount", "set up"]),
        (world.PWRON, DAMAGED, ["mount", "watchdog", "set up"]),
        (world.WDT, DAMAGED, ["mount", "sleep 21600000"]),
        (world.DEEPSLEEP, DAMAGED, ["watchdog", "wake", "mount", "sleep 21600000"]),
    ],
)
def test_a_file_system_that_is_damaged_ends_in_sleep(
    cause: int,
    first: bytes,
    did: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    chip = Chip(cause, lambda mount: None, monkeypatch)
    chip.first = first
    with pytest.raises(SystemExit) if "sleep" in did[-1] else nullcontext():
        chip.boot()
    assert chip.did == did
