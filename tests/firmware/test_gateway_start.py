"""A gateway from reset to reset, in the unix MicroPython: whatever ails it, a wait and a start."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.firmware.broker import HOST, PASSWORD, USER, free_port
from tests.firmware.chip import Chip, shipped
from torpor_tools.fakes import world
from torpor_tools.provision import firmware

MINUTE_MS, HOUR_MS = 60_000, 3_600_000


def config(port: int) -> dict[str, Any]:
    return {
        "kind": "gateway",
        "name": "attic",
        "wifi": {"ssid": "home", "password": "sleepwell"},
        "broker": {"host": HOST, "port": port, "user": USER, "password": PASSWORD},
        "nodes": [{"name": "garden", "address": "020000000001"}],
    }


@pytest.fixture
def chip(tmp_path: Path) -> Chip:
    """A gateway whose power is about to be switched on; there is no broker."""
    made = Chip(tmp_path, config(free_port()))
    made.library = tmp_path / "library"
    shutil.copytree(shipped(), made.library)
    for name, data in firmware.gateway().items():
        (made.library / name).write_bytes(data)
    return made


@pytest.mark.parametrize("text", [None, "{", "{}"])
def test_without_a_good_configuration_it_tells_and_waits_a_minute(
    chip: Chip, text: str | None
) -> None:
    path = chip.folder / "config.json"
    path.unlink() if text is None else path.write_text(text)
    for _ in range(4):  # and never longer
        began_ms = chip.world["now_ms"]
        assert chip.boot() == world.RESET
        assert MINUTE_MS <= chip.world["now_ms"] - began_ms < MINUTE_MS + 1_000
    assert chip.log.count("Traceback") == 4
    assert chip.world["slept"] == []


@pytest.mark.parametrize("file", ["torpor.mpy", "rescue.py"])
def test_with_a_damaged_library_it_waits_a_minute(chip: Chip, file: str) -> None:
    (chip.library / file).write_bytes(b"damaged")
    if file == "rescue.py":  # read only where something is to be told
        (chip.folder / "config.json").unlink()
    began_ms = chip.world["now_ms"]
    assert chip.boot() == world.RESET
    assert MINUTE_MS <= chip.world["now_ms"] - began_ms < MINUTE_MS + 1_000


def test_a_bite_of_the_watchdog_is_in_the_log(chip: Chip) -> None:
    (chip.folder / "config.json").unlink()
    chip.world["reset_cause"] = world.WDT
    assert chip.boot() == world.RESET
    assert chip.log.startswith("the watchdog bit\n")


def test_an_hour_without_a_network_ends_in_a_reset(chip: Chip) -> None:
    chip.world["wifi"]["present"] = 0
    began_ms = chip.world["now_ms"]
    assert chip.boot() == world.RESET
    assert HOUR_MS <= chip.world["now_ms"] - began_ms < HOUR_MS + 2 * MINUTE_MS
    assert 50 < len(chip.world["joined"]) < 80
    assert chip.log == ""


def test_a_driver_that_fails_is_no_end(chip: Chip) -> None:
    """Each call of it, until the gateway starts anew; it goes on where it can."""
    for call in ("start", "config", "connect", "init"):
        chip.world = json.loads(json.dumps({**world.fresh(), "chip": "esp32"}))
        chip.world["wifi"]["fails"] = {call: 0x101}
        chip.world["events"] = [[2 * MINUTE_MS, -1, 0]]  # a panic
        assert chip.boot() == world.RESET
        assert chip.world["slept"] == []
