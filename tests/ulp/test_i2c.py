"""The sensor's bus: as strict as sensor and bus are, and what fails there costs that reading."""

import pytest

from host_sim.errors import BadInput
from host_sim.hardware.chip import ULPS
from host_sim.ulp.i2c import Sht3x
from tests.ulp.bench import HUMIDITY, TEMPERATURE, Bench, answer
from torpor.drivers.row import FRAMES, NEWEST
from torpor.ulp.assemble import CHIPS

EVERY_CHIP = pytest.mark.parametrize("chip", CHIPS)
HZ = ULPS["esp32"].fast_hz
WRITE, READ = 0x44 << 1, 0x44 << 1 | 1
HALF = 43  # cycles of the master's clock, low and high
HEADER_US = (HALF + 16 * HALF) * 1e6 / HZ  # from before a start to where its byte is heard whole


class Master:
    """One that moves the pads of an ESP32 by itself; each half of a clock takes so many cycles."""

    def __init__(self) -> None:
        self.bench = Bench("esp32", [TEMPERATURE])
        self.ulp, self.sensor = self.bench.ulp, self.bench.sensor
        self.low = self.high = HALF
        self.bench.answer = answer(0x1234, 0xFEDC)
        names = self.sensor.names
        for line in ("sda", "scl"):
            pads = self.ulp.peripherals
            bits = 1 << names[line + "_mux"] | 1 << names[line + "_input"]
            pads[names[line + "_pad"]] = pads.get(names[line + "_pad"], 0) | bits

    def put(self, line: str, level: int) -> None:
        bit = 1 << self.sensor.names[line + "_bit"]
        self.ulp.driven = self.ulp.driven & ~bit if level else self.ulp.driven | bit
        self.sensor.see()

    def start(self) -> None:
        self.put("sda", 0)
        self.ulp.cycles += self.high
        self.put("scl", 0)

    def stop(self) -> None:
        self.put("sda", 0)
        self.ulp.cycles += self.low
        self.put("scl", 1)
        self.ulp.cycles += self.high
        self.put("sda", 1)

    def bit(self, level: int) -> int:
        """Put one, or let go of the line for the other side's."""
        self.put("sda", level)
        self.ulp.cycles += self.low
        self.put("scl", 1)
        self.ulp.cycles += self.high
        first = self.sensor.names["first_level"]
        seen = self.sensor.levels() >> self.sensor.names["sda_bit"] - first & 1
        self.put("scl", 0)
        return seen

    def send(self, byte: int) -> bool:
        """Whether it was acknowledged."""
        for place in range(7, -1, -1):
            self.bit(byte >> place & 1)
        return self.bit(1) == 0

    def receive(self, more: bool) -> int:
        byte = 0
        for _ in range(8):
            byte = byte << 1 | self.bit(1)
        self.bit(0 if more else 1)
        return byte

    def told(self, *command: int) -> list[bool]:
        """What was acknowledged of a command with its address."""
        self.start()
        heard = [self.send(byte) for byte in (WRITE, *command)]
        self.stop()
        return heard

    def reads(self, after_us: float) -> bool:
        """Whether it may read so long after a stop."""
        self.ulp.cycles += round(after_us * HZ / 1e6)
        self.start()
        return self.send(READ)


def test_a_measurement_is_asked_for_awaited_and_read() -> None:
    master = Master()
    assert master.told(0x24, 0x00) == [True, True, True]
    assert master.reads(15_500)
    read = bytes(master.receive(more=place < 5) for place in range(6))
    assert read == answer(0x1234, 0xFEDC)
    assert master.receive(more=False) == 0xFF  # it has let go of the line
    master.stop()
    assert not master.reads(0)  # what was read once


def test_it_cannot_be_read_before_it_is_done() -> None:
    for late_us, done in ((-1, False), (1, True)):
        master = Master()
        assert not master.reads(20_000)  # nothing was asked for
        master.stop()
        assert all(master.told(0x24, 0x00))
        assert master.reads(15_500 - HEADER_US + late_us) == done


@pytest.mark.parametrize(
    ("command", "heard"),
    [((0x25, 0x00), [True, False, False]), ((0x24, 0x01), [True, True, False])],
)
def test_another_command_is_refused(command: tuple[int, ...], heard: list[bool]) -> None:
    master = Master()
    assert master.told(*command) == heard
    assert not master.reads(20_000)


def test_half_a_command_is_none() -> None:
    master = Master()
    assert master.told(0x24) == [True, True]
    assert not master.reads(20_000)


