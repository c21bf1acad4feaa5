"""Sensirion SHT3x: temperature and humidity over I2C (datasheet SHT3x-DIS, version 6)."""

import time

from machine import I2C, Pin

from torpor.drivers import Driver

ADDRESS = 0x44  # ADDR pin low, section 3.4
MEASURE = b"\x24\x00"  # high repeatability, no clock stretching, table 9
MEASURE_MS = 16  # 15.5 at most, table 4
POLYNOMIAL = 0x31  # CRC-8, table 20
FRESH_MS = 500  # one measurement serves both channels of a wake

sensors: dict[tuple[int, int], "Sensor"] = {}  # the sensors in use, by their pins


class Sensor:
    """One chip, which measures both values at once."""

    def __init__(self, sda: int, scl: int) -> None:
        # One bus for each pair of pins: a second I2C(0) would move the first one to its own pins
        # (MicroPython 1.29, machine_i2c.c:329-354).
        # A mode takes the pins back from the ULP, which may have had them (machine_pin.c:181-187).
        self.i2c = I2C(len(sensors), sda=Pin(sda, Pin.IN), scl=Pin(scl, Pin.IN))
        self.data = b""
        self.taken = time.ticks_ms()

    def measure(self) -> bytes:
        """Two words, each with its checksum; OSError when the sensor is silent."""
        if not self.data or time.ticks_diff(time.ticks_ms(), self.taken) > FRESH_MS:
            self.data = b""
            self.i2c.writeto(ADDRESS, MEASURE)
            time.sleep_ms(MEASURE_MS)
            self.data = self.i2c.readfrom(ADDRESS, 6)
            self.taken = time.ticks_ms()
        return self.data


class Sht3x(Driver):
    """Centi-degrees Celsius, or centi-percent of relative humidity."""

    def __init__(self, sda: int, scl: int, humidity: bool) -> None:
        if (sda, scl) not in sensors:
            sensors[sda, scl] = Sensor(sda, scl)
        self.sensor = sensors[sda, scl]
        self.humidity = humidity

    def read(self) -> int:
        """Measure; OSError when the sensor is silent or its answer damaged."""
        data = self.sensor.measure()
        word = data[3:6] if self.humidity else data[0:3]
        if crc8(word[:2]) != word[2]:
            raise OSError("SHT3x CRC")
        raw = word[0] << 8 | word[1]
        # Section 4.13, as integers: 100 * raw / 65535, and -45 + 175 * raw / 65535.
        return raw * 10000 // 65535 if self.humidity else raw * 17500 // 65535 - 4500


def crc8(data: bytes) -> int:
    """The sensor's checksum, start value 0xFF."""
    crc = 0xFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ POLYNOMIAL if crc & 0x80 else crc << 1) & 0xFF
    return crc


def opened(spec: dict) -> Sht3x:
    """As config.json has it."""
    return Sht3x(spec["sda"], spec["scl"], spec["driver"] == "sht3x.humidity")
