"""What a wake finds of the configuration in RTC memory: all of it, or nothing."""

from pathlib import Path

import pytest

from tests.firmware import rig
from tests.firmware.chip import Chip, garden
from torpor import kept, record
from torpor_tools.fakes import world

BEFORE = b"\0" + bytes(1_300)  # what lies before it


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict:  # type: ignore[type-arg]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.json").write_bytes(chip_text())
    return kept.read("config.json")


def chip_text() -> bytes:
    from torpor_tools.provision import version

    return version.as_json(garden(1883))


def test_what_is_kept_is_what_the_port_needs(config: dict) -> None:  # type: ignore[type-arg]
    back = kept.unpacked(BEFORE + config["kept"], "config.json")
    assert back is not None
    assert "tasks" not in back
    for key in ("fingerprint", "path", "pins", "watch_channel", "kept"):
        assert back[key] == config[key]
    for one, other in zip(back["channels"], config["channels"], strict=True):
        assert other == {**other, **one}
        assert {"name", "delta", "within_ms"} == other.keys() - one.keys()


def test_no_byte_may_be_missing_or_changed(config: dict) -> None:  # type: ignore[type-arg]
    memory = BEFORE + config["kept"]
    for cut in range(1, len(config["kept"])):
        assert kept.unpacked(memory[:-cut], None) is None
    for at in range(len(BEFORE), len(memory)):
        changed = bytearray(memory)
        changed[at] ^= 0x10
        assert kept.unpacked(bytes(changed), None) is None
    for held in (b"", bytes(5), b"\xff" * 2048):
        assert kept.unpacked(held, None) is None


def test_it_is_of_one_folder_and_one_version(
    config: dict,  # type: ignore[type-arg]
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    memory = BEFORE + config["kept"]
    (tmp_path / "b").mkdir()
    monkeypatch.chdir(tmp_path / "b")
    assert kept.unpacked(memory, "config.json") is None
    assert kept.unpacked(memory, None) is not None  # of a _boot.py before all files
    assert kept.unpacked(memory, str(tmp_path / "config.json")) is not None
    monkeypatch.chdir(tmp_path)
    assert kept.unpacked(memory, "config.json") is not None
    monkeypatch.setattr(kept, "__version__", "0.0.9")
    assert kept.unpacked(memory, "config.json") is None


@pytest.mark.parametrize("more", [0, 1])
def test_what_does_not_fit_is_not_kept(more: int) -> None:
    rig.power_on()
    room = rig.esp32.RTC_BYTES - 1 - 1_300
    config = {"pins": {}, "channels": [], "watch_channel": -1, "kept": bytes(room + more)}
    port = rig.esp32.opened(config)
    port.retain(bytes(range(100)) * 13)
    assert len(rig.machine.RTC().memory()) == (1 + 1_300 if more else rig.esp32.RTC_BYTES)
    assert port.retained()[:1_300] == bytes(range(100)) * 13


def test_a_wake_that_senses_only_reads_no_configuration_and_one_that_joins_does(
    chip: Chip,
) -> None:
    chip.wake()
    (chip.folder / "config.json").rename(chip.folder / "away.json")
    chip.wake()
    assert chip.world["reset_cause"] == world.DEEPSLEEP
    assert world.held(chip.world)[1:3] == b"TP"
    chip.wake()
    (chip.folder / "away.json").rename(chip.folder / "config.json")
    assert chip.record[record.WAKES] == 3
    assert chip.log == ""


def test_what_is_kept_and_damaged_is_read_anew(chip: Chip) -> None:
    chip.wake()
    memory = bytearray(world.held(chip.world))
    memory[-20] ^= 1
    world.hold(chip.world, memory)
    chip.wake()
    assert chip.record[record.WAKES] == 2
    assert world.held(chip.world)[-20] == memory[-20] ^ 1
    assert chip.log == ""
