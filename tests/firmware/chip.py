"""One node on the fake chip: firmware/main.py in the unix MicroPython, restart after restart.

Firmware and fakes are compiled to bytecode first, as they would be shipped: reading the source
itself takes more of the heap than the node does.
"""

import atexit
import json
import os
import shutil
import subprocess
import tempfile
from array import array
from binascii import crc32
from functools import cache
from pathlib import Path
from typing import Any

from host_sim.lab import decisions
from host_sim.spec import scenario
from tests.firmware.broker import HOST, PASSWORD, USER
from tests.unix import micropython
from torpor import record, retain
from torpor_tools.fakes import world
from torpor_tools.provision import firmware
from torpor_tools.virtual.board import FAKES, FAKES_BYTES

BUTTON, RELAY, METER = 0, 26, 5  # of the plug
DRIVERS: dict[str, dict[str, Any]] = {
    "temperature": {"driver": "sht3x.temperature", "sda": 21, "scl": 22},
    "humidity": {"driver": "sht3x.humidity", "sda": 21, "scl": 22},
    "light": {"driver": "analog", "pin": 34},
    "battery": {"driver": "analog", "pin": 35, "ratio_x16": 32},
    "power": {"driver": "bl0937", "pin": METER, "mj_per_pulse": 1_500},
    "relay": {"driver": "analog", "pin": 34},  # never read
}
SHT3X = "68"  # its address, 0x44
HEAP_BYTES = 2 * 65_536 + FAKES_BYTES  # objects have twice the chip's size


def garden(port: int, name: str = "garden") -> dict[str, Any]:
    """config.json of the garden scenario whose CPU reads, with what the chip reads besides."""
    return {**_config("garden", port), "name": name, "pins": {}}


def plug(port: int) -> dict[str, Any]:
    """The same of the plug."""
    pins = {"wake": BUTTON, "outputs": [{"pin": RELAY, "on": 1}]}
    return {**_config("plug", port), "name": "plug", "pins": pins}


def _config(name: str, port: int) -> dict[str, Any]:
    chosen, config = decisions.without(scenario.load(name), ("reading by the ULP",))
    for channel, named in zip(config["channels"], chosen.file.node.channel, strict=True):
        channel.update(DRIVERS[named.name], name=named.name)
    return {
        **config,
        "wifi": {"ssid": "home", "password": "sleepwell"},
        "broker": {"host": HOST, "port": port, "user": USER, "password": PASSWORD},
    }


def sht3x(temperature: int, humidity: int) -> str:
    """What the sensor sends: two raw words, each with its CRC, in hex."""
    return "".join(f"{word:04x}{crc8(word):02x}" for word in (temperature, humidity))


def crc8(word: int) -> int:
    """Of the datasheet's polynomial 0x131, start value 0xFF: what a long division leaves."""
    rest = (word ^ 0xFF00) << 8
    for bit in range(23, 7, -1):
        if rest >> bit & 1:
            rest ^= 0x131 << bit - 8
    return rest


@cache
def shipped() -> Path:
    """A folder with the firmware as it ships and, as modules of the top, the fakes' bytecode."""
    folder = Path(tempfile.mkdtemp(prefix="torpor-"))
    atexit.register(shutil.rmtree, folder)
    firmware.compile_tree(folder)
    for source in FAKES.glob("[!_]*.py"):
        firmware.compile_file(source, Path(source.name), folder)
    # What is built into a chip is there before anything is looked for in its files.
    (folder / "chip.py").write_text(
        "import sys, built_in, time\n"
        "sys.modules.update(umachine=built_in, utime=time)\n"
        "import main\n"
    )
    return folder


class Chip:
    """Its flash is a folder; `world` is all that outlives a restart, free to be changed."""

    def __init__(self, folder: Path, config: dict[str, Any]) -> None:
        self.folder = folder
        self.library = shipped()
        self.topic = f"torpor/{config['name']}/readings"
        self.world: dict[str, Any] = world.fresh()
        self.world["i2c"] = {SHT3X: sht3x(24342, 32768)}  # 20.00 °C, 50.00 %
        self.world["adc"] = {"34": 800_000, "35": 2_000_000}
        self.flash(config)

    def flash(self, config: dict[str, Any]) -> None:
        """Write config.json."""
        (self.folder / "config.json").write_text(json.dumps(config))

    def damage(self, module: str, data: bytes = b"damaged") -> None:
        """Have this in a file of the library, as a broken file system does."""
        library = self.folder / "library"
        shutil.copytree(shipped(), library, dirs_exist_ok=True)
        (library / module).write_bytes(data)
        self.library = library

    def boot(self) -> int:
        """From reset to the next end: its exit code. Anything but a chip's end is an error."""
        state = self.folder / "world.json"
        state.write_text(json.dumps(self.world))
        done = subprocess.run(
            [micropython(), "-X", f"heapsize={HEAP_BYTES}", "-m", "chip"],
            cwd=self.folder,
            env={
                **os.environ,
                "MICROPYPATH": f"{self.library}:.frozen",
                "TORPOR_WORLD": str(state),
            },
            text=True,
            capture_output=True,
            check=False,
        )
        said = done.stdout + done.stderr
        assert done.returncode in world.ENDS, said
        self.world = json.loads(state.read_text())
        assert self.world["leaks"] == 0, "slept with the radio on"
        return done.returncode

    def wake(self) -> None:
        """A boot that ends in deep sleep."""
        assert self.boot() == world.SLEPT

    @property
    def slept_ms(self) -> int:
        """The deep sleep that the last boot ended in."""
        kind, ms = self.world["slept"][-1]
        assert kind == "deep"
        return int(ms)

    @property
    def record(self) -> "array[int]":
        """What RTC memory holds, checked."""
        r = array("i", bytes(4 * record.SIZE))
        text = (self.folder / "config.json").read_bytes()
        kept = world.held(self.world)[1:]  # behind what the port keeps of the radio
        assert retain.unpack(kept, r, crc32(text)) == retain.OK  # type: ignore[arg-type]
        return r

    @property
    def log(self) -> str:
        """torpor.log, or nothing."""
        path = self.folder / "torpor.log"
        return path.read_text() if path.exists() else ""
