"""The fakes in place of the chip's modules, in CPython: import torpor's hardware modules from here.

They are bound to the fakes for good as they are imported, `time` included, while the rest of the
process keeps its own.
"""

import sys
import time as cpython_time
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from torpor.policy.sleep import DEEP
from torpor_tools.fakes import world
from torpor_tools.provision.fold import LIBRARY

# What they import of CPython's comes before its clock is gone.
for _name in ("array", "binascii", "errno", "json", "select", "socket", "struct"):
    import_module(_name)


def _import(names: tuple[str, ...]) -> list[ModuleType]:
    sys.modules["world"] = world
    sys.modules["pads"] = import_module("torpor_tools.fakes.pads")
    fake_time = import_module("torpor_tools.fakes.time")
    for name in ("network", "machine", "esp32", "espnow"):
        sys.modules[name] = import_module(f"torpor_tools.fakes.{name}")
    sys.modules["time"] = fake_time
    try:
        return [import_module(name) for name in names]
    finally:
        sys.modules["time"] = cpython_time
        for name in ("world", "pads", "machine", "network", "esp32", "espnow"):
            del sys.modules[name]


machine, network, espnow, esp32, watching, deliver, wifi, markers, link, gateway = _import(
    (
        "torpor_tools.fakes.machine",
        "torpor_tools.fakes.network",
        "torpor_tools.fakes.espnow",
        "torpor.esp32",
        "torpor.watching",
        "torpor.link.deliver",
        "torpor.link.wifi",
        "torpor.markers",
        "torpor.link.gateway",
        "torpor.gateway",
    )
)
monitoring, rescue = _import(("torpor.monitoring", "torpor.rescue"))
# A node imports its drivers where it opens them: by then the fakes are no longer there to be found.
_files = sorted(path.stem for path in (LIBRARY.parent / "torpor" / "drivers").glob("[!_]*.py"))
_modules = _import(tuple(f"torpor.drivers.{file}" for file in _files))
drivers = dict(zip(_files, _modules, strict=True))


FIRST = network.radio, espnow.radio


class Chip:
    """One more chip in the world; what is made in its context lives on it."""

    def __init__(self, mac: bytes) -> None:
        self.wlan = network.another(mac)
        self.radio = espnow.another(self.wlan)

    def __enter__(self) -> "Chip":
        _switch(self.wlan, self.radio)
        return self

    def __exit__(self, *_: object) -> None:
        _switch(*FIRST)


def _switch(wlan: Any, radio: Any) -> None:
    network.__dict__["radio"], espnow.__dict__["radio"] = wlan, radio


def power_on() -> dict[str, Any]:
    """A fresh world around a chip whose power was just switched on; its state, to be moved."""
    world.reset()
    world.ulp = None
    machine.armed.clear()
    network.radio.power_on()
    espnow.radio.power_on()
    espnow.radios[:] = [espnow.radio]
    drivers["sht3x"].sensors.clear()
    drivers["bl0937"].meters.clear()
    return world.state


def deep_sleep(port: Any, ms: int) -> None:
    """Have a port sleep deeply, which ends its start."""
    with pytest.raises(SystemExit) as ended:
        port.sleep(DEEP, ms)
    assert ended.value.code == world.SLEPT
