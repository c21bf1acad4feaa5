"""A garden sensor's chip whose ULP reads: the program that the node loaded, on the emulator."""

from collections.abc import Callable
from typing import Any

from host_sim.hardware import board
from host_sim.hardware.chip import ULPS
from host_sim.spec import scenario, wiring
from host_sim.spec.configure import device_config
from host_sim.spec.drivers import Analog, Humidity, Sensor, Temperature
from host_sim.ulp.emulator import Ulp
from host_sim.ulp.i2c import Sht3x
from tests.firmware import rig
from tests.firmware.chip import sht3x
from torpor.ulp.assemble import Program
from torpor.ulp.chips import bus
from torpor_tools.fakes import world

SDA, SCL, LIGHT, CELL = 32, 33, 34, 35
TEMPERATURE, HUMIDITY, LUX, BATTERY = range(4)  # the garden's channels
BY_ULP = ("node.task.climate.ulp=true", "node.task.light.ulp=true")
STEP_UV = 3_300_000 / 65_535  # of the fake converter
SENSORS: dict[str, Sensor] = {
    "temperature": Temperature(SDA, SCL),
    "humidity": Humidity(SDA, SCL),
    "light": Analog(LIGHT),
    "battery": Analog(CELL, 2.0),
}


def config() -> dict[str, Any]:
    """config.json of the garden on a LOLIN32 Lite, as node.toml would have it made."""
    node, lolin = scenario.load("garden", BY_ULP).file.node, board.load("lolin32_lite")
    made = device_config(node, lolin)
    wired = wiring.config(node, lolin, wiring.Wiring(SENSORS))
    for channel, named, entry in zip(
        made["channels"], node.channel, wired.pop("channels"), strict=True
    ):
        channel.update({"name": named.name, **entry})
    return {**made, **wired, "name": "garden"}


def words(temperature: int, humidity: int, steps: int = 0) -> None:
    """What sensor and light are from now on, as the CPU reads them and the ULP."""
    world.state["i2c"] = {"68": sht3x(temperature, humidity)}
    world.state["adc"] = {str(LIGHT): round(steps * STEP_UV), str(CELL): 2_000_000}


class Reader:
    """The ULP of an ESP32: world.ulp for the sleeps to come.

    Before each run `changes` is told its number, to move the world; `runs` counts them.
    """

    def __init__(self, changes: Callable[[int], None] = lambda run: None) -> None:
        self.changes = changes
        self.runs = 0
        world.ulp = self

    def __call__(self) -> tuple[bool, bool]:
        """As its timer does: whether it woke the CPU, and whether the timer goes on."""
        self.runs += 1
        self.changes(self.runs)
        memory, names = world.state["memory"], bus("esp32", SDA, SCL)
        ulp = Ulp(Program(), "esp32", self._convert, lambda: 0)
        Sht3x(ulp, names, ULPS["esp32"].fast_hz, self._measure)
        ulp.memory[: len(memory)] = memory
        woke = ulp.run(world.state["ulp"]["entry"] // 4).woke
        memory[:] = ulp.memory[: len(memory)]
        for line, pin in (("sda", SDA), ("scl", SCL)):
            if ulp.peripherals.get(names[line + "_pad"], 0) >> names[line + "_mux"] & 1:
                rig.machine.Pin(pin)
                world.state["pads"][str(pin)]["rtc"] = 1
        return woke, ulp.timer

    def _measure(self) -> bytes | None:
        answer = world.state["i2c"].get("68")
        return bytes.fromhex(answer) if answer else None

    def _convert(self, unit: int, channel: int) -> int:
        """12 bits, the nearest ones, of GPIO 34 alone."""
        assert (unit, channel) == (0, 6)
        steps: int = round(world.state["adc"][str(LIGHT)] / STEP_UV)
        return min(steps + 8 >> 4, 4095)
