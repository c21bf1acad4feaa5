"""The program that reads channels: it judges and remembers as a plain model does, at its price."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.hardware.chip import CHIPS as KNOWN
from host_sim.ulp import monitor
from tests.ulp.bench import HUMIDITY, TEMPERATURE, Bench, answer, assembled
from torpor.drivers.row import BEYOND, FRAMES, NEWEST, ROW
from torpor.port import RECALLED
from torpor.ulp.assemble import CHIPS, AssemblyError
from torpor.ulp.chips import bus

EVERY_CHIP = pytest.mark.parametrize("chip", CHIPS)
WORDS = st.integers(0, 0xFFFF)
# Few values, so that marks are met exactly; those at both ends, where a sum has its carry.
NEAR = st.sampled_from([0, 1, 2, 3, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF])


@dataclass
class Model:
    """A channel, as the contract has it."""

    low: int
    high: int
    looks: int
    beyond: int = 0
    readings: list[int] = field(default_factory=list)

    def read(self, raw: int) -> bool:
        """Whether it is to wake the CPU."""
        self.readings.append(raw)
        if self.low <= raw <= self.high:
            self.beyond = max(self.beyond - 1, 0)
            return False
        self.beyond += 1
        return self.beyond >= self.looks


def agrees(bench: Bench, place: int, model: Model) -> None:
    """What is remembered, and how often it was beyond."""
    count = len(model.readings)
    assert bench.ulp["count"] == count
    for age, raw in enumerate(reversed(model.readings[-RECALLED:])):
        assert bench.cell(place, FRAMES + (count - 1 - age) % RECALLED) == raw
    assert bench.cell(place, NEWEST) == model.readings[-1]
    assert bench.cell(place, BEYOND) == model.beyond


@EVERY_CHIP
@given(
    marks=st.lists(st.tuples(NEAR, NEAR, st.integers(1, 12)), min_size=1, max_size=3),
    rows=st.lists(st.lists(NEAR, min_size=3, max_size=3), max_size=2 * RECALLED + 3),
)
def test_it_wakes_at_the_look_that_the_model_does(
    chip: str, marks: list[tuple[int, int, int]], rows: list[list[int]]
) -> None:
    """And at no other, each time that it is armed anew."""
    bench = Bench(chip, [("adc", i) for i in range(len(marks))])
    models = armed(bench, marks)
    for row in rows:
        bench.raw = dict(enumerate(row))
        wakes = [model.read(raw) for model, raw in zip(models, row, strict=False)]
        assert bench.look().woke == any(wakes)
        assert bench.ulp.timer == (not any(wakes))
        for place, model in enumerate(models):
            agrees(bench, place, model)
        if any(wakes):
            models = armed(bench, marks)


def armed(bench: Bench, marks: list[tuple[int, int, int]]) -> list[Model]:
    """As torpor.drivers.monitor does."""
    for place, mark in enumerate(marks):
        bench.mark(place, *mark)
    bench.ulp["count"] = bench.ulp["due"] = 0
    bench.ulp.timer = True
    return [Model(*mark) for mark in marks]


@EVERY_CHIP
def test_the_marks_are_met_exactly(chip: str) -> None:
    """The first value within is LOW, the last is HIGH."""
    for raw, beyond in ((1999, 1), (2000, 0), (3000, 0), (3001, 1)):
        bench = Bench(chip, [("adc", 5)])
        bench.mark(0, 2000, 3000, 2)
        bench.raw = {5: raw}
        assert not bench.look().woke
        assert bench.cell(0, BEYOND) == beyond
        assert bench.look().woke == (beyond == 1)


@EVERY_CHIP
def test_the_ring_goes_round_and_the_count_on(chip: str) -> None:
    bench = Bench(chip, [("adc", 0)])
    bench.mark(0, 0, 0xFFFF, 0xFFFF)
    model = Model(0, 0xFFFF, 0xFFFF)
    for look in range(3 * RECALLED + 1):
        bench.raw = {0: 100 + look}
        model.read(100 + look)
        bench.look()
    agrees(bench, 0, model)


@EVERY_CHIP
@given(temperature=WORDS, humidity=WORDS)
@settings(max_examples=25)
def test_a_reading_is_the_sensor_s_two_words(chip: str, temperature: int, humidity: int) -> None:
    """In whatever order the channels come, beside a converter's, or one of them alone."""
    for readings in ([HUMIDITY, ("adc", 7), TEMPERATURE], [TEMPERATURE], [HUMIDITY]):
        bench = Bench(chip, readings)
        bench.answer, bench.raw = answer(temperature, humidity), {7: 4711}
        bench.look()
        read = {TEMPERATURE: temperature, HUMIDITY: humidity, ("adc", 7): 4711}
        assert [bench.cell(i, NEWEST) for i in range(len(readings))] == [read[r] for r in readings]
        assert bench.sensor.state == 0
        assert (bench.sensor.sda, bench.sensor.scl) == (1, 1)


@EVERY_CHIP
def test_a_cpu_that_is_awake_has_bus_and_converter_for_itself(chip: str) -> None:
    bench = Bench(chip, [TEMPERATURE, HUMIDITY, ("adc", 0)])
    bench.ulp.asleep = False
    before = list(bench.ulp.memory)
    assert not bench.look().woke  # where each channel is beyond its marks of 0
    assert (bench.ulp.memory, bench.converted) == (before, 0)
    assert bench.ulp.peripherals == Bench(chip, []).ulp.peripherals
    assert bench.ulp.timer


