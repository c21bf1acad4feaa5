"""The program that reads channels, on the emulator: with its sensor on the bus and a converter."""

from host_sim.hardware.chip import ULPS
from host_sim.ulp.emulator import Run, Ulp
from host_sim.ulp.i2c import Sht3x
from tests.firmware.chip import sht3x
from torpor.drivers.row import BEYOND, HIGH, LOOKS, LOW, ROW
from torpor.ulp.assemble import Program, assemble
from torpor.ulp.chips import bus
from torpor.ulp.monitor import program

TEMPERATURE, HUMIDITY = ("sht3x", 0), ("sht3x", 1)
PINS = (4, 13)  # SDA and SCL: pads of the RTC on every chip
CONVERSIONS = 16  # that a reading of the converter adds up


def assembled(chip: str, readings: list[tuple[str, int]], pins: tuple[int, int] = PINS) -> Program:
    return assemble(program(readings), chip, bus(chip, *pins))


def answer(temperature: int, humidity: int) -> bytes:
    """What the sensor sends of two words."""
    return bytes.fromhex(sht3x(temperature, humidity))


class Bench:
    """A ULP whose readings are `answer`, None for a silent sensor, and `raw` by ADC channel.

    `fast_hz` is the clock that the bus times it by.
    """

    def __init__(
        self,
        chip: str,
        readings: list[tuple[str, int]],
        pins: tuple[int, int] = PINS,
        fast_hz: int = 0,
    ) -> None:
        self.answer: bytes | None = answer(0, 0)
        self.raw: dict[int, int] = {}
        self.converted = 0
        self.ulp = Ulp(assembled(chip, readings, pins), chip, self._convert, lambda: 0)
        fast_hz = fast_hz or ULPS[chip].fast_hz
        self.sensor = Sht3x(self.ulp, bus(chip, *pins), fast_hz, lambda: self.answer)

    def _convert(self, unit: int, channel: int) -> int:
        """The last conversion of a reading has what the others leave of its sum."""
        assert unit == 0
        self.converted += 1
        share, rest = divmod(self.raw[channel], CONVERSIONS)
        return share if self.converted % CONVERSIONS else share + rest

    def mark(self, place: int, low: int, high: int, looks: int) -> None:
        """As torpor.drivers.monitor does."""
        for what, value in ((LOW, low), (HIGH, high), (LOOKS, looks), (BEYOND, 0)):
            self.ulp.memory[self._at(place, what)] = value

    def cell(self, place: int, what: int) -> int:
        """Of a channel's row."""
        return self.ulp.memory[self._at(place, what)] & 0xFFFF

    def look(self) -> Run:
        return self.ulp.run()

    def _at(self, place: int, what: int) -> int:
        return self.ulp.labels["channels"] + place * ROW + what