@pytest.mark.parametrize("address", [0x45, 0x04, 0x64])
def test_it_heeds_its_own_address_only(address: int) -> None:
    master = Master()
    master.start()
    assert not master.send(address << 1)
    assert not master.send(0x24)  # nor what is told to that
    master.stop()
    assert all(master.told(0x24, 0x00))


@pytest.mark.parametrize(("low", "high", "fits"), [(40, 34, 1), (39, 34, 0), (40, 33, 0)])
def test_a_clock_has_its_least_times(low: int, high: int, fits: int) -> None:
    """4.7 us low and 4.0 us high, of 8.5 MHz."""
    master = Master()
    master.low, master.high = low, high
    if fits:
        assert all(master.told(0x24, 0x00))
    else:
        with pytest.raises(BadInput, match="us from one edge of the I2C clock to the next"):
            master.told(0x24, 0x00)


def test_a_pad_that_is_not_the_ulp_s_moves_nothing() -> None:
    for what in ("mux", "input"):
        master = Master()
        pad = master.sensor.names["sda_pad"]
        master.ulp.peripherals[pad] &= ~(1 << master.sensor.names["sda_" + what])
        master.start()
        assert master.sensor.sda == (what == "mux")
        assert master.bit(1) == 0  # nor is it read


# Readings by the program that fail.

BEFORE, AFTER = (0x1111, 0x2222), (0x3333, 0x4444)


def reads_again(bench: Bench, *failed: tuple[int, int]) -> None:
    """What those looks left, and that the bus is free: the next look is right."""
    count = 1 + len(failed)
    bench.answer = answer(*AFTER)
    assert (bench.sensor.sda, bench.sensor.scl) == (1, 1)
    bench.look()
    assert [bench.cell(place, NEWEST) for place in (0, 1)] == list(AFTER)
    for place in (0, 1):
        remembered = [bench.cell(place, FRAMES + look) for look in range(count + 1)]
        assert remembered == [one[place] for one in (BEFORE, *failed, AFTER)]


def first_read(chip: str) -> Bench:
    bench = Bench(chip, [TEMPERATURE, HUMIDITY])
    for place in (0, 1):
        bench.mark(place, 0, 0xFFFF, 0xFFFF)
    bench.answer = answer(*BEFORE)
    bench.look()
    return bench


@EVERY_CHIP
def test_a_silent_sensor_leaves_the_reading_before(chip: str) -> None:
    bench = first_read(chip)
    for _ in range(2):
        bench.answer = None
        bench.look()
    reads_again(bench, BEFORE, BEFORE)


@EVERY_CHIP
@pytest.mark.parametrize("humidity", [0x0000, 0xFFFF, 0x8000, 0x7FFF])
@pytest.mark.parametrize("bit", [0, 7])
def test_a_damaged_word_leaves_the_one_before(chip: str, humidity: int, bit: int) -> None:
    """Not the other one, and the sensor lets go of the line whatever it has to send."""
    for byte in range(6):
        bench = first_read(chip)
        damaged = bytearray(answer(0x5555, humidity))
        damaged[byte] ^= 1 << bit
        bench.answer = bytes(damaged)
        bench.look()
        left = (BEFORE[0], humidity) if byte < 3 else (0x5555, BEFORE[1])
        reads_again(bench, left)


@EVERY_CHIP
@pytest.mark.parametrize("refused", range(4))
def test_a_byte_that_is_not_acknowledged_ends_the_reading(
    chip: str, refused: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Address, both of the command, the header to read."""
    bench = first_read(chip)
    heeds, bytes_seen = Sht3x._heeds, []

    def deaf(sensor: Sht3x, byte: int) -> bool:
        bytes_seen.append(byte)
        return heeds(sensor, byte) and len(bytes_seen) != refused + 1

    with monkeypatch.context() as patched:
        patched.setattr(Sht3x, "_heeds", deaf)
        bench.answer = answer(0x5555, 0x6666)
        bench.look()
    assert bytes_seen == [0x88, 0x24, 0x00, 0x89][: refused + 1]
    reads_again(bench, BEFORE)


@EVERY_CHIP
def test_a_fast_clock_costs_readings_before_the_bus_refuses_it(chip: str) -> None:
    """A tenth faster than it should be is as good; two tenths leave the sensor no time."""
    for tenths, newest in ((11, 0x5555), (12, 0)):
        bench = Bench(chip, [TEMPERATURE], fast_hz=ULPS[chip].fast_hz * tenths // 10)
        bench.answer = answer(0x5555, 0x6666)
        bench.look()
        assert bench.cell(0, NEWEST) == newest
    bench = Bench(chip, [TEMPERATURE], fast_hz=2 * ULPS[chip].fast_hz)
    with pytest.raises(BadInput, match="us from one edge of the I2C clock to the next"):
        bench.look()