@EVERY_CHIP
def test_who_is_due_is_not_read_once_more(chip: str) -> None:
    """Of a node that stopped it, whose next sleep may be one that keeps its hold of the bus."""
    bench = Bench(chip, [TEMPERATURE, ("adc", 0)])
    bench.ulp["due"] = 1
    bench.look()
    assert not bench.ulp.timer
    assert bench.converted == 0
    assert not bench.sensor.edge_at


@EVERY_CHIP
def test_each_pad_of_the_rtc_carries_the_bus(chip: str) -> None:
    pads = KNOWN[chip].pads
    drives = sorted(pads.rtc - set(pads.only_read))
    assert [pin for pin in range(50) if "sda_pad" in bus(chip, pin, pin)] == drives
    own = [bus(chip, pin, pin) for pin in drives]
    for what in ("sda_mux", "sda_input"):
        assert len({(names["sda_pad"], names[what]) for names in own}) == len(drives)
    assert len({names["sda_bit"] for names in own}) == len(drives)
    for sda, scl in zip(drives, drives[1:] + drives[:1], strict=True):
        bench = Bench(chip, [TEMPERATURE, HUMIDITY], (sda, scl))
        bench.answer = answer(0xA5C3, 0x5A3C)
        bench.look()
        assert (bench.cell(0, NEWEST), bench.cell(1, NEWEST)) == (0xA5C3, 0x5A3C)


@EVERY_CHIP
def test_eight_channels_fit_the_memory_or_are_refused(chip: str) -> None:
    """Eight of the converter, or four beside the sensor's two."""
    converted = [("adc", i) for i in range(8)]
    both = [TEMPERATURE, HUMIDITY]
    for fits in (converted, both + converted[:4]):
        ends = assembled(chip, fits).labels["channels"] + ROW * len(fits)
        assert 4 * ends <= 2040
    with pytest.raises(AssemblyError, match="bytes with its header, and 2040 fit"):
        assembled(chip, both + converted[:6])


# Cycles on the ESP32, of instructions with the fetch behind them, as ESP-IDF's guide has them.
WRITE, READ, ALU, MEMORY, BRANCH, WAIT, WAKE, HALT = 12, 8, 6, 8, 4, 6, 6, 2
HALF = WAIT + 43
CLOCK = HALF + WRITE + HALF + WRITE  # low, and high
START = WRITE + HALF + WRITE
STOP = ALU + BRANCH + 3 * (WRITE + HALF) + BRANCH


def sent(byte: int) -> int:
    """With the call, and the look at its acknowledgement."""
    bits = 8 * (ALU + BRANCH + WRITE + CLOCK + ALU + BRANCH) + BRANCH * (8 - byte.bit_count())
    return 3 * ALU + BRANCH + bits + WRITE + CLOCK + READ + BRANCH + BRANCH


def received(acknowledged: bool) -> int:
    """A byte behind what is there."""
    bits = 8 * (CLOCK + READ + 3 * ALU + BRANCH)
    return 2 * ALU + BRANCH + bits + ALU + BRANCH + WRITE * acknowledged + CLOCK + WRITE + BRANCH


def checked(word: int) -> int:
    """The checksum of a word: what 16 shifts bring out of it is folded in again."""
    shifts, rest = 16 * (ALU + BRANCH + ALU + BRANCH), word ^ 0xFF00
    for _ in range(16):
        out, rest = rest >> 15, rest << 1 & 0xFFFF
        rest ^= 0x3100 * out
        shifts += 3 * ALU if out else BRANCH
    before = ALU + BRANCH + ALU + 2 * MEMORY + 3 * ALU + ALU
    return before + shifts + ALU + MEMORY + ALU + BRANCH


def test_a_reading_s_cycles_added_up_by_hand() -> None:
    word = int.from_bytes(monitor.ANSWER[:2])
    head = READ + ALU + BRANCH + ALU + MEMORY + BRANCH + MEMORY + ALU + MEMORY
    asked = START + sent(0x88) + sent(0x24) + sent(0x00) + STOP
    waited = ALU + 8 * (WAIT + 19_100 + ALU + BRANCH)
    answered = START + sent(0x89)
    stored = ALU + MEMORY + ALU + MEMORY
    read = 2 * ALU + 2 * received(True) + 2 * ALU + MEMORY + checked(word) + BRANCH + stored
    both = 2 * read + received(True) + received(False) + ALU  # which acknowledges no last byte
    # Each channel is above HIGH, 0, and due at once.
    kept = 6 * ALU + 5 * MEMORY + 2 * BRANCH
    due = 3 * ALU + 4 * MEMORY + BRANCH
    judged = 2 * ALU + 2 * (kept + due + 2 * ALU + BRANCH)
    end = ALU + MEMORY + BRANCH + READ + ALU + BRANCH + WAKE + WRITE + HALT
    cycles = head + 9 * WRITE + HALF + asked + waited + answered + both + STOP + judged + end
    run = monitor.reading("esp32")
    assert (run.cycles, run.adc_cycles, run.woke) == (cycles, 0, True)
    # They are 19.9 ms at 8.5 MHz, and 20 of the slow clock 133 us, all at 432 uA; the sensor takes
    # 600 uA for 15.5 ms.
    on_us = cycles * 10 // 85 + 133
    assert monitor.price("esp32") == (on_us, 432_000 + 600_000 * 15_500 // on_us)
