"""Sensirion SHT3x at its first address (datasheet SHT3x-DIS, version 6)."""

# mypy: ignore-errors

from machine import lightsleep


class SHT3x:
    """Temperature and humidity by I2C."""

    def __init__(self, i2c, address=0x44):
        self.i2c = i2c
        self.address = address

    def measure(self):
        """Centi-degrees Celsius and centi-percent; OSError."""
        self.i2c.writeto(self.address, b"\x24\x00")  # high repeatability: 15.5 ms at most
        lightsleep(16)
        data = self.i2c.readfrom(self.address, 6)
        if crc(data[0:2]) != data[2] or crc(data[3:5]) != data[5]:
            raise OSError("CRC")
        temperature = data[0] << 8 | data[1]
        humidity = data[3] << 8 | data[4]
        return temperature * 17500 // 65535 - 4500, humidity * 10000 // 65535


def crc(data):
    """Its CRC-8."""
    out = 0xFF
    for byte in data:
        out ^= byte
        for _ in range(8):
            out = (out << 1 ^ 0x31 if out & 0x80 else out << 1) & 0xFF
    return out
