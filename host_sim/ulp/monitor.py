"""What it costs that the ULP reads a sensor while the CPU sleeps deeply."""

from functools import cache

from host_sim.hardware.chip import ULPS
from host_sim.ulp import watch
from host_sim.ulp.emulator import Run, Ulp
from host_sim.ulp.i2c import Sht3x
from torpor.ulp.assemble import assemble
from torpor.ulp.chips import bus
from torpor.ulp.monitor import program

# Of an SHT3x that measures, D: datasheet SHT3x-DIS, version 6, tables 3 and 4: 600 uA for 15.5 ms.
SENSOR_FC = 600_000 * 15_500
PINS = (4, 13)  # pads of the RTC on every chip that has the ULP
ANSWER = b"\x66\x66\x93\x66\x66\x93"  # 25.0 °C and 40 %, each with its checksum


@cache
def price(chip: str) -> tuple[int, int]:
    """Duration (µs) and current on top of sleep (nA) of a reading of an SHT3x, the sensor's too."""
    run = reading(chip)
    on_us, na = watch.look(ULPS[chip], run.cycles, run.adc_cycles)
    return on_us, na + SENSOR_FC // on_us


def reading(chip: str) -> Run:
    """One run of the program that reads both values of an SHT3x."""
    names = bus(chip, *PINS)
    text = program([("sht3x", 0), ("sht3x", 1)])
    ulp = Ulp(assemble(text, chip, names), chip, lambda unit, channel: 0, lambda: 0)
    Sht3x(ulp, names, ULPS[chip].fast_hz, lambda: ANSWER)
    return ulp.run()
